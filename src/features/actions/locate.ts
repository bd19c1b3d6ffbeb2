/** Finds again what a proposal replaces, after the user went on typing while the model was thinking. Pure. */

/**
 * Offset of `original` in `text`: where it was, else the only place where it stands now; null when it was changed, or
 * stands at several places none of which is the old one.
 */
export function locate(text: string, original: string, offset: number): number | null {
  if (text.startsWith(original, offset)) return offset;
  const first = text.indexOf(original);
  return first >= 0 && text.indexOf(original, first + 1) < 0 ? first : null;
}

export interface Replaced {
  offset: number;
  original: string;
  replacement: string;
}

/**
 * The same change, where what it replaces is blank, with so much of the text around it that it can be found again: what
 * has no length stands everywhere, and blank lines do nearly so. First its own line is taken in, then those below, then
 * those above.
 */
export function anchored(text: string, { offset, original, replacement }: Replaced): Replaced {
  let start = offset;
  let end = offset + original.length;
  const isBlank = () => text.slice(start, end).trim() === "";
  if (isBlank()) {
    start = lineStart(text, start);
    end = lineEnd(text, end);
  }
  while (isBlank() && end < text.length) end = lineEnd(text, text.indexOf("\n", end) + 1);
  while (isBlank() && start > 0) start = lineStart(text, start - 1);
  const [before, after] = [text.slice(start, offset), text.slice(offset + original.length, end)];
  return { offset: start, original: before + original + after, replacement: before + replacement + after };
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** In front of its line break. */
function lineEnd(text: string, offset: number): number {
  const found = text.indexOf("\n", offset);
  if (found < 0) return text.length;
  return found > offset && text[found - 1] === "\r" ? found - 1 : found;
}
