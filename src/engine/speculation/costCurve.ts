/**
 * T(n): the time of one target pass over n tokens. On a CPU it climbs in steps (kernels work in tiles), on a GPU it is
 * flat up to tens of tokens, and both depend on the machine: so it is measured after load and corrected by every pass.
 */
import type { PassCost } from "../../common/stats.ts";
import type { TokenSequence } from "./types.ts";

/** Pass sizes measured after load; sizes between are interpolated, beyond the last the curve goes on straight. */
export const measuredSizes = [1, 2, 3, 4, 6, 8, 12, 16, 32] as const;
/** A size from here on is measured once only: on a CPU it takes as long as all the others. */
const largeSize = 32;
/** Measurements of a size agree when the second fastest took no longer than this, of the fastest. */
const steadyRatio = 1.08;
const mostRepeats = 3;
/** Drafts up to this pass size are considered whether it is measured or not. */
const assumedLargest = 16;

/** Serialised form: ms by pass size. */
export type CostSamples = Record<string, number>;

/** How far one observed pass moves the whole curve towards it (in logarithms): load and context slow every size alike. */
const sharedRate = 0.08;
/**
 * How far it moves its own size beyond that, at least. The first passes of a size move it further, 1/4, 1/5, … of the way:
 * on a busy machine the measurement of a size may be a third off (simulated: T(16)/T(1) is still 13 % off after twenty
 * passes of all sizes, in place of 26 % with the least rate alone).
 */
const ownRate = 0.02;
const measurementWeight = 3;
/** A single token is what the others are compared with, and what most passes are: what slows it slows them all. */
const plainRate = 0.012;
/** Passes of a size after which it need not be measured again. */
const passesThatTell = 8;
/** A pass says no more of its own size than that it was this much off: it may have met a neighbour's burst. */
const mostOfOne = 1.5;
/** A pass this many times slower than expected says something about the machine's load, not about the size. */
const outlierRatio = 3;
/** So many of them in a row, all slower or all faster: then it is the curve that is wrong. */
const outliersToBelieve = 8;

export class CostCurve {
  /** Known sizes in order, and the ms of each: asked for many times a round, when nothing is in the processor's caches. */
  readonly #sizes: number[] = [];
  readonly #times: number[] = [];
  /** Passes seen of each size since it was measured. */
  readonly #seen = new Map<number, number>();
  /** Passes of any size that were far off, since the last that was not; and of each size. */
  readonly #outliers = new OutlierRun();
  readonly #outliersOf = new Map<number, OutlierRun>();
  /** Sizes to be measured again: the machine was busy when they were. */
  readonly #doubtful = new Set<number>();

  constructor(samples: CostSamples = {}) {
    for (const [size, ms] of Object.entries(samples)) if (ms > 0) this.#set(Number(size), ms);
  }

  get known(): boolean {
    return this.#sizes[0] === 1;
  }

