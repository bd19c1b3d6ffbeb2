/** Plays a recorded decode to the real decoder: the same tokens, the time of each pass taken from a cost curve. */
import type { CostCurve } from "../../src/engine/speculation/costCurve.ts";
import type { Candidates, TokenSequence } from "../../src/engine/speculation/types.ts";
import type { Trace } from "./trace.ts";

export class ReplaySequence implements TokenSequence {
  readonly contextSize = 1_000_000;
  readonly maxPassSize = 64;
  readonly company = 0;
  readonly vocabularySize: number;
  readonly tokens: number[];
  /** What the passes so far would have cost (ms). */
  costMs = 0;
  readonly #trace: Trace;
  readonly #costs: CostCurve;
  #firstOutput = 0;

  constructor(trace: Trace, vocabularySize: number, costs: CostCurve) {
    this.#trace = trace;
    this.#costs = costs;
    this.vocabularySize = vocabularySize;
    this.tokens = trace.prompt.slice(0, -1);
  }

  get length(): number {
    return this.tokens.length;
  }

  async evaluate(tokens: readonly number[], outputs: number): Promise<void> {
    this.costMs += this.#costs.passMs(tokens.length);
    this.tokens.push(...tokens);
    this.#firstOutput = this.length - outputs;
  }

  async candidates(index: number): Promise<Candidates> {
    // The row after position p says which token stands at p + 1.
    return this.#trace.candidates[this.#firstOutput + index + 1 - this.#trace.prompt.length]!;
  }

  rollback(length: number): boolean {
    if (length < this.length) this.tokens.length = length;
    return true;
  }
}
