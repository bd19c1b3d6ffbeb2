/**
 * Searches whole conversations, answers included, for what the list alone does not show. Each is read from disk when its
 * turn comes, with a pause between, so that the window stays responsive; the next search ends the one before. What was read
 * is kept for the searches that follow as one types, and let go of when none has for a while.
 */
import { runsText, type Turn } from "../../common/panel.ts";
import type { Conversation } from "./conversation.ts";

/** What tells whether a conversation is still what was read. */
export interface SearchedSummary {
  id: string;
  title: string;
  /** Time of the last change (ms since 1970); a new title is none. */
  updatedAt: number;
}

export interface SearchedLibrary {
  /** Newest first. */
  list(): readonly SearchedSummary[];
  /** null when it can not be read. */
  find(id: string): Conversation | null;
}

export interface SearchLimits {
  /** Conversations looked at for one search; beyond them the first would take many seconds. */
  conversations: number;
  /** Memory for texts that are kept; those of older conversations are read each time. */
  bytes: number;
  /** Time after the last search in which texts are kept (ms). */
  keptMs: number;
}

const defaultLimits: SearchLimits = { conversations: 1_000, bytes: 32e6, keptMs: 60_000 };

export class LibrarySearch {
  readonly #library: SearchedLibrary;
  readonly #limits: SearchLimits;
  readonly #texts = new Map<string, { of: SearchedSummary; text: string }>();
  #textBytes = 0;
  #letGo: NodeJS.Timeout | null = null;
  #searches = 0;

  constructor(library: SearchedLibrary, limits: Partial<SearchLimits> = {}) {
    this.#library = library;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** Ids of conversations that have every word of the query, newest first; null when another search took its place. */
  async run(query: string): Promise<string[] | null> {
    const search = ++this.#searches;
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found: string[] = [];
    if (words.length === 0) return found;
    this.#letGoLater();
    for (const summary of this.#library.list().slice(0, this.#limits.conversations)) {
      await new Promise((resolve) => setImmediate(resolve));
      if (search !== this.#searches) return null;
      const text = this.#textOf(summary);
      if (words.every((word) => text.includes(word))) found.push(summary.id);
    }
    return found;
  }

  /** "" when it can not be read. */
  #textOf(summary: SearchedSummary): string {
    const kept = this.#texts.get(summary.id);
    if (kept?.of.updatedAt === summary.updatedAt && kept.of.title === summary.title) return kept.text;
    this.#drop(summary.id);
    const conversation = this.#library.find(summary.id);
    const text = conversation ? textOf(conversation) : "";
    if (conversation && this.#textBytes + bytesOf(text) <= this.#limits.bytes) {
      this.#texts.set(summary.id, { of: summary, text });
      this.#textBytes += bytesOf(text);
    }
    return text;
  }

  #drop(id: string): void {
    const kept = this.#texts.get(id);
    if (!kept) return;
    this.#texts.delete(id);
    this.#textBytes -= bytesOf(kept.text);
  }

  #letGoLater(): void {
    if (this.#letGo) clearTimeout(this.#letGo);
    this.#letGo = setTimeout(() => {
      this.#texts.clear();
      this.#textBytes = 0;
    }, this.#limits.keptMs).unref();
  }
}

/** In memory, at most: two for each UTF-16 unit. */
function bytesOf(text: string): number {
  return 2 * text.length;
}

/** Title, questions and answers of all versions, in lower case; not the thoughts. */
function textOf({ title, turns, forks }: Conversation): string {
  const asides = Object.values(forks).flatMap(({ versions }) => versions.flat());
  return [title, ...[...turns, ...asides].map(wordsOf)].join("\n").toLowerCase();
}

function wordsOf(turn: Turn): string {
  return turn.role === "user" ? turn.text : runsText(turn.answer);
}
