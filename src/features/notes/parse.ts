/** Notes on lines of code: how a model is shown the lines, and how its notes are read. Pure. */
import type { CodePiece } from "../../prompts/compose.ts";

export interface LineNote {
  /** 0-based. */
  line: number;
  text: string;
}

/** Characters of a note at a line's end; the whole is in its hover. */
export const shownLength = 100;

/** The piece with each line's number in front of it: models can not count lines. */
export function numbered(piece: CodePiece): CodePiece {
  const lines = piece.code.split(/\r?\n/);
  const width = String(piece.startLine + lines.length - 1).length;
  const code = lines.map((line, index) => `${String(piece.startLine + index).padStart(width)}: ${line}`).join("\n");
  return { ...piece, code };
}

/**
 * The notes of an answer, the first for each line; what is no note, or about another line, is left out.
 * Example: "12: adds the price", "- Line 12 – adds the price", "**12.** adds the price".
 * @param answer may still grow: its last line counts once it has ended
 * @param lines which lines may have notes, 1-based and inclusive
 */
export function parseNotes(
  answer: string,
  lines: Pick<CodePiece, "startLine" | "endLine">,
  ended: boolean,
): LineNote[] {
  const notes = new Map<number, string>();
  const given = answer.split(/\r?\n/);
  if (!ended) given.pop();
  for (const text of given) {
    const [, number = "", note = ""] =
      /^[\s>*_`-]*(?:lines?\s+)?(\d+)[*_`\s]*[:.)|–—-]+[*_`\s]*(\S.*)$/i.exec(text) ?? [];
    const line = Number(number);
    if (number === "" || line < lines.startLine || line > lines.endLine || notes.has(line)) continue;
    notes.set(line, note.trim());
  }
  return [...notes].map(([line, text]) => ({ line: line - 1, text })).sort((a, b) => a.line - b.line);
}

export function shorten(text: string): string {
  return text.length > shownLength ? `${text.slice(0, shownLength - 1).trimEnd()}…` : text;
}
