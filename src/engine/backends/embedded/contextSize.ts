/** How many tokens a context is to hold, and what is done where there is no memory for them. */

/** Context taken by "auto" at most (tokens): enough for a file and a conversation, small enough for any machine. */
export const autoContextSize = 8_192;
export const smallestContext = 512;

/** Parts of the whole that "auto" makes do with, one after the other. */
const shares = [1, 0.7, 0.5, 0.35];

/** Sizes to try, the largest first (tokens). @param mayShrink not where a size was asked for: that is had or not */
export function sizesToTry(contextSize: number, mayShrink: boolean): number[] {
  if (!mayShrink) return [contextSize];
  const sizes = shares.map((share) => Math.max(smallestContext, Math.floor(contextSize * share)));
  return [...new Set(sizes)];
}

/** The first that there is memory for. @throws what the last one threw; at once what is no shortage */
export async function openLargest<T>(
  sizes: readonly number[],
  open: (size: number) => Promise<T>,
  isShortage: (error: unknown) => boolean,
): Promise<T> {
  for (const size of sizes.slice(0, -1))
    try {
      return await open(size);
    } catch (error) {
      if (!isShortage(error)) throw error;
    }
  return open(sizes.at(-1)!);
}
