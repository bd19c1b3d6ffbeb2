/** Which definitions go along with code that a question is about: the first that fit, and a word on the others. Pure. */
import { type CodePiece, codeBlock } from "./code.ts";
import { estimateTokens, type Omission } from "./contextBudget.ts";

export interface PickedReferences {
  /** With the role "reference". */
  pieces: CodePiece[];
  omitted: Omission[];
}

/**
 * @param candidates the most important first; lines that two of them share are taken once
 * @param tokens room for all of them; a definition is taken whole or left out
 */
export function pickReferences(candidates: readonly CodePiece[], tokens: number): PickedReferences {
  const picked: PickedReferences = { pieces: [], omitted: [] };
  let left = tokens;
  for (const candidate of candidates) {
    if ([...picked.pieces, ...picked.omitted].some((known) => overlap(known, candidate))) continue;
    const piece: CodePiece = { ...candidate, role: "reference" };
    const cost = estimateTokens(codeBlock(piece));
    if (cost <= left) {
      picked.pieces.push(piece);
      left -= cost;
    } else {
      const { label, startLine, endLine } = candidate;
      picked.omitted.push({ label, startLine, endLine });
    }
  }
  return picked;
}

function overlap(a: Omission, b: Omission): boolean {
  return a.label === b.label && a.startLine <= b.endLine && b.startLine <= a.endLine;
}
