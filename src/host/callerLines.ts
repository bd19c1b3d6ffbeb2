/** Which lines of a caller are shown: enough to see what it does with the code. Pure. */
import type { LineSpan } from "./indentation.ts";

/** A definition of so many lines is shown whole. */
const wholeLines = 12;
/** Of a longer one, or outside of any, lines before and after the use. */
const around = 3;

/** A line that only makes a name known in a file. */
const importing =
  /^\s*(import\b|from\s.*\bimport\b|export\s.*\bfrom\b|use\s|using\s|#\s*include\b|require\b|.*=\s*require\()/;

export function isImport(line: string): boolean {
  return importing.test(line);
}

/**
 * @param line of the use, 0-based
 * @param definition around the use; null where there is none
 * @param own lines of the code that is used, in the same document; null in another. They are not shown again.
 * @param lineCount of the document
 */
export function callerLines(
  line: number,
  definition: LineSpan | null,
  own: LineSpan | null,
  lineCount: number,
): LineSpan {
  const isShort = definition !== null && definition.endLine - definition.startLine < wholeLines;
  const isApart = !own || !definition || definition.endLine < own.startLine || own.endLine < definition.startLine;
  if (isShort && isApart) return definition;
  const least = own && line > own.endLine ? own.endLine + 1 : 0;
  const most = own && line < own.startLine ? own.startLine - 1 : lineCount - 1;
  return {
    startLine: Math.max(least, definition?.startLine ?? 0, line - around),
    endLine: Math.min(most, definition?.endLine ?? most, line + around),
  };
}