  /** Whether every size that is measured after load and fits into a pass has been, and none has to be again. */
  isComplete(maxPassSize: number, sizes: readonly number[] = measuredSizes): boolean {
    return sizes.every((size) => size > maxPassSize || (this.#sizes.includes(size) && !this.#doubtful.has(size)));
  }

  /** The same times, all of them to be measured. */
  copyInDoubt(): CostCurve {
    const copy = new CostCurve(this.samples());
    for (const size of this.#sizes) copy.#doubtful.add(size);
    return copy;
  }

  /** Takes measured times as they are. */
  adopt(samples: CostSamples): void {
    for (const [size, ms] of Object.entries(samples)) {
      this.#set(Number(size), ms);
      this.#seen.delete(Number(size));
      this.#doubtful.delete(Number(size));
    }
  }

  /**
   * What a measurement that was cut short has found: sizes of which nothing sure is known, beside what passes of one token
   * take by now. A single time may have met a burst, so they are measured again.
   */
  adoptPart(samples: CostSamples): void {
    const isKnown = this.known;
    const scale = isKnown && samples[1] ? this.passMs(1) / samples[1] : 1;
    for (const [key, ms] of Object.entries(samples)) {
      const size = Number(key);
      const isSure = this.#sizes.includes(size) && !this.#doubtful.has(size);
      if (isSure || (size === 1 && isKnown)) continue;
      this.#set(size, ms * scale);
      this.#seen.delete(size);
      this.#doubtful.add(size);
    }
  }

  /** ms of a pass over `size` tokens; the shape of a slow CPU is assumed where nothing was measured. */
  passMs(size: number): number {
    const sizes = this.#sizes;
    const times = this.#times;
    if (sizes.length === 0) return Number.NaN;
    let above = 0;
    while (above < sizes.length && sizes[above]! < size) above++;
    if (sizes[above] === size) return times[above]!;
    if (above === 0) return times[0]! * Math.min(1, 0.5 + (0.5 * size) / sizes[0]!);
    const below = above - 1;
    if (above === sizes.length) {
      // A lone measurement says nothing about the slope: two thirds of a pass for each further token.
      const slope =
        below === 0
          ? (times[0]! * 2) / 3 / sizes[0]!
          : (times[below]! - times[below - 1]!) / (sizes[below]! - sizes[below - 1]!);
      return times[below]! + Math.max(0, slope) * (size - sizes[below]!);
    }
    const share = (size - sizes[below]!) / (sizes[above]! - sizes[below]!);
    return times[below]! * (1 - share) + times[above]! * share;
  }

  /** The largest size that speculation may use: beyond what was measured the curve is a guess. */
  get largestSize(): number {
    return Math.max(assumedLargest, this.#sizes.at(-1) ?? 0);
  }

  /** T(size) / T(1). */
  relative(size: number): number {
    const ratio = this.passMs(size) / this.passMs(1);
    return Number.isFinite(ratio) && ratio > 0 ? ratio : 1 + (size - 1) * 0.6;
  }

  /**
   * A pass that took `ms`. A longer context and a busier machine make passes of every size slower, so an observation
   * scales the whole curve, its own size further. One that is far off is left out; eight in a row are believed.
   */
  observe(size: number, ms: number): void {
    const expected = this.passMs(size);
    if (!Number.isFinite(expected)) {
      this.#set(size, ms);
      return;
    }
    const ratio = ms / expected;
    if (ratio > outlierRatio || ratio < 1 / outlierRatio) {
      this.#observeOutlier(size, ratio);
      return;
    }
    this.#outliers.clear();
    this.#outliersOf.get(size)?.clear();
    const shared = ratio ** sharedRate;
    for (let i = 0; i < this.#times.length; i++) this.#times[i]! *= shared;
    if (size > largeSize && !this.#sizes.includes(size)) return;
    const own = Math.min(mostOfOne, Math.max(1 / mostOfOne, ratio)) ** this.#ownRate(size);
    this.#set(size, expected * shared * own);
  }

  #set(size: number, ms: number): void {
    let at = 0;
    while (at < this.#sizes.length && this.#sizes[at]! < size) at++;
    if (this.#sizes[at] !== size) {
      this.#sizes.splice(at, 0, size);
      this.#times.splice(at, 0, ms);
    } else this.#times[at] = ms;
  }

  #ownRate(size: number): number {
    if (size === 1) return plainRate;
    const seen = (this.#seen.get(size) ?? 0) + 1;
    this.#seen.set(size, seen);
    if (seen >= passesThatTell) this.#doubtful.delete(size);
    return Math.max(ownRate, 1 / (seen + measurementWeight));
  }

  /** Far off again and again: all sizes alike (measured beside a build, say), or this one alone. */
  #observeOutlier(size: number, ratio: number): void {
    const own = this.#outliersOf.get(size) ?? new OutlierRun();
    this.#outliersOf.set(size, own);
    const [ofAll, ofSize] = [this.#outliers.push(ratio), own.push(ratio)];
    const believed = ofAll ?? ofSize;
    if (believed === null) return;
    const wrong = ofAll === null ? [size] : this.#sizes;
    this.#set(size, this.passMs(size));
    for (const known of wrong) this.#set(known, this.passMs(known) * believed);
    // What was measured too slow was measured on a busy machine, each size on another moment of it.
    if (believed < 1) for (const known of wrong) this.#doubtful.add(known);
    this.#outliers.clear();
    this.#outliersOf.clear();
  }

  samples(): CostSamples {
    return Object.fromEntries(this.#sizes.map((size, i) => [size, this.#times[i]!]));
  }

  /** Those that are worth keeping between runs: without sizes to be measured again, but with what they are compared with. */
  sureSamples(): CostSamples {
    const isSure = ([size]: [string, number]) => size === "1" || !this.#doubtful.has(Number(size));
    return Object.fromEntries(Object.entries(this.samples()).filter(isSure));
  }

  /** T(n) at the known sizes, and at those of `rounds`, with how many there were of each; empty while nothing is known. */
  withRounds(rounds: ReadonlyMap<number, number>): PassCost[] {
    const sizes = [...new Set([...this.#sizes, ...rounds.keys()])].sort((a, b) => a - b);
    if (this.#sizes.length === 0) return [];
    return sizes.map((size) => ({
      size,
      ms: Math.round(this.passMs(size) * 100) / 100,
      passes: rounds.get(size) ?? 0,
    }));
  }

  /** T(n)/T(1) at the measured sizes, rounded for reading. */
  ratios(): Record<string, number> {
    return Object.fromEntries(this.#sizes.map((size) => [size, Math.round(this.relative(size) * 100) / 100]));
  }
}

/** Passes in a row that took a time far from the expected one, all on the same side of it. */
class OutlierRun {
  #ratios: number[] = [];

  /** @param ratio time / expected time. @returns the ratio to correct by (median), once there are enough; else null */
  push(ratio: number): number | null {
    if (this.#ratios.some((other) => other > 1 !== ratio > 1)) this.clear();
    this.#ratios.push(ratio);
    if (this.#ratios.length < outliersToBelieve) return null;
    return this.#ratios.sort((a, b) => a - b)[outliersToBelieve >> 1]!;
  }

  clear(): void {
    this.#ratios = [];
  }
}

/** Measures T(n) as `measureCosts` does, for a curve that may know some of it from passes. */
export async function measureInto(
  curve: CostCurve,
  sequence: TokenSequence,
  options: Parameters<typeof measureCosts>[1] = {},
): Promise<void> {
  let isCut = false;
  const stop = () => {
    isCut ||= options.stop?.() ?? false;
    return isCut;
  };
  const samples = await measureCosts(sequence, { ...options, stop });
  if (isCut) curve.adoptPart(samples);
  else curve.adopt(samples);
}

/**
 * Measures T(n) at the end of what the sequence holds, and rolls back. 2.5 to 5 s on 2-core machines that decode 30 to 12
 * tokens/s (some 60 to 75 times T(1)), a fraction of a second on a GPU. Interleaved rounds, minimum by size: what else runs
 * on the machine can only make a pass slower. Where the two fastest passes of a size do not agree the machine was busy,
 * and it is measured again, three times at most.
 *
 * @param outputs "last": the logits of the last position only, as where a text is read
 * @param stop asked between passes; what was measured until then is returned.
 */
export async function measureCosts(
  sequence: TokenSequence,
  options: {
    rounds?: number;
    sizes?: readonly number[];
    outputs?: "each" | "last";
    stop?: () => boolean;
    now?: () => number;
  } = {},
): Promise<CostSamples> {
  const {
    rounds = 2,
    sizes = measuredSizes,
    outputs = "each",
    stop = () => false,
    now = () => performance.now(),
  } = options;
  const start = sequence.length;
  const measured = new Map<number, number[]>();
  const fits = sizes.filter((size) => size <= sequence.maxPassSize && start + size < sequence.contextSize);
  const pass = (size: number) => timedPass(sequence, size, outputs === "each" ? size : 1, start, now);
  await pass(1); // the first pass after a load pages weights in
  for (let round = 0; round < rounds + mostRepeats; round++) {
    const wanted = round < rounds ? fits.filter((size) => size < largeSize || round === 0) : unsteady(measured);
    for (const size of wanted) {
      if (stop()) return fastest(measured);
      measured.set(size, [...(measured.get(size) ?? []), await pass(size)]);
    }
  }
  return fastest(measured);
}

/** Sizes to measure once more; the largest, of which there is one time only, with any other. */
function unsteady(measured: ReadonlyMap<number, readonly number[]>): number[] {
  const sizes = [...measured.keys()];
  const isUnsteady = (size: number) => !agree(measured.get(size)!);
  return sizes.some(isUnsteady) ? sizes.filter((size) => size >= largeSize || isUnsteady(size)) : [];
}

/** The two fastest are as good as the same; a lone one is believed. */
function agree(times: readonly number[]): boolean {
  const [first, second = first] = [...times].sort((a, b) => a - b);
  return second! <= first! * steadyRatio;
}

function fastest(measured: ReadonlyMap<number, readonly number[]>): CostSamples {
  return Object.fromEntries([...measured].map(([size, times]) => [size, Math.min(...times)]));
}

async function timedPass(
  sequence: TokenSequence,
  size: number,
  outputs: number,
  start: number,
  now: () => number,
): Promise<number> {
  const tokens = Array.from({ length: size }, (_, i) => (i * 7919 + 11) % sequence.vocabularySize);
  const before = now();
  const count = 40;
  await sequence.evaluate(tokens, outputs, count);
  for (let i = 0; i < outputs; i++) await sequence.candidates(i, count);
  const ms = now() - before;
  sequence.rollback(start);
  return ms;
}
