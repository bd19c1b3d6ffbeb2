/**
 * The chat's conversations: those on disk, and of those that are open one session each, however often they are shown.
 * A conversation that is left while it is answered goes on and is kept until the answer has ended; so is one whose question
 * is still being put together.
 */

import { setImmediate } from "node:timers/promises";
import { Emitter, type Subscription } from "../../common/emitter.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { SessionSummary } from "../../common/panel.ts";
import { followFiles, type NewPlace } from "./attachedCode.ts";
import type { Conversation } from "./conversation.ts";
import type { ConversationStore, Split } from "./conversationStore.ts";
import type { ChatSession } from "./session.ts";

export interface LibraryServices {
  store: ConversationStore;
  /** A session for a stored conversation, or for a new one. */
  newSession(stored: Conversation | null): ChatSession;
}

export class Library {
  readonly #services: LibraryServices;
  readonly #open = new Map<string, { session: ChatSession; subscription: Subscription }>();
  /** Sessions that an inline explanation goes on using: a second one for the same conversation would split it. */
  readonly #shared = new Set<ChatSession>();
  /** One for each question that is still being put together: a session may have several. */
  readonly #holds = new Set<{ session: ChatSession }>();
  readonly #changes = new Emitter<void>();
  readonly #splits: Subscription;
  #current: ChatSession;
  #deleted: { conversation: Conversation; updatedAt: number | undefined } | null = null;

  constructor(services: LibraryServices, currentId: string | undefined) {
    this.#services = services;
    this.#splits = services.store.onSplit((split) => this.#split(split));
    this.#current = this.#own(services.newSession(currentId ? services.store.load(currentId) : null));
  }

  /** The list is another now. */
  readonly onChange = this.#changes.on;

  /** The session on screen. */
  get current(): ChatSession {
    return this.#current;
  }

