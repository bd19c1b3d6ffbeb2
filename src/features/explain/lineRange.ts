/** Keeps the lines of an explanation on its code while the file is edited around it. */

/** Lines, 0-based and inclusive. */
export interface LineRange {
  startLine: number;
  endLine: number;
}

/** One edit: the lines that it touches, and how many line breaks it puts in their place. */
export interface LineEdit extends LineRange {
  /** Column of the edit's start: an edit at the start of a line pushes that line down. */
  startCharacter: number;
  insertedBreaks: number;
}

/**
 * The range after the edits of one change event (they do not overlap, and all speak of the document before it).
 * Edits above move it, edits inside stretch or shrink it; a range whose code was deleted keeps one line.
 * Example: lines 4-6, a new line above them at line 1 → lines 5-7.
 */
export function shiftRange(range: LineRange, edits: readonly LineEdit[]): LineRange {
  let { startLine, endLine } = range;
  for (const edit of edits) {
    startLine += startShift(range, edit);
    endLine += endShift(range, edit);
  }
  startLine = Math.max(0, startLine);
  return { startLine, endLine: Math.max(startLine, endLine) };
}

/** Line breaks that the edit adds; negative when it removes more than it brings. */
function addedLines(edit: LineEdit): number {
  return edit.insertedBreaks - (edit.endLine - edit.startLine);
}

function startShift(range: LineRange, edit: LineEdit): number {
  const startsAbove = edit.startLine < range.startLine;
  const atItsStart = edit.startLine === range.startLine && edit.startCharacter === 0 && edit.endLine === edit.startLine;
  if (atItsStart || (startsAbove && edit.endLine <= range.startLine)) return addedLines(edit);
  return startsAbove ? edit.startLine + edit.insertedBreaks - range.startLine : 0;
}

function endShift(range: LineRange, edit: LineEdit): number {
  if (edit.startLine > range.endLine) return 0;
  return edit.endLine <= range.endLine ? addedLines(edit) : edit.startLine + edit.insertedBreaks - range.endLine;
}
