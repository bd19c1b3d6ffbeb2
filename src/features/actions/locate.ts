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
