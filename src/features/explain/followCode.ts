/** Keeps an explanation on its code while the document is edited, and knows when that is another now. Pure. */
import { type LineEdit, type LineRange, moved, reachOf, shiftRange } from "./lineRange.ts";
import { relocate } from "./relocate.ts";

/** Where explained code is, and what it was. */
export interface FollowedCode {
  lines: LineRange;
  /** Of the lines, as they were explained. */
  text: string;
  /** Lines under which the thread stands; a part of `lines`. */
  shown: LineRange;
}

/**
 * Where code is after the edits of one change event. Its lines alone do not tell: Enter behind its end begins a line that
 * is none of it, and a file that was read anew is one edit, from the first line that changed to the last. So it is looked
 * for in all that the edits touched, which costs no more than they did; anywhere else it would be a copy.
 * @param textOf whole lines of the document as it is now
 */
export function followCode(
  { lines, text, shown }: FollowedCode,
  edits: readonly LineEdit[],
  textOf: (lines: LineRange) => string,
): FollowedCode & { stale: boolean } {
  const after = { lines: shiftRange(lines, edits), text, shown: shiftRange(shown, edits) };
  if (textOf(after.lines) === text) return { ...after, stale: false };
  const reach = reachOf(lines, edits);
  const found = relocate(textOf(reach.after), text, shiftedBy(lines, -reach.before.startLine));
  if (found.stale) return { ...after, stale: true };
  const there = shiftedBy(found.lines, reach.after.startLine);
  return { lines: there, text: textOf(there), shown: moved(shown, lines, there), stale: false };
}

function shiftedBy({ startLine, endLine }: LineRange, lineCount: number): LineRange {
  return { startLine: startLine + lineCount, endLine: endLine + lineCount };
}
