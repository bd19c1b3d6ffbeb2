/**
 * Fits code into a number of tokens. What is left out is always returned, to be told to the user and to the model:
 * nothing is cut silently.
 */
import { type CodePiece, codeBlock, place } from "./code.ts";

/** Lines that are not shown. */
export type Omission = Pick<CodePiece, "label" | "startLine" | "endLine">;

export interface FittedCode {
  pieces: CodePiece[];
  omitted: Omission[];
}

/** Of a piece that is too long, this share of the room goes to its beginning, where declarations stand; the rest to its end. */
const headShare = 2 / 3;
/** A cut that leaves fewer lines than this shows nothing useful. */
const leastLines = 6;

/**
 * @param pieces the most important first; each is kept whole when it fits, else cut in the middle, else left out
 * @param tokens room for all of them
 * @param count tokens of a text; without a tokenizer, an estimate
 */
export function fitCode(
  pieces: readonly CodePiece[],
  tokens: number,
  count: (text: string) => number = estimateTokens,
): FittedCode {
  const fitted: FittedCode = { pieces: [], omitted: [] };
  let left = tokens;
  for (const piece of pieces) {
    const whole = count(codeBlock(piece));
    if (whole <= left) {
      fitted.pieces.push(piece);
      left -= whole;
      continue;
    }
    const cut = cutMiddle(piece, left, count);
    fitted.pieces.push(...cut.pieces);
    fitted.omitted.push(...cut.omitted);
    left -= cut.pieces.reduce((sum, part) => sum + count(codeBlock(part)), 0);
  }
  return fitted;
}

/** "Left out for lack of room: src/a.ts, lines 81-240; src/b.ts, lines 1-90.", for the model. "" when nothing is. */
export function describeOmissions(omitted: readonly Omission[]): string {
  return omitted.length === 0 ? "" : `Left out for lack of room: ${omittedPlaces(omitted)}.`;
}

/** "src/a.ts, lines 81-240; src/b.ts, lines 1-90", for people. */
export function omittedPlaces(omitted: readonly Omission[]): string {
  return omitted.map(place).join("; ");
}

function cutMiddle(piece: CodePiece, tokens: number, count: (text: string) => number): FittedCode {
  const lines = piece.code.replace(/\n$/, "").split("\n");
  const keep = (kept: number): CodePiece[] => {
    const head = Math.ceil(kept * headShare);
    const tail = kept - head;
    return [slice(piece, lines, 0, head), slice(piece, lines, lines.length - tail, lines.length)].filter(
      (part) => part.code !== "",
    );
  };
  const cost = (kept: number) => keep(kept).reduce((sum, part) => sum + count(codeBlock(part)), 0);
  let fits = 0;
  let tooMany = lines.length;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (cost(middle) <= tokens) fits = middle;
    else tooMany = middle;
  }
  const { label, startLine, endLine } = piece;
  if (fits < leastLines) return { pieces: [], omitted: [{ label, startLine, endLine }] };
  const head = Math.ceil(fits * headShare);
  const omitted = { label, startLine: startLine + head, endLine: startLine + lines.length - 1 - (fits - head) };
  return { pieces: keep(fits), omitted: [omitted] };
}

/** Lines `from` to `to` (0-based, exclusive) of a piece. */
function slice(piece: CodePiece, lines: readonly string[], from: number, to: number): CodePiece {
  return {
    ...piece,
    startLine: piece.startLine + from,
    endLine: piece.startLine + to - 1,
    code: lines.slice(from, to).join("\n"),
  };
}

/** Letters of a word that make a token, and tokens by which a character of another script counts; on the safe side. */
const lettersPerToken = 4;
const tokensPerOther = 1.8;

/**
 * An estimate that is rather too high than too low: words by their length, each digit and each pair of signs, and each
 * run of white space that is more than the space in front of a word.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const run of text.match(/[A-Za-z]+|\d+|\s+|\P{ASCII}+|[^\sA-Za-z\d\P{ASCII}]+/gu) ?? []) {
    if (/\P{ASCII}/u.test(run)) tokens += run.length * tokensPerOther;
    else if (/[A-Za-z]/.test(run)) tokens += Math.ceil(run.length / lettersPerToken);
    else if (/\d/.test(run)) tokens += run.length;
    else if (/\s/.test(run)) tokens += run === " " ? 0 : 1;
    else tokens += Math.ceil(run.length / 2);
  }
  return Math.ceil(tokens);
}
