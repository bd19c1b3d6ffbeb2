/** Which files are worth an index: text that people write, of a size that they write. */

/** Larger files are data or generated (bytes). */
export const largestFile = 256 * 1024;
/** Characters a line on average; minified code and data have more. */
const longestLines = 200;

/** Whether a file's content is text that somebody may want to read or repeat. */
export function isSourceText(text: string): boolean {
  if (text.trim() === "" || text.includes("\0")) return false;
  const lines = text.split("\n").length;
  return text.length / lines <= longestLines;
}

/** A state of a file, without reading it. */
export function fileVersion({ mtime, size }: { mtime: number; size: number }): string {
  return `${mtime.toString(36)}-${size.toString(36)}`;
}
