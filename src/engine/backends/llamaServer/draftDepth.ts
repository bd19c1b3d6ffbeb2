/**
 * How many tokens llama-server guesses ahead. It can not be told so by request, only at its start; so what its answers
 * tell is added up, and the depth that promises clearly more is taken when nobody waits. As in our own loop the measure is
 * tokens a second:
 *
 *   rate(n) = (1 + p + p² + … + pⁿ) / (1 + s·n)
 *
 * where p is the chance that a guess is right once those before it were, found from what was accepted, and s what one more
 * guessed token adds to a pass, found from the passes' times at different depths; until two depths have been tried, it is
 * assumed. No guessing at all is always one of the choices.
 */

/** What was seen at one depth. */
interface Seen {
  passes: number;
  acceptedTokens: number;
  ms: number;
}

export interface DepthState {
  depth: number;
  /** By depth. */
  seen: Record<string, Seen>;
}

export interface Answered {
  draftedTokens: number;
  acceptedTokens: number;
  /** Thought and answer. */
  outputTokens: number;
  decodeMs: number;
}

/** llama-server's own default. */
const usualDepth = 3;
const deepest = 8;
/** Fewer passes tell too little. */
const leastPasses = 80;
/** A change starts the server anew: it has to be worth that. */
const leastGain = 1.1;
/** While what a guess costs is only assumed, less is enough: another depth tells it. */
const leastGainAtFirst = 1.04;
/** What is remembered of a depth (passes): texts change. */
const memoryPasses = 3_000;
const mostChanges = 4;
/** Of a pass over one token: what it costs to verify one more, before that is known. */
const verificationCost = { cpu: 0.35, gpu: 0.06 };

export class DraftDepth {
  readonly #seen: Map<number, Seen>;
  readonly #assumedCost: number;
  /** Depths that the server did not start with. */
  readonly #refused = new Set<number>();
  #depth: number;
  #changes = 0;

  /**
   * @param draftCost what a guess is assumed to cost, as a share of a pass of the target
   * @param known of an earlier run; a depth of 0 is then tried anew, since the texts may be others
   */
  constructor(device: keyof typeof verificationCost, draftCost: number, known: DepthState | null = null) {
    this.#assumedCost = verificationCost[device] + draftCost;
    this.#depth = known ? Math.min(deepest, Math.max(1, known.depth)) : usualDepth;
    this.#seen = new Map(Object.entries(known?.seen ?? {}).map(([depth, seen]) => [Number(depth), seen]));
  }

  get current(): number {
    return this.#depth;
  }

  /** Notes a generation at the current depth. */
  observe({ draftedTokens, acceptedTokens, outputTokens, decodeMs }: Answered): void {
    const passes = outputTokens - acceptedTokens;
    if (passes <= 0 || decodeMs <= 0 || (draftedTokens === 0) !== (this.#depth === 0)) return;
    const before = this.#seen.get(this.#depth) ?? { passes: 0, acceptedTokens: 0, ms: 0 };
    const keep = Math.min(1, memoryPasses / Math.max(1, before.passes));
    this.#seen.set(this.#depth, {
      passes: keep * before.passes + passes,
      acceptedTokens: keep * before.acceptedTokens + acceptedTokens,
      ms: keep * before.ms + decodeMs,
    });
  }

  /** The depth that the next answers should have; the current one unless another promises clearly more. */
  get best(): number {
    const here = this.#seen.get(this.#depth);
    if (!here || here.passes < leastPasses || this.#changes >= mostChanges) return this.#depth;
    const chance = this.acceptance;
    const cost = this.#cost();
    const rate = (depth: number) => (1 + chain(chance, depth)) / (1 + cost * depth);
    let best = this.#depth;
    for (let depth = 0; depth <= deepest; depth++)
      if (rate(depth) > rate(best) && !this.#refused.has(depth)) best = depth;
    const wanted = this.#points.length < 2 ? leastGainAtFirst : leastGain;
    return rate(best) >= wanted * rate(this.#depth) ? best : this.#depth;
  }

  /** The server runs with this depth now. */
  use(depth: number): void {
    if (depth !== this.#depth) this.#changes++;
    this.#depth = depth;
  }

  /** A server is going to start anyway: with the best depth, unless that is 0, which an earlier run's texts may have made it. */
  start(): void {
    this.#depth = Math.max(1, this.best);
  }

  /** The server did not start with `depth`; it runs with `instead`. */
  refuse(depth: number, instead: number): void {
    this.#refused.add(depth);
    this.#depth = instead;
  }

  /** Chance (0..1) that a guess is right once those before it were. */
  get acceptance(): number {
    // From the depth seen most: what is known of others is older.
    const known = [...this.#seen].filter(([depth]) => depth > 0).sort(([, a], [, b]) => b.passes - a.passes)[0];
    if (!known) return 0.5;
    const [depth, { acceptedTokens, passes }] = known;
    let [low, high] = [0, 1];
    for (let i = 0; i < 30; i++) {
      const middle = (low + high) / 2;
      if (chain(middle, depth) < acceptedTokens / passes) low = middle;
      else high = middle;
    }
    return low;
  }

  toJSON(): DepthState {
    return { depth: this.#depth, seen: Object.fromEntries(this.#seen) };
  }

  /** Of each depth that was seen long enough the time of a pass (ms). */
  get #points(): { depth: number; ms: number; passes: number }[] {
    return [...this.#seen]
      .filter(([, { passes }]) => passes >= leastPasses / 2)
      .map(([depth, { ms, passes }]) => ({ depth, ms: ms / passes, passes }));
  }

  /** What one more guessed token adds to a pass, as a share of one without: the slope of a line through what was seen. */
  #cost(): number {
    const points = this.#points;
    if (points.length < 2) return this.#assumedCost;
    const weight = sum(points, ({ passes }) => passes);
    const depth = sum(points, (point) => point.passes * point.depth) / weight;
    const ms = sum(points, (point) => point.passes * point.ms) / weight;
    const slope =
      sum(points, (point) => point.passes * (point.depth - depth) * (point.ms - ms)) /
      sum(points, (point) => point.passes * (point.depth - depth) ** 2);
    const single = ms - slope * depth;
    return single > 0 ? Math.max(0, slope / single) : this.#assumedCost;
  }
}

/** Guesses accepted of `depth`, on average: p + p² + … */
function chain(chance: number, depth: number): number {
  let total = 0;
  for (let i = 1; i <= depth; i++) total += chance ** i;
  return total;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
