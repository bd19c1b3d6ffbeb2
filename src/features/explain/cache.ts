/**
 * Explanations that were given before: the same code, question, model and effort get the same answer at once, also
 * after a restart. Anything else is another key, so an entry can never be out of date.
 */
import { createHash } from "node:crypto";
import { runsText } from "../../common/panel.ts";
import type { SettingKey, Settings } from "../../common/settings.ts";
import { codeBlock } from "../../prompts/code.ts";
import type { CodePiece, TaskKind } from "../../prompts/compose.ts";
import type { AttachedCode, Conversation, TurnInput } from "../chat/conversation.ts";

/** Settings that make another answer: which model it is, wherever it runs, and what it is asked with. */
const settingKeys = [
  "model",
  "backend",
  "endpoint",
  "serverModel",
  "effort",
  "thinkingBudget",
  "maxTokens",
  "temperature",
] as const satisfies readonly SettingKey[];

/** All that an answer depends on. */
export interface ExplanationInput {
  task: TaskKind;
  question: string;
  code: readonly CodePiece[];
  settings: Pick<Settings, (typeof settingKeys)[number]>;
}

/** Where entries are kept: VS Code's Memento, or anything like it. */
export interface CacheStorage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What the copy of an earlier conversation begins with. */
export interface Beginning {
  id: string;
  title: string;
  /** The code where it stands now, which the key does not tell; left out, it stays where it was. */
  code?: readonly AttachedCode[];
}

interface Entry {
  key: string;
  conversation: Conversation;
}

const defaultStorageKey = "explain.cache";
/** JSON characters of all entries; VS Code reads and writes them as one. */
const defaultLimit = 400_000;

export class ExplanationCache {
  readonly #storage: CacheStorage;
  readonly #storageKey: string;
  readonly #limit: number;
  /** The one used last stands last. */
  #entries: Entry[] | null = null;

  /** @param storageKey no two caches share one: each holds its entries in memory */
  constructor(storage: CacheStorage, { limit = defaultLimit, storageKey = defaultStorageKey } = {}) {
    this.#storage = storage;
    this.#storageKey = storageKey;
    this.#limit = limit;
  }

  /** A copy of the conversation of an earlier answer, as the new one that `title` begins. */
  get(key: string, begins: Beginning): Conversation | null {
    const entry = this.#load().find((candidate) => candidate.key === key);
    if (!entry) return null;
    this.#entries = [...this.#load().filter((candidate) => candidate !== entry), entry];
    return copyOf(entry.conversation, begins);
  }

  /** Keeps a first answer that the model ended by itself; others are not worth keeping. */
  async put(key: string, conversation: Conversation): Promise<void> {
    const [, turn, ...more] = conversation.turns;
    if (turn?.role !== "assistant" || more.length > 0) return;
    if (turn.status !== "done" || turn.stopReason !== "stop" || runsText(turn.answer).trim() === "") return;
    const others = this.#load().filter((candidate) => candidate.key !== key);
    const entries = [...others, { key, conversation: structuredClone(conversation) }];
    while (entries.length > 0 && JSON.stringify(entries).length > this.#limit) entries.shift();
    this.#entries = entries;
    await this.#storage.update(this.#storageKey, entries);
  }

  #load(): Entry[] {
    const stored = this.#storage.get(this.#storageKey);
    this.#entries ??= Array.isArray(stored) ? (stored as Entry[]) : [];
    return this.#entries;
  }
}

export function explanationKey({ task, question, code, settings }: ExplanationInput): string {
  // Not the lines: they shift with every edit above.
  const pieces = code.map((piece) => [piece.languageId, piece.code, piece.role ?? "subject"]);
  const parts = [task, question, pieces, ...settingKeys.map((name) => settings[name])];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function copyOf(conversation: Conversation, { id, title, code }: Beginning): Conversation {
  const copy = structuredClone(conversation);
  const inputs: Conversation["inputs"] = {};
  for (const [index, turn] of copy.turns.entries()) {
    const input = copy.inputs[turn.id];
    turn.id = `${id}.${index}`;
    if (input) inputs[turn.id] = code ? inputAt(input, code) : input;
    if (turn.role !== "user") continue;
    turn.text = title;
    if (code) turn.attachments = code.map(({ attachment }) => attachment);
  }
  return { ...copy, id, title, inputs, forks: {}, nextTurn: copy.turns.length };
}

/** The code where it stands now, also in the message that the next question repeats. */
function inputAt(input: TurnInput, code: readonly AttachedCode[]): TurnInput {
  const now = code.map(({ piece }) => piece);
  const blocks = input.code.flatMap((piece, index) => {
    const block = codeBlock(piece);
    // Only at a line's start is it one of this place: the path of another file may end with this file's.
    const at = `\n${input.sent}`.indexOf(`\n${block}`);
    const moved = now[index];
    return at < 0 || !moved ? [] : [{ at, end: at + block.length, moved: codeBlock(moved) }];
  });
  // From the end, so that the places in front stay what they are.
  blocks.sort((a, b) => b.at - a.at);
  const sent = blocks.reduce((text, { at, end, moved }) => text.slice(0, at) + moved + text.slice(end), input.sent);
  return { ...input, code: now, sent };
}
