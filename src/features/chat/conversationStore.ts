/**
 * Conversations on disk, one file each. An index of what the list shows lets hundreds of them open without reading any.
 *
 * The index is only a copy: entries without a file are dropped, and files without an entry, or that are not those it was
 * made of, are read, so a lost index costs time and nothing else. Reading is synchronous: the page asks for its state
 * once, and some hundred kilobytes take a millisecond.
 *
 * Windows without a folder have one folder for all of them: a conversation that was written by another window since it was
 * read here becomes a second one, so that what was said in either stays.
 */

import { randomUUID } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { Emitter } from "../../common/emitter.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { isFileName, JsonFolder, type JsonFolderOptions, readJson, stampOf } from "../../host/jsonFolder.ts";
import { type Conversation, restoreConversation } from "./conversation.ts";

/** What the list shows of a conversation without reading it. */
export interface ConversationSummary {
  id: string;
  title: string;
  /** Time of the last change (ms since 1970). */
  updatedAt: number;
  questionCount: number;
  /** The beginning of all questions, for the search. */
  text: string;
}

/** As the index has it. */
interface IndexEntry {
  summary: ConversationSummary;
  /** Of the file that it was made of; absent in an index of an earlier version. */
  stamp?: string | undefined;
}

/** A conversation that has another id from now on, because another window went on with it under the one before. */
export interface Split {
  from: string;
  to: string;
}

export interface ConversationStoreOptions extends Omit<JsonFolderOptions, "nameBeside"> {
  /** Milliseconds since 1970. */
  now(): number;
}

/** Characters of the questions in the index: enough to find a conversation by, little enough for hundreds. */
const maxSearchText = 600;
const indexName = "index";

export class ConversationStore {
  readonly #options: ConversationStoreOptions;
  readonly #files: JsonFolder;
  readonly #splits = new Emitter<Split>();
  #index: Map<string, ConversationSummary> | null = null;
  /** Of the files behind the entries that the index had, while they are not read or written here. */
  readonly #stamps = new Map<string, string>();

