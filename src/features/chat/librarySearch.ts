/**
 * Searches whole conversations, answers included, for what the list alone does not show. Each is read from disk when its
 * turn comes, with a pause between, so that the window stays responsive; the next search ends the one before.
 */
import { runsText, type Turn } from "../../common/panel.ts";
import type { Conversation } from "./conversation.ts";

export interface SearchedLibrary {
  /** Newest first. */
  list(): readonly { id: string }[];
  /** null when it can not be read. */
  find(id: string): Conversation | null;
}

/** Read for one search at most; beyond them it would take many seconds. */
const defaultLimit = 1_000;

export class LibrarySearch {
  readonly #library: SearchedLibrary;
  readonly #limit: number;
  #searches = 0;

  constructor(library: SearchedLibrary, limit = defaultLimit) {
    this.#library = library;
    this.#limit = limit;
  }

  /** Ids of conversations that have every word of the query, newest first; null when another search took its place. */
  async run(query: string): Promise<string[] | null> {
    const search = ++this.#searches;
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found: string[] = [];
    if (words.length === 0) return found;
    for (const { id } of this.#library.list().slice(0, this.#limit)) {
      await new Promise((resolve) => setImmediate(resolve));
      if (search !== this.#searches) return null;
      const conversation = this.#library.find(id);
      const text = conversation ? textOf(conversation) : "";
      if (words.every((word) => text.includes(word))) found.push(id);
    }
    return found;
  }
}

/** Title, questions and answers of all versions, in lower case; not the thoughts. */
function textOf({ title, turns, forks }: Conversation): string {
  const asides = Object.values(forks).flatMap(({ versions }) => versions.flat());
  return [title, ...[...turns, ...asides].map(wordsOf)].join("\n").toLowerCase();
}

function wordsOf(turn: Turn): string {
  return turn.role === "user" ? turn.text : runsText(turn.answer);
}