  /** Newest first. */
  list(): SessionSummary[] {
    return this.#services.store.list().map((summary) => ({
      ...summary,
      running: (this.#open.get(summary.id)?.session.running ?? null) !== null,
    }));
  }

  create(): ChatSession {
    return this.#show(this.#own(this.#services.newSession(null)));
  }

  /** Throws fileNotFound when the conversation is gone. */
  open(id: string): ChatSession {
    const session = this.#reopened(id);
    if (!session)
      throw new HunchError("fileNotFound", t("This chat can not be read any more."), {
        hint: t("Its file may have been deleted. The other chats are not affected."),
      });
    return this.#show(session);
  }

  /** Shows a session that an inline explanation goes on using until `release`, as `adopt` keeps it. */
  share(session: ChatSession): ChatSession {
    return this.#show(this.adopt(session));
  }

  /**
   * Keeps a session of an inline explanation among the chats, with what was said in it. When its conversation was deleted
   * here and brought back, that one is kept: the explanation's went its own way then.
   */
  adopt(session: ChatSession): ChatSession {
    const kept = this.#reopened(session.conversation.id);
    if (kept && kept !== session) return kept;
    this.#shared.add(session);
    this.#own(session);
    this.#services.store.changed(session.conversation);
    this.#changes.fire();
    return session;
  }

  /** Keeps a session's conversation among the chats, out of sight: it is written down and listed from its first question on. */
  keep(session: ChatSession): void {
    this.#own(session);
  }

  /** Keeps a session open, also out of sight, while `work` puts a question together and asks it there. */
  async hold(session: ChatSession, work: () => Promise<void>): Promise<void> {
    const hold = { session };
    this.#holds.add(hold);
    try {
      await work();
    } finally {
      this.#holds.delete(hold);
      if (this.isOpen(session)) this.#closeIfDone(session);
    }
  }

  /** What is asked in a session is kept; not once its conversation was deleted. */
  isOpen(session: ChatSession): boolean {
    return this.#open.get(session.conversation.id)?.session === session;
  }

  /** The session of a conversation that an explanation of an earlier window shares until `release`; null when it is not here. */
  join(id: string): ChatSession | null {
    const session = this.#reopened(id);
    if (session) this.#shared.add(session);
    return session;
  }

  /** The explanation is gone. True when the conversation is kept here. */
  release(session: ChatSession): boolean {
    const kept = this.#shared.delete(session);
    this.#closeIfDone(session);
    return kept;
  }

  /**
   * A change that an answer of `session` proposed was made, maybe long after that session was closed: it counts in the
   * conversation as it is now, where it may have been made before.
   */
  applied(session: ChatSession, turnId: string): void {
    const now = this.#reopened(session.conversation.id) ?? session;
    now.applied(turnId);
    this.#closeIfDone(now);
  }

  rename(id: string, title: string): void {
    const conversation = this.#conversation(id);
    const name = title.trim();
    if (!conversation || name === "") return;
    conversation.title = name;
    this.#services.store.changed(conversation, this.#services.store.updatedAt(id));
    this.#changes.fire();
  }

  /**
   * Stops and removes a conversation; `undoDelete` brings the last one back, unless its file was gone before. Throws
   * fileNotFound, and removes nothing, when there is a file that can not be read: there would be no way back.
   */
  async delete(id: string): Promise<void> {
    const conversation = this.#conversation(id);
    if (!conversation && !this.#services.store.isGone(id))
      throw new HunchError("fileNotFound", t("This chat can not be read any more."), {
        hint: t("It was not deleted, because that could not be undone. Another program may be using its file."),
      });
    this.#deleted = conversation && { conversation, updatedAt: this.#services.store.updatedAt(id) };
    const open = this.#open.get(id);
    if (open) {
      open.session.stop();
      this.#close(open.session);
      if (open.session === this.#current) this.create();
    }
    try {
      await this.#services.store.remove(id);
    } finally {
      this.#changes.fire();
    }
  }

  /** The conversation that `undoDelete` would bring back. */
  get undoable(): string | null {
    return this.#deleted?.conversation.id ?? null;
  }

  undoDelete(): void {
    if (!this.#deleted) return;
    this.#services.store.changed(this.#deleted.conversation, this.#deleted.updatedAt);
    this.#deleted = null;
    this.#changes.fire();
  }

  /** For reading only: the open session's when there is one. */
  find(id: string): Conversation | null {
    return this.#conversation(id);
  }

  /** Files have other names now: the code attached in all conversations leads there. */
  async filesMoved(place: (uri: string) => NewPlace | null): Promise<void> {
    const { store } = this.#services;
    for (const { session } of this.#open.values()) session.filesMoved(place);
    if (this.#deleted) followFiles(this.#deleted.conversation, place);
    for (const { id, updatedAt } of store.list()) {
      // Each is read from the disk: the window goes on in between.
      await setImmediate();
      const stored = this.#open.has(id) ? null : store.load(id);
      if (stored && followFiles(stored, place)) store.changed(stored, updatedAt);
    }
  }

  dispose(): void {
    this.#splits.dispose();
    for (const { session, subscription } of this.#open.values()) {
      subscription.dispose();
      session.stop();
    }
    this.#open.clear();
  }

  #conversation(id: string): Conversation | null {
    return this.#open.get(id)?.session.conversation ?? this.#services.store.load(id);
  }

  /** The open session of a conversation, or a new one of what is stored; null when there is none. */
  #reopened(id: string): ChatSession | null {
    const open = this.#open.get(id);
    if (open) return open.session;
    const stored = this.#services.store.load(id);
    return stored && this.#own(this.#services.newSession(stored));
  }

  #own(session: ChatSession): ChatSession {
    const { id } = session.conversation;
    if (this.#open.has(id)) return session;
    const subscription = session.onChange((change) => {
      this.#services.store.changed(session.conversation);
      if (change.type === "tokens") return;
      this.#changes.fire();
      this.#closeIfDone(session);
    });
    this.#open.set(id, { session, subscription });
    return session;
  }

  #show(session: ChatSession): ChatSession {
    const before = this.#current;
    this.#current = session;
    if (before !== session) this.#closeIfDone(before);
    return session;
  }

  /** The open session goes on with the conversation under its new id; the old one is what another window wrote. */
  #split({ from, to }: Split): void {
    const open = this.#open.get(from);
    if (open?.session.conversation.id === to) {
      this.#open.delete(from);
      this.#open.set(to, open);
    }
    this.#changes.fire();
  }

  #closeIfDone(session: ChatSession): void {
    const isHeld = [...this.#holds].some((hold) => hold.session === session);
    if (session !== this.#current && session.running === null && !isHeld && !this.#shared.has(session))
      this.#close(session);
  }

  #close(session: ChatSession): void {
    const { id } = session.conversation;
    this.#shared.delete(session);
    const open = this.#open.get(id);
    // Of a conversation that was deleted and brought back, an older session may end while a newer one is open.
    if (open?.session !== session) return;
    open.subscription.dispose();
    this.#open.delete(id);
  }
}
