/**
 * Keeps the conversation in the workspace's state, now and then while it grows and once more when the window closes.
 * After a crash of the editor at most a second of a running answer is missing.
 */
import type * as vscode from "vscode";
import { type Conversation, restoreConversation } from "./conversation.ts";

const key = "chat.conversation";
const intervalMs = 1_000;

export class ChatStore {
  readonly #memento: vscode.Memento;
  #unsaved: Conversation | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  load(): Conversation | null {
    return restoreConversation(this.#memento.get(key));
  }

  changed(conversation: Conversation): void {
    this.#unsaved = conversation;
    this.#timer ??= setTimeout(() => void this.save(), intervalMs);
  }

  async save(): Promise<void> {
    this.#stopTimer();
    const conversation = this.#unsaved;
    this.#unsaved = null;
    // A copy: the memento keeps the object it is given, and ours goes on changing.
    if (conversation) await this.#memento.update(key, structuredClone(conversation));
  }

  dispose(): void {
    this.#stopTimer();
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
