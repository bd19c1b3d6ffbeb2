/**
 * Finds the lines of a document that a code block of an answer is another form of: approximate matching by dynamic
 * programming, with a free beginning and end in the document (Sellers 1980, "The theory and computation of evolutionary
 * distances"). Pure.
 */
import type { LineSpan } from "../../host/indentation.ts";
import { sharedLines } from "../actions/reply.ts";

/** Of the block's lines, this share has to stand in the document as it is; else it is no form of anything there. */
const leastShare = 0.4;
/** What a line costs that only the block has, and one that only the document has: answers make code shorter, too. */
const addedCost = 1;
const missingCost = 0.5;
/** Of a line that became another, with nothing in common. */
const changedCost = 2;
/** Comparisons of lines: beyond them it takes more than some tenths of a second. */
const maxCells = 1_000_000;

/**
 * The lines in `within` that the block is a new form of; null when there are none.
 * Example: a document "a b c d e", the block "b X d" → lines 1 to 3.
 */
export function alignBlock(lines: readonly string[], within: LineSpan, block: string): LineSpan | null {
  const given = wordsOf(block.split(/\r?\n/));
  const shown = wordsOf(lines.slice(within.startLine, within.endLine + 1));
  if (given.length === 0 || given.length * shown.length > maxCells) return null;
  const found = cheapest(given, shown);
  const [first, last] = [shown[found.start], shown[found.end - 1]];
  if (!first || !last || found.start >= found.end) return null;
  const startLine = within.startLine + first.at;
  const endLine = within.startLine + last.at;
  const own = block.split(/\r?\n/).filter((line) => line.trim().length > 2).length;
  const shared = sharedLines(block, lines.slice(startLine, endLine + 1).join("\n"));
  return own > 0 && shared >= own * leastShare ? { startLine, endLine } : null;
}

interface Line {
  at: number;
  text: string;
  words: ReadonlySet<string>;
}

/** Lines that are not blank. */
function wordsOf(lines: readonly string[]): Line[] {
  return lines.flatMap((line, at) => {
    const text = line.trim();
    return text === "" ? [] : [{ at, text, words: numbered(text.match(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu) ?? []) }];
  });
}

/** Each again by its number where it occurs several times: "))" is ")" and ") 2". */
function numbered(words: readonly string[]): Set<string> {
  const counts = new Map<string, number>();
  return new Set(
    words.map((word) => {
      const count = (counts.get(word) ?? 0) + 1;
      counts.set(word, count);
      return count > 1 ? `${word} ${count}` : word;
    }),
  );
}

interface Cell {
  cost: number;
  /** Where in the document the match begins. */
  start: number;
}

/** The cheapest match of all of `given` with a part of `shown`: its first line, and the one behind its last. */
function cheapest(given: readonly Line[], shown: readonly Line[]): { start: number; end: number } {
  let row: Cell[] = Array.from({ length: shown.length + 1 }, (_, start) => ({ cost: 0, start }));
  for (const line of given) {
    const next: Cell[] = [plus(row[0], addedCost)];
    for (const [index, other] of shown.entries()) {
      const changed = plus(row[index], changedCost * (1 - similarity(line, other)));
      const added = plus(row[index + 1], addedCost);
      const missing = plus(next[index], missingCost);
      next.push([added, missing].reduce((best, cell) => (cell.cost < best.cost ? cell : best), changed));
    }
    row = next;
  }
  const least = Math.min(...row.map(({ cost }) => cost));
  const end = row.findIndex(({ cost }) => cost === least);
  return { start: row[end]?.start ?? 0, end };
}

function plus(cell: Cell | undefined, cost: number): Cell {
  return { cost: (cell?.cost ?? 0) + cost, start: cell?.start ?? 0 };
}

/** How much two lines have in common, 0 to 1. */
export function likeness(a: string, b: string): number {
  const [one, other] = wordsOf([a, b]);
  return one && other ? similarity(one, other) : 0;
}

/** 1 for the same text, else the share of words and signs that both have, as often as they do (Dice's coefficient). */
function similarity(a: Line, b: Line): number {
  if (a.text === b.text) return 1;
  let both = 0;
  for (const word of a.words) if (b.words.has(word)) both++;
  return (2 * both) / (a.words.size + b.words.size);
}
