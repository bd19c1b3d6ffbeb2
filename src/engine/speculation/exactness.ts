/**
 * Which pass sizes give the same logits, bit by bit, as passes over one token. Kernels differ by size (tiles, repacked
 * weights, split attention), so greedy text with drafts may drift from plain decoding at near-ties, in every engine of
 * this family. Where a size is proven equal, the text is the same, token by token: strict mode uses only those.
 */
import type { ExactnessResult } from "../../common/stats.ts";
import type { Candidates, TokenSequence } from "./types.ts";

const testedSizes = [2, 3, 4, 5, 6, 8, 12, 16] as const;
const longestTested = Math.max(...testedSizes);
/** Logits compared at each position. */
const comparedCandidates = 40;

/** Both sides of 256 and 512 cells, where attention kernels change: for a first use of strict mode, which waits for it. */
export function quickLengths(contextSize: number): number[] {
  return fitting([200, 300, 600], contextSize);
}

/** And at 2 000: for strict mode, while nobody waits. */
export function strictLengths(contextSize: number): number[] {
  return fitting([200, 300, 600, 2_000], contextSize);
}

/** The same, up to long contexts: for `doctor`. */
export function thoroughLengths(contextSize: number): number[] {
  return fitting([120, 200, 300, 480, 600, 1_100, 2_000], contextSize);
}

function fitting(lengths: readonly number[], contextSize: number): number[] {
  return lengths.filter((length) => length + 2 * longestTested < contextSize);
}

/**
 * Takes the time of a prefill of the longest length and of about 60 passes a length. Leaves the sequence empty.
 * @param stop asked between passes. @returns null when it was stopped
 */
export async function measureExactness(
  sequence: TokenSequence,
  lengths: readonly number[],
  stop: () => boolean = () => false,
): Promise<ExactnessResult | null> {
  const tokens = Array.from({ length: Math.max(...lengths) + longestTested }, (_, i) => textLikeToken(i, sequence));
  const maxDifference = new Map<number, number>(testedSizes.map((size) => [size, 0]));
  sequence.rollback(0);
  try {
    for (const length of [...lengths].sort((a, b) => a - b)) {
      while (sequence.length < length) {
        if (stop()) return null;
        const from = sequence.length;
        await sequence.evaluate(tokens.slice(from, from + Math.min(sequence.maxPassSize, length - from)), 0);
      }
      if (!(await compareSizes(sequence, tokens, maxDifference, stop))) return null;
    }
  } finally {
    sequence.rollback(0);
  }
  const exactSizes = [1, ...testedSizes.filter((size) => maxDifference.get(size) === 0)];
  return { exactSizes, lengths: [...lengths], maxDifference: Object.fromEntries(maxDifference) };
}

/** At the end of what the sequence holds; leaves it as it was. @returns false when it was stopped */
async function compareSizes(
  sequence: TokenSequence,
  tokens: readonly number[],
  maxDifference: Map<number, number>,
  stop: () => boolean,
): Promise<boolean> {
  const { length } = sequence;
  const single: Candidates[] = [];
  for (let i = 0; i < longestTested; i++) {
    if (stop()) return false;
    await sequence.evaluate([tokens[length + i]!], 1);
    single.push(await sequence.candidates(0, comparedCandidates));
  }
  for (const size of testedSizes) {
    if (stop()) return false;
    sequence.rollback(length);
    await sequence.evaluate(tokens.slice(length, length + size), size);
    const note = (difference: number) => maxDifference.set(size, Math.max(maxDifference.get(size)!, difference));
    for (let i = 0; i < size; i++)
      note(largestDifference(single[i]!, await sequence.candidates(i, comparedCandidates)));
    // A pass may compute the same logits and yet leave other keys and values behind: the next token tells.
    if (size < longestTested) {
      await sequence.evaluate([tokens[length + size]!], 1);
      note(largestDifference(single[size]!, await sequence.candidates(0, comparedCandidates)));
    }
  }
  sequence.rollback(length);
  return true;
}

/** 0 only if both name the same tokens with the same bits. */
function largestDifference(a: Candidates, b: Candidates): number {
  const other = new Map(b.tokens.map((token, i) => [token, b.logits[i]!]));
  let largest = 0;
  a.tokens.forEach((token, i) => {
    const logit = other.get(token);
    // A token that fell out of the other list differs by at least the distance to that list's end.
    const difference = logit === undefined ? a.logits[i]! - b.logits.at(-1)! : a.logits[i]! - logit;
    largest = Math.max(largest, Math.abs(difference) || (logit === undefined ? Number.MIN_VALUE : 0));
  });
  return largest;
}

/** A fixed sequence of tokens with repeats, as text has. */
function textLikeToken(index: number, sequence: TokenSequence): number {
  const spread = (Math.imul(index % 97, 2654435761) >>> 8) % Math.min(sequence.vocabularySize, 20_000);
  return 100 + (spread % Math.max(1, Math.min(sequence.vocabularySize, 20_000) - 100));
}
