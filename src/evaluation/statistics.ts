/** Figures of a comparison and how sure they are. Pure; randomness is given. */

export interface Interval {
  low: number;
  high: number;
}

const resamples = 2_000;
/** What a 95 % interval leaves out at either end. */
const tail = 0.025;
/** Of a standard normal distribution, two-sided 95 %. */
const z95 = 1.959964;

export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** 95 % interval of a proportion (Wilson 1927), which behaves also near 0 and 1 and for few items. */
export function wilson(successes: number, count: number): Interval {
  if (count === 0) return { low: 0, high: 1 };
  const p = successes / count;
  const denominator = 1 + z95 ** 2 / count;
  const centre = (p + z95 ** 2 / (2 * count)) / denominator;
  const half = (z95 * Math.sqrt((p * (1 - p)) / count + z95 ** 2 / (4 * count ** 2))) / denominator;
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * 95 % percentile interval of `statistic` over items drawn anew with replacement. Pairs stay pairs: give what all arms had
 * of an item as one element. NaN where more draws have no finite figure than an interval leaves out at an end: it would
 * have none.
 */
export function bootstrap<T>(
  items: readonly T[],
  statistic: (items: readonly T[]) => number,
  random: () => number,
): Interval {
  if (items.length === 0) return { low: Number.NaN, high: Number.NaN };
  const values = Array.from({ length: resamples }, () =>
    statistic(items.map(() => items[Math.floor(random() * items.length)]!)),
  )
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (resamples - values.length > tail * resamples) return { low: Number.NaN, high: Number.NaN };
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  return { low: at(tail), high: at(1 - tail) };
}

/**
 * One-sided exact sign test of paired outcomes (McNemar's, exact): the chance of at least so many losses if both were
 * equally good. 1 when they never differ.
 * @param losses items that only the reference has right @param gains items that only the candidate has right
 */
export function lossProbability(losses: number, gains: number): number {
  const differing = losses + gains;
  let term = 0.5 ** differing;
  let below = 0;
  for (let k = 0; k < losses; k++) {
    below += term;
    term = (term * (differing - k)) / (k + 1);
  }
  return 1 - below;
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
