import type { Candidates, TokenSequence } from "../../../src/engine/speculation/types.ts";

/**
 * A language model small enough to reason about: the logits after a token are a fixed function of the last `order`
 * tokens. Checks what a real KV cache would not forgive: rows that were not asked for, passes that do not fit.
 */
export class ToySequence implements TokenSequence {
  readonly contextSize: number;
  readonly vocabularySize: number;
  readonly maxPassSize = 64;
  company = 0;
  readonly tokens: number[] = [];
  passes = 0;
  /** Sizes of the passes so far. */
  readonly sizes: number[] = [];
  readonly #order: number;
  readonly #forgetful: boolean;
  #outputs = 0;
  #end = 0;

  /** `forgetful`: cannot drop a suffix, and is empty when asked to, as recurrent models are. */
  constructor(options: { vocabularySize?: number; contextSize?: number; order?: number; forgetful?: boolean } = {}) {
    this.vocabularySize = options.vocabularySize ?? 40;
    this.contextSize = options.contextSize ?? 4096;
    this.#order = options.order ?? 2;
    this.#forgetful = options.forgetful ?? false;
  }

  get length(): number {
    return this.tokens.length;
  }

  async evaluate(tokens: readonly number[], outputs: number): Promise<void> {
    if (tokens.length === 0 || tokens.length > this.maxPassSize) throw new Error(`pass of ${tokens.length} tokens`);
    if (this.length + tokens.length > this.contextSize) throw new Error("context overflow");
    this.tokens.push(...tokens);
    this.passes++;
    this.sizes.push(tokens.length);
    this.#outputs = outputs;
    this.#end = this.length;
  }

  async candidates(index: number, count: number): Promise<Candidates> {
    if (index < 0 || index >= this.#outputs) throw new Error(`row ${index} was not asked for`);
    const logits = this.logitsAfter(this.tokens.slice(0, this.#end - this.#outputs + index + 1));
    const order = logits.map((_, token) => token).sort((a, b) => logits[b]! - logits[a]! || a - b);
    const tokens = order.slice(0, count);
    return { tokens, logits: tokens.map((token) => logits[token]!) };
  }

  rollback(length: number): boolean {
    if (length >= this.length) return true;
    this.tokens.length = this.#forgetful ? 0 : length;
    return !this.#forgetful;
  }

  /** Logits of every token of the vocabulary after `text`. */
  logitsAfter(text: readonly number[]): number[] {
    let state = 7;
    for (const token of text.slice(-this.#order)) state = Math.imul(state ^ (token + 1), 0x9e3779b1) >>> 0;
    return Array.from({ length: this.vocabularySize }, (_, token) => {
      const x = Math.imul(state ^ Math.imul(token + 1, 0x85ebca77), 0xc2b2ae35) >>> 0;
      return (x / 0x1_0000_0000) * 8;
    });
  }
}
