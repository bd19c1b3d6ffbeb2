/** Finds explained code again in a document that changed while nobody looked. Pure. */
import { locate } from "../actions/locate.ts";
import type { LineRange } from "./lineRange.ts";

export interface Relocated {
  lines: LineRange;
  /** The code is another now; then `lines` are those where it was, as far as the document has them. */
  stale: boolean;
}

/**
 * @param text whole lines, as they were explained
 * @param lines where they were, 0-based and inclusive
 */
export function relocate(document: string, text: string, lines: LineRange): Relocated {
  // Line ends are another matter: a checkout changes them.
  const all = document.replaceAll("\r\n", "\n");
  const wanted = text.replaceAll("\r\n", "\n");
  // With the line breaks around it, so that it is found as whole lines only.
  const found = locate(`\n${all}\n`, `\n${wanted}\n`, offsetOf(all, lines.startLine));
  if (found === null) {
    const last = all.split("\n").length - 1;
    const startLine = Math.min(lines.startLine, last);
    return { lines: { startLine, endLine: Math.max(startLine, Math.min(lines.endLine, last)) }, stale: true };
  }
  const startLine = all.slice(0, found).split("\n").length - 1;
  return { lines: { startLine, endLine: startLine + wanted.split("\n").length - 1 }, stale: false };
}

/** Of a line's first character; of the text's end when it has fewer lines. */
function offsetOf(text: string, line: number): number {
  return text.split("\n", line).reduce((sum, { length }) => sum + length + 1, 0);
}
