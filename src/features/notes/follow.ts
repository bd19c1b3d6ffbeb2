/** Keeps notes on their lines while the document is edited. Pure. */
import { type LineEdit, shiftRange } from "../explain/lineRange.ts";
import type { LineNote } from "./parse.ts";

/**
 * The notes after the edits of one change event. A note on a line that was edited is no longer about it, and goes.
 * Example: notes on lines 3 and 5, a line inserted above, line 5 edited → a note on line 4.
 */
export function followEdits(notes: readonly LineNote[], edits: readonly LineEdit[]): LineNote[] {
  return notes
    .filter(({ line }) => !edits.some((edit) => touches(edit, line)))
    .map(({ line, text }) => ({ line: shiftRange({ startLine: line, endLine: line }, edits).startLine, text }));
}

function touches(edit: LineEdit, line: number): boolean {
  const isKept = (line === edit.startLine && edit.keepsFirst) || (line === edit.endLine && edit.keepsLast);
  return edit.startLine <= line && line <= edit.endLine && !isKept;
}
