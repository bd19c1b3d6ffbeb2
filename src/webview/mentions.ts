/** What goes with a question, as it is named in the composer: "#" and a few letters to a file, a symbol and the like. Pure. */
import type { Reference } from "../common/panel.ts";

/** A "#" under way: where it stands in the text, and what follows it. */
export interface Mention {
  start: number;
  query: string;
}

/** Known without asking the host. */
const fixed: readonly Reference[] = [{ kind: "problems" }, { kind: "changes" }];
/** Offered at once; more are found by typing on. */
const maxOffered = 12;

/** The mention that ends at the caret; null when there is none. A "#" inside a word, as in "C#", is none. */
export function mentionAt(text: string, caret: number): Mention | null {
  const match = /(?:^|\s)#([^\s#]{0,100})$/.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? null : { start: caret - query.length - 1, query };
}

/** What fits the query, of the fixed references and of those that the host found; without those that are there already. */
export function offered(query: string, found: readonly Reference[], taken: readonly Reference[]): Reference[] {
  const wanted = query.toLowerCase();
  const takenKeys = new Set(taken.map(referenceKey));
  return [...fixed, ...found]
    .filter((reference) => !takenKeys.has(referenceKey(reference)))
    .filter((reference) => referenceName(reference).full.toLowerCase().includes(wanted))
    .slice(0, maxOffered);
}

/** The text without the mention, and where the caret is then. */
export function withoutMention(text: string, { start, query }: Mention): { text: string; caret: number } {
  return { text: text.slice(0, start) + text.slice(start + 1 + query.length), caret: start };
}

/** Equal for references to the same thing. */
export function referenceKey(reference: Reference): string {
  switch (reference.kind) {
    case "file":
      return `file ${reference.uri}`;
    case "symbol":
      return `symbol ${reference.uri} ${reference.startLine} ${reference.name}`;
    case "problems":
    case "changes":
      return reference.kind;
  }
}

/** `short` for a chip, `full` for the list and the tooltip. */
export function referenceName(reference: Reference): { short: string; full: string } {
  switch (reference.kind) {
    case "file":
      return { short: fileName(reference.label), full: reference.label };
    case "symbol":
      return { short: reference.name, full: `${reference.name} in ${reference.label}` };
    case "problems":
      return { short: "problems", full: "problems of the open file" };
    case "changes":
      return { short: "changes", full: "changes not yet committed" };
  }
}

/** Files of a drop: one address a line, lines of comments begin with "#". */
export function droppedFiles(uriList: string): Reference[] {
  return uriList
    .split(/\r?\n/)
    .filter((line) => /^[a-z][\w+.-]*:/i.test(line))
    .map((uri) => ({ kind: "file", uri, label: decoded(fileName(uri)) }));
}

function fileName(label: string): string {
  return label.split(/[\\/]/).at(-1) ?? label;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray "%"
  }
}
