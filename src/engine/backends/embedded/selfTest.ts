/**
 * The exactness self-test of a loaded model: when it is run, how far it reached, and what of it is kept on disk. The first
 * use of strict mode waits for a short one; the long one follows while nobody waits.
 */
import type { ExactnessResult } from "../../../common/stats.ts";
import { measureExactness, quickLengths, strictLengths, thoroughLengths } from "../../speculation/exactness.ts";
import type { TokenSequence } from "../../speculation/types.ts";
import type { ThreadGovernor } from "../../threads.ts";

export type SelfTestKind = "quick" | "long" | "thorough";

const lengthsOf = { quick: quickLengths, long: strictLengths, thorough: thoroughLengths };

/** Passes use as many threads as it is told. */
type TestedSequence = TokenSequence & { threads: number };
type Threads = Pick<ThreadGovernor, "threads" | "max">;

export class SelfTest {
  readonly #sequence: TestedSequence;
  readonly #governor: Threads;
  #result: ExactnessResult | null;
  /** Threads that the result is of. */
  #threads: number;

  /** @param kept of an earlier run, with the most threads that may be used */
  constructor(sequence: TestedSequence, governor: Threads, kept: ExactnessResult | null) {
    this.#sequence = sequence;
    this.#governor = governor;
    this.#result = kept;
    this.#threads = governor.max;
  }

  get result(): ExactnessResult | null {
    return this.#result;
  }

  /** What holds for the configuration it is kept for: of a machine too busy for all threads it does not. */
  get toKeep(): ExactnessResult | null {
    return this.#threads === this.#governor.max ? this.#result : null;
  }

  /** It has reached the lengths of this kind, with all threads if those may be used now. */
  isDone(kind: SelfTestKind): boolean {
    if (this.#result === null || this.#threads < this.#governor.threads) return false;
    const { lengths } = this.#result;
    return lengthsOf[kind](this.#sequence.contextSize).every((length) => lengths.includes(length));
  }

  /** Leaves the sequence empty. @param stop asked between passes; then nothing is learnt */
  async run(kind: SelfTestKind, stop: () => boolean = () => false): Promise<void> {
    const { threads } = this.#governor;
    this.#sequence.threads = threads;
    const result = await measureExactness(this.#sequence, lengthsOf[kind](this.#sequence.contextSize), stop);
    if (!result) return;
    this.#result = result;
    this.#threads = threads;
  }
}
