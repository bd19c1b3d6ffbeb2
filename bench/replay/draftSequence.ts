/** Plays a draft model along a recorded trace to the real drafter; what its passes take is for a cost curve to say. */
import type { Candidates, TokenSequence } from "../../src/engine/speculation/types.ts";
import type { DraftTrace } from "./drafts.ts";
import type { Trace } from "./trace.ts";

/** Stands for all tokens but the likeliest. */
const another = -1;

export class DraftSequence implements TokenSequence {
  readonly contextSize = 1_000_000;
  readonly maxPassSize = 64;
  readonly company = 0;
  readonly vocabularySize: number;
  readonly tokens: number[] = [];
  /** Sizes of the passes so far. */
  readonly sizes: number[] = [];
  readonly #text: readonly number[];
  readonly #promptLength: number;
  readonly #positions: DraftTrace["positions"];

  constructor(trace: Trace, { positions }: DraftTrace, vocabularySize: number) {
    this.vocabularySize = vocabularySize;
    this.#text = [...trace.prompt, ...trace.output];
    this.#promptLength = trace.prompt.length;
    this.#positions = positions;
  }

  get length(): number {
    return this.tokens.length;
  }

  async evaluate(tokens: readonly number[]): Promise<void> {
    this.sizes.push(tokens.length);
    this.tokens.push(...tokens);
  }

  async candidates(): Promise<Candidates> {
    const strayed = this.tokens.findIndex((token, i) => token !== this.#text[i]);
    const from = strayed < 0 ? this.length : strayed;
    const said = this.#positions[from - this.#promptLength];
    // Beyond the end of the trace the decoder asks for nothing more.
    if (said === undefined) return { tokens: [another, another], logits: [0, 0] };
    if (typeof said === "number") return certain(this.#text[from]!, said);
    const next = said[this.length - from];
    if (!next) throw new Error("the drafter goes on where it was not recorded");
    return certain(...next);
  }

  rollback(length: number): boolean {
    if (length < this.length) this.tokens.length = length;
    return true;
  }
}

/** The likeliest token with its probability, the rest as one. */
function certain(token: number, probability: number): Candidates {
  return { tokens: [token, another], logits: [0, Math.log((1 - probability) / probability)] };
}