  constructor(options: ConversationStoreOptions) {
    this.#options = options;
    this.#files = new JsonFolder({
      ...options,
      nameBeside: (name, value) => (name === indexName ? name : this.#split(name, value as Conversation)),
    });
  }

  readonly onSplit = this.#splits.on;

  /** Newest first. */
  list(): ConversationSummary[] {
    return [...this.#entries().values()].sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** null when there is none, or when its file can not be read. */
  load(id: string): Conversation | null {
    return (this.#files.unsaved(id) as Conversation | undefined) ?? this.#read(id);
  }

  /** Has no file any more; not when that only can not be read. */
  isGone(id: string): boolean {
    return this.#files.isGone(id);
  }

  /** Time of the last change (ms since 1970); undefined when there is no such conversation. */
  updatedAt(id: string): number | undefined {
    return this.#entries().get(id)?.updatedAt;
  }

  /**
   * Will be written soon. One without a question is not kept.
   * @param updatedAt now, unless nothing was said in it: a new name makes no new conversation
   */
  changed(conversation: Conversation, updatedAt = this.#options.now()): void {
    if (conversation.turns.length === 0) return;
    const before = this.#entries().get(conversation.id);
    const after = summaryOf(conversation, updatedAt);
    this.#entries().set(conversation.id, after);
    this.#files.set(conversation.id, conversation);
    // The time alone is not worth a file a second; it is written with the next change, and when the window closes.
    if (before?.title !== after.title || before.questionCount !== after.questionCount) this.#indexChanged();
  }

  async remove(id: string): Promise<void> {
    if (!this.#entries().delete(id)) return;
    await this.#files.remove(id);
    this.#indexChanged();
  }

  /** Writes everything down now, before the window closes. */
  async save(): Promise<void> {
    if (this.#index) this.#indexChanged();
    await this.#files.flush();
  }

  dispose(): void {
    this.#files.dispose();
  }

  #split(from: string, conversation: Conversation): string {
    const to = randomUUID();
    const entries = this.#entries();
    const entry = entries.get(from);
    conversation.id = to;
    if (entry) entries.set(to, { ...entry, id: to });
    if (!this.#read(from)) entries.delete(from);
    this.#indexChanged();
    this.#splits.fire({ from, to });
    return to;
  }

  /** Another window may have given it another name, or gone on with it. */
  #read(id: string): Conversation | null {
    const conversation = restoreConversation(this.#files.read(id));
    const entry = this.#entries().get(id);
    // Without one it was removed, and its file is about to be.
    if (conversation && entry) this.#entries().set(id, summaryNow(conversation, entry, this.#options.now()));
    return conversation;
  }

  #entries(): Map<string, ConversationSummary> {
    if (this.#index) return this.#index;
    this.#index = new Map();
    for (const { summary, stamp } of readIndex(this.#options.folder)) {
      this.#index.set(summary.id, summary);
      if (stamp !== undefined) this.#stamps.set(summary.id, stamp);
    }
    return this.#index;
  }

  #indexChanged(): void {
    const stampOfEntry = (id: string) => this.#files.stamp(id) ?? this.#stamps.get(id);
    this.#files.set(indexName, {
      toJSON: () => [...this.#entries().values()].map((summary) => ({ ...summary, stamp: stampOfEntry(summary.id) })),
    });
  }
}

function summaryOf(conversation: Conversation, updatedAt: number): ConversationSummary {
  const questions = conversation.turns.filter((turn) => turn.role === "user").map((turn) => turn.text);
  return {
    id: conversation.id,
    title: conversation.title,
    updatedAt,
    questionCount: questions.length,
    text: questions.join("\n").slice(0, maxSearchText),
  };
}

/** A new name is no change that moves it in the list. */
function summaryNow(
  conversation: Conversation,
  before: ConversationSummary | undefined,
  changedAt: number,
): ConversationSummary {
  const now = summaryOf(conversation, changedAt);
  return before?.questionCount === now.questionCount ? { ...now, updatedAt: before.updatedAt } : now;
}

function readIndex(folder: string): IndexEntry[] {
  const indexed = new Map(
    readEntries(path.join(folder, `${indexName}.json`)).map((entry) => [entry.summary.id, entry]),
  );
  const entries: IndexEntry[] = [];
  for (const name of fileNames(folder)) {
    const id = path.basename(name, ".json");
    const file = path.join(folder, name);
    if (id === indexName || !name.endsWith(".json") || !isFileName(id)) continue;
    const stamp = stampOf(file);
    const known = indexed.get(id);
    if (known && (known.stamp ?? stamp) === stamp) {
      entries.push({ ...known, stamp });
      continue;
    }
    const conversation = restoreConversation(readJson(file));
    if (conversation)
      entries.push({ summary: summaryNow(conversation, known?.summary, statSync(file).mtimeMs), stamp });
  }
  return entries;
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was stored yet
  }
}

function readEntries(file: string): IndexEntry[] {
  const stored = readJson(file);
  if (!Array.isArray(stored)) return [];
  return stored.filter(isSummary).map(({ stamp, ...summary }) => ({ summary, stamp }));
}

function isSummary(value: unknown): value is ConversationSummary & Pick<IndexEntry, "stamp"> {
  const summary = value as Partial<ConversationSummary> | null;
  return (
    typeof summary?.id === "string" &&
    typeof summary.title === "string" &&
    typeof summary.updatedAt === "number" &&
    typeof summary.questionCount === "number" &&
    typeof summary.text === "string"
  );
}

/** What the user is told when writing failed. */
export function storeError(cause: unknown, what: "chats" | "explanations" = "chats"): HunchError {
  const full = (cause as NodeJS.ErrnoException).code === "ENOSPC";
  const detail = cause instanceof Error ? cause.message : String(cause);
  const [onFullDisk, otherwise] =
    what === "chats"
      ? [t("The disk is full: chats are not stored."), t("Chats can not be stored: {0}", detail)]
      : [t("The disk is full: explanations are not stored."), t("Explanations can not be stored: {0}", detail)];
  return new HunchError(full ? "diskFull" : "internal", full ? onFullDisk : otherwise, {
    hint: t("They stay in this window and are written as soon as it is possible again."),
    cause,
  });
}
