/**
 * The inline explanations of a workspace on disk, one file each, so that they outlive the window. Bounded: the oldest
 * make room for new ones.
 */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { isFileName, JsonFolder, type JsonFolderOptions } from "../../host/jsonFolder.ts";
import { type Conversation, restoreConversation } from "../chat/conversation.ts";
import type { ThreadQuestion } from "./explanation.ts";
import { type Columns, type LineRange, wholeLines } from "./lineRange.ts";

/** A thread as it is written down. */
export interface StoredThread {
  uri: string;
  question: ThreadQuestion;
  /** Lines of the explained code when the thread was last seen, the part of them that it is, and their text as it was explained. */
  lines: LineRange;
  columns: Columns;
  text: string;
  /** Lines under which the thread stands; a part of `lines`. */
  shown: LineRange;
  /** The first answer is one that was given before. */
  kept: boolean;
  /** Its id is the thread's. */
  conversation: Conversation;
}

export interface ThreadLimits {
  threadCount: number;
  /** Of all files. */
  bytes: number;
}

const defaultLimits: ThreadLimits = { threadCount: 200, bytes: 32_000_000 };

export class ThreadStore {
  readonly #folder: string;
  readonly #files: JsonFolder;
  readonly #limits: ThreadLimits;

  constructor(options: JsonFolderOptions, limits = defaultLimits) {
    this.#folder = options.folder;
    this.#files = new JsonFolder(options);
    this.#limits = limits;
  }

  /** Those of earlier windows; what was under way in them is stopped, and can be carried on. Damaged files are passed over. */
  async load(): Promise<StoredThread[]> {
    const threads: StoredThread[] = [];
    for (const file of await this.#withinLimits()) {
      const text = await unlessGone(readFile(file, "utf8"));
      const thread = text === null ? null : readThread(text);
      if (thread) threads.push(thread);
    }
    return threads;
  }

  /** Will be written soon, as `thread` is then. */
  changed(id: string, thread: { toJSON(): StoredThread }): void {
    this.#files.set(id, thread);
  }

  async remove(id: string): Promise<void> {
    await this.#files.remove(id);
  }

  /** A thread has another id now. Its file goes, unless another window wrote a thread of its own there meanwhile. */
  async renamed(from: string): Promise<void> {
    await this.#files.withdraw(from);
  }

  /** Writes everything down now, before the window closes. */
  async save(): Promise<void> {
    await this.#files.flush();
  }

  dispose(): void {
    this.#files.dispose();
  }

  /** The files that are kept, the newest first; the others are removed. */
  async #withinLimits(): Promise<string[]> {
    const names = ((await unlessGone(readdir(this.#folder))) ?? []).filter((name) => name.endsWith(".json"));
    const found = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#folder, name);
        const facts = await unlessGone(stat(file));
        return facts && { file, mtimeMs: facts.mtimeMs, size: facts.size };
      }),
    );
    const files = found.filter((file) => file !== null);
    files.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let bytes = 0;
    const within = files.filter(({ size }, index) => {
      bytes += size;
      return index < this.#limits.threadCount && bytes <= this.#limits.bytes;
    });
    for (const { file } of files.slice(within.length)) await rm(file, { force: true });
    return within.map(({ file }) => file);
  }
}

/** null where there is no such file or folder: nothing was stored yet, or another window removed it. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function readThread(json: string): StoredThread | null {
  let stored: Partial<StoredThread> | null;
  try {
    stored = JSON.parse(json);
  } catch {
    return null; // cut off: there is nothing in it to be shown
  }
  const conversation = restoreConversation(stored?.conversation);
  // What an earlier version wrote has no columns.
  const { uri, question, lines, columns = wholeLines, text, shown, kept = false } = stored ?? {};
  if (typeof uri !== "string" || typeof text !== "string" || !isRange(lines) || !isRange(shown)) return null;
  if (!Number.isInteger(columns?.start) || !Number.isInteger(columns.end)) return null;
  if (typeof question?.task !== "string" || typeof question.verb !== "string") return null;
  // Only one that has an answer to show: its end is the conversation's, whichever way that came.
  return conversation && isFileName(conversation.id) && conversation.turns.length > 1
    ? { uri, question, lines, columns, text, shown, kept, conversation }
    : null;
}

function isRange(value: unknown): value is LineRange {
  const range = value as Partial<LineRange> | undefined;
  return Number.isInteger(range?.startLine) && Number.isInteger(range?.endLine);
}
