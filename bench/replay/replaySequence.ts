/** Plays a recorded decode to the real decoder: the same tokens; what its passes take is for a cost curve to say. */
import type { Candidates, TokenSequence } from "../../src/engine/speculation/types.ts";
import type { Trace } from "./trace.ts";

export class ReplaySequence implements TokenSequence {
  readonly contextSize = 1_000_000;
  readonly maxPassSize = 64;
  readonly company = 0;
  readonly vocabularySize: number;
  readonly tokens: number[];
  /** Sizes of the passes so far. */
  readonly sizes: number[] = [];
  readonly #trace: Trace;
  #firstOutput = 0;

  constructor(trace: Trace, vocabularySize: number) {
    this.#trace = trace;
    this.vocabularySize = vocabularySize;
    this.tokens = trace.prompt.slice(0, -1);
  }

  get length(): number {
    return this.tokens.length;
  }

  async evaluate(tokens: readonly number[], outputs: number): Promise<void> {
    this.sizes.push(tokens.length);
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
