/** Keeps the lines of an explanation on its code while the file is edited around it. */

/** Lines, 0-based and inclusive. */
export interface LineRange {
  startLine: number;
  endLine: number;
}

/** Where code begins in its first line and ends in its last, 0-based, as long as the lines are those that were explained. */
export interface Columns {
  start: number;
  end: number;
}

/** All of the lines. */
export const wholeLines: Columns = { start: 0, end: Number.MAX_SAFE_INTEGER };

/** One edit: the lines that it touches, and how many line breaks it puts in their place. */
export interface LineEdit extends LineRange {
  /** Column of the edit's start: an edit at the start of a line pushes that line down. */
  startCharacter: number;
  insertedBreaks: number;
  /** The first line stays whole: the edit only adds or takes away what is below it. */
  keepsFirst: boolean;
  /** The last line stays whole, pushed down or pulled up from its start. */
  keepsLast: boolean;
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

/** The lines of a range with all of each edit that reaches into them, before the edits and after. */
export function reachOf(range: LineRange, edits: readonly LineEdit[]): { before: LineRange; after: LineRange } {
  const before = { ...range };
  const others: LineEdit[] = [];
  let added = 0;
  for (const edit of edits) {
    if (edit.startLine > range.endLine || edit.endLine < range.startLine) {
      others.push(edit);
      continue;
    }
    before.startLine = Math.min(before.startLine, edit.startLine);
    before.endLine = Math.max(before.endLine, edit.endLine);
    added += addedLines(edit);
  }
  const { startLine, endLine } = shiftRange(before, others);
  return { before, after: { startLine, endLine: endLine + added } };
}

/** Lines `shown` within lines that went from one place to another; all of them stay all, whatever their number. */
export function moved(shown: LineRange, from: LineRange, to: LineRange): LineRange {
  if (shown.startLine === from.startLine && shown.endLine === from.endLine) return to;
  const within = (line: number) => Math.max(to.startLine, Math.min(line + to.startLine - from.startLine, to.endLine));
  return { startLine: within(shown.startLine), endLine: within(shown.endLine) };
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
