/**
 * Conversations on disk: one file each, written beside the old one and renamed over it, so that a crash or a full disk
 * never leaves half a conversation. An index of what the list shows lets hundreds of them open without reading any.
 *
 * The index is only a copy: entries without a file are dropped and files without an entry are read, so a lost index, or
 * a second window on the same folder, costs time and nothing else. Reading is synchronous: the page asks for its state
 * once, and some hundred kilobytes take a millisecond.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
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

export interface ConversationStoreOptions {
  folder: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Hears of the first failure in a row; what could not be written is kept and tried again. */
  onError(error: unknown): void;
}

/** After a crash of the editor at most this much of a running answer is missing (ms). */
const intervalMs = 1_000;
/** A disk that is full now will hardly be emptied within a second (ms). */
const retryMs = 15_000;
/** Characters of the questions in the index: enough to find a conversation by, little enough for hundreds. */
const maxSearchText = 600;
const indexName = "index.json";
/** What a conversation's id may look like; it names a file. */
const idPattern = /^[\w-]{1,64}$/;

export class ConversationStore {
  readonly #options: ConversationStoreOptions;
  readonly #unsaved = new Map<string, Conversation>();
  #index: Map<string, ConversationSummary> | null = null;
  #indexChanged = false;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(options: ConversationStoreOptions) {
    this.#options = options;
  }

  /** Newest first. */
  list(): ConversationSummary[] {
    return [...this.#entries().values()].sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** null when there is none, or when its file can not be read. */
  load(id: string): Conversation | null {
    return this.#unsaved.get(id) ?? readConversation(this.#file(id));
  }

  /** Will be written soon. One without a question is not kept. */
  changed(conversation: Conversation): void {
    if (conversation.turns.length === 0) return;
    const before = this.#entries().get(conversation.id);
    const after = summaryOf(conversation, this.#options.now());
    this.#entries().set(conversation.id, after);
    // The time alone is not worth a file a second; it is written with the next change, and when the window closes.
    if (before?.title !== after.title || before.questionCount !== after.questionCount) this.#indexChanged = true;
    this.#unsaved.set(conversation.id, conversation);
    this.#saveSoon(intervalMs);
  }

  async remove(id: string): Promise<void> {
    this.#unsaved.delete(id);
    if (!this.#entries().delete(id)) return;
    this.#indexChanged = true;
    await this.#serially(() => rm(this.#file(id), { force: true }));
    this.#saveSoon(intervalMs);
  }

  /** Writes everything down now, before the window closes. */
  async save(): Promise<void> {
    if (this.#index) this.#indexChanged = true;
    await this.#flush();
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #entries(): Map<string, ConversationSummary> {
    this.#index ??= readIndex(this.#options.folder);
    return this.#index;
  }

  #file(id: string): string {
    if (!idPattern.test(id)) throw new Error(`Not the id of a conversation: ${id}`);
    return path.join(this.#options.folder, `${id}.json`);
  }

  #saveSoon(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#flush(), ms);
  }

  async #flush(): Promise<void> {
    this.dispose();
    await this.#serially(async () => {
      try {
        await this.#write();
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) this.#options.onError(error);
        this.#failed = true;
        this.#saveSoon(retryMs);
      }
    });
  }

  async #write(): Promise<void> {
    const { folder } = this.#options;
    if (this.#unsaved.size > 0 || this.#indexChanged) await mkdir(folder, { recursive: true });
    for (const [id, conversation] of [...this.#unsaved]) {
      // Off the list first: a change during the writing puts it there again.
      this.#unsaved.delete(id);
      try {
        await writeWhole(this.#file(id), JSON.stringify(conversation));
      } catch (error) {
        if (this.#entries().has(id) && !this.#unsaved.has(id)) this.#unsaved.set(id, conversation);
        throw error;
      }
    }
    if (!this.#indexChanged) return;
    this.#indexChanged = false;
    try {
      await writeWhole(path.join(folder, indexName), JSON.stringify([...this.#entries().values()]));
    } catch (error) {
      this.#indexChanged = true;
      throw error;
    }
  }

  /** One after the other: two writers of one file would take each other's temporary file. */
  #serially(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
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

function readIndex(folder: string): Map<string, ConversationSummary> {
  const indexed = new Map(readSummaries(path.join(folder, indexName)).map((summary) => [summary.id, summary]));
  const entries = new Map<string, ConversationSummary>();
  for (const name of fileNames(folder)) {
    const id = path.basename(name, ".json");
    const file = path.join(folder, name);
    if (name === indexName || !name.endsWith(".json") || !idPattern.test(id)) continue;
    const known = indexed.get(id);
    const conversation = known ? null : readConversation(file);
    if (known) entries.set(id, known);
    else if (conversation) entries.set(id, summaryOf(conversation, statSync(file).mtimeMs));
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

function readSummaries(file: string): ConversationSummary[] {
  const stored = readJson(file);
  return Array.isArray(stored) ? stored.filter(isSummary) : [];
}

function isSummary(value: unknown): value is ConversationSummary {
  const summary = value as Partial<ConversationSummary> | null;
  return (
    typeof summary?.id === "string" &&
    typeof summary.title === "string" &&
    typeof summary.updatedAt === "number" &&
    typeof summary.questionCount === "number" &&
    typeof summary.text === "string"
  );
}

function readConversation(file: string): Conversation | null {
  return restoreConversation(readJson(file));
}

/** undefined when the file is missing or is no JSON: then there is nothing in it to be shown. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** What the user is told when writing failed. */
export function storeError(cause: unknown): HunchError {
  const full = (cause as NodeJS.ErrnoException).code === "ENOSPC";
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new HunchError(
    full ? "diskFull" : "internal",
    full ? t("The disk is full: chats are not stored.") : t("Chats can not be stored: {0}", detail),
    { hint: t("They stay in this window and are written as soon as it is possible again."), cause },
  );
}
