/** KV prefix reuse: what the cache holds already is not evaluated again. */
import type { TokenSequence } from "../speculation/types.ts";

/** Number of leading tokens that both have. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}

/**
 * Brings the sequence to hold all of `prompt` but its last token, which the first round of decoding evaluates.
 * @returns how many prompt tokens were reused.
 */
export async function prefill(
  sequence: TokenSequence,
  prompt: readonly number[],
  options: {
    onProgress: (processed: number, reused: number) => void;
    onPass: (ms: number, size: number) => void;
    /** Waited for before each pass. */
    beforePass?: () => Promise<void>;
    signal?: AbortSignal;
  },
): Promise<number> {
  const wanted = prompt.length - 1;
  let reused = Math.min(commonPrefix(sequence.tokens, prompt), wanted);
  if (!sequence.rollback(reused)) reused = 0;
  options.onProgress(reused, reused);
  while (sequence.length < wanted && !options.signal?.aborted) {
    await options.beforePass?.();
    const from = sequence.length;
    const size = Math.min(sequence.maxPassSize, wanted - from);
    const before = performance.now();
    await sequence.evaluate(prompt.slice(from, from + size), 0);
    options.onPass(performance.now() - before, size);
    options.onProgress(sequence.length, reused);
  }
  return reused;
}
