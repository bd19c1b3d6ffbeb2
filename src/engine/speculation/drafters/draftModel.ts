/**
 * Drafts with a small model of the same vocabulary. Its KV cache follows the target's text; drafting stops early where
 * the draft model itself is unsure (entropy stop, after AdaEDL, arXiv 2410.18351: the top token's probability is the
 * cheap stand-in for the entropy). It samples with the target's own noise (see sampler.ts), so that at T > 0 the two
 * agree as often as their distributions allow.
 */
import type { Sampler } from "../sampler.ts";
import type { Draft, Drafter, TokenSequence } from "../types.ts";

/** Below this probability of its own top token the draft model stops. */
export const leastProbability = 0.4;
/** Lower ends of the confidence classes, by the probability of the draft's first token. */
const bucketFrom = [0, 0.5, 0.65, 0.8, 0.9, 0.96, 0.99, 0.998];

export interface ModelDrafterOptions {
  sequence: TokenSequence;
  sampler: Sampler;
  /** Around reading more than a few tokens, for which nobody is to wait. */
  whileReading?: (read: () => Promise<void>) => Promise<void>;
  /** Stops reading. */
  signal?: AbortSignal;
}

/** Read as part of a draft: what a round adds to the text. */
const fewTokens = 16;

export class ModelDrafter implements Drafter {
  readonly name = "draft";
  readonly cheap = false;
  readonly #o: ModelDrafterOptions;
  readonly #sequence: TokenSequence;
  #text: number[] = [];
  /** Leading tokens found to be the same in text and cache. */
  #common = 0;

  constructor(options: ModelDrafterOptions) {
    this.#o = options;
    this.#sequence = options.sequence;
  }

  begin(tokens: readonly number[]): void {
    this.#text = [...tokens];
    this.#common = 0;
  }

  commit(tokens: readonly number[]): void {
    for (const token of tokens) this.#text.push(token);
  }

  /** Its context may be smaller than the target's; a text that has outgrown it is left to the others. */
  get room(): number {
    return Math.max(0, this.#sequence.contextSize - 1 - this.#text.length);
  }

  /** The last token of the text is evaluated by draft(), which needs its logits. */
  get unread(): number {
    return Math.max(0, this.#text.length - 1 - this.#kept);
  }

  async read(): Promise<void> {
    if (this.room === 0) return;
    if (this.#kept < this.#sequence.length) this.#sequence.rollback(this.#kept);
    const { whileReading, signal } = this.#o;
    const rest = async () => {
      while (this.#sequence.length < this.#text.length - 1 && !signal?.aborted) {
        const from = this.#sequence.length;
        const size = Math.min(this.#sequence.maxPassSize, this.#text.length - 1 - from);
        await this.#sequence.evaluate(this.#text.slice(from, from + size), 0);
      }
    };
    if (whileReading && this.unread > fewTokens) await whileReading(rest);
    else await rest();
  }

  async draft(maxLength: number): Promise<Draft[]> {
    const limit = Math.min(maxLength, this.room);
    if (limit <= 0 || this.#text.length === 0) return [];
    await this.read();
    if (this.unread > 0) return [];
    const { sampler } = this.#o;
    const count = Math.max(8, sampler.candidateCount);
    const tokens: number[] = [];
    const text = [...this.#text.slice(-64)];
    let next = this.#text.at(-1)!;
    let bucket = 0;
    while (tokens.length < limit) {
      await this.#sequence.evaluate([next], 1, count);
      const candidates = await this.#sequence.candidates(0, count);
      const probability = topProbability(candidates.logits);
      if (tokens.length === 0) bucket = bucketFrom.findLastIndex((from) => probability >= from);
      if (tokens.length > 0 && probability < leastProbability) break;
      next = sampler.sample(candidates, this.#sequence.length, text);
      tokens.push(next);
      text.push(next);
    }
    return [{ drafter: this.name, tokens, bucket }];
  }

  /** Leading tokens of the text that its cache holds; the last one never counts. */
  get #kept(): number {
    const { tokens } = this.#sequence;
    const most = Math.max(0, this.#text.length - 1);
    while (this.#common < Math.min(most, tokens.length) && tokens[this.#common] === this.#text[this.#common])
      this.#common++;
    return this.#common;
  }
}

/** Of the likeliest among the candidates. @param logits best first */
export function topProbability(logits: readonly number[]): number {
  const top = logits[0]!;
  return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
}
