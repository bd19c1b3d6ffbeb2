/** What goes with a question beside the code that it is about, each once. Pure. */
import type { AttachedCode } from "./conversation.ts";

/**
 * @param found what the code uses, and what the editor reports in it
 * @param named what the user put beside the question; it stays, also where that has all of a piece that was found
 */
export function goesAlong(
  about: AttachedCode,
  found: readonly AttachedCode[],
  named: readonly AttachedCode[],
): AttachedCode[] {
  return [about, ...found.filter((piece) => !named.some((other) => contains(other, piece))), ...named];
}

function contains({ piece: whole }: AttachedCode, { piece: part }: AttachedCode): boolean {
  return whole.label === part.label && whole.startLine <= part.startLine && part.endLine <= whole.endLine;
}
