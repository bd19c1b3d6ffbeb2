/**
 * Drafts with a small model of the same vocabulary. Its KV cache follows the target's text; drafting stops early where
 * the draft model itself is unsure (entropy stop, after AdaEDL, arXiv 2410.18351: the top token's probability is the
 * cheap stand-in for the entropy). It samples with the target's own noise (see sampler.ts), so that at T > 0 the two
 * agree as often as their distributions allow.
 */
import type { Sampler } from "../sampler.ts";
import type { Draft, Drafter, TokenSequence } from "../types.ts";

/** Below this probability of its own top token the draft model stops. */
const leastProbability = 0.4;
/** Tokens evaluated at once when the cache has to catch up. */
const bucketFrom = [0, 0.5, 0.65, 0.8, 0.9, 0.96, 0.99, 0.998];

export class ModelDrafter implements Drafter {
  readonly name = "draft";
  readonly cheap = false;
  readonly #sequence: TokenSequence;
  readonly #sampler: Sampler;
  #text: number[] = [];

  constructor(sequence: TokenSequence, sampler: Sampler) {
    this.#sequence = sequence;
    this.#sampler = sampler;
  }

  begin(tokens: readonly number[]): void {
    this.#text = [...tokens];
  }

  commit(tokens: readonly number[]): void {
    for (const token of tokens) this.#text.push(token);
  }

  /** Evaluates the text the draft model has not seen; done with the target's prefill, in passes of `maxPassSize`. */
  async catchUp(signal?: AbortSignal): Promise<void> {
    const { tokens } = this.#sequence;
    let common = 0;
    while (common < tokens.length && common < this.#text.length && tokens[common] === this.#text[common]) common++;
    // The last token is evaluated by draft(), which needs its logits.
    common = Math.min(common, this.#text.length - 1);
    if (common < tokens.length) this.#sequence.rollback(common);
    while (this.#sequence.length < this.#text.length - 1 && !signal?.aborted) {
      const from = this.#sequence.length;
      const size = Math.min(this.#sequence.maxPassSize, this.#text.length - 1 - from);
      await this.#sequence.evaluate(this.#text.slice(from, from + size), 0);
    }
  }

  async draft(maxLength: number): Promise<Draft[]> {
    const room = this.#sequence.contextSize - 1 - this.#text.length;
    const limit = Math.min(maxLength, room);
    if (limit <= 0 || this.#text.length === 0) return [];
    await this.catchUp();
    const tokens: number[] = [];
    const text = [...this.#text.slice(-64)];
    let next = this.#text.at(-1)!;
    let bucket = 0;
    while (tokens.length < limit) {
      await this.#sequence.evaluate([next], 1);
      const candidates = await this.#sequence.candidates(0, Math.max(8, this.#sampler.candidateCount));
      const probability = topProbability(candidates.logits);
      if (tokens.length === 0) bucket = bucketFrom.findLastIndex((from) => probability >= from);
      if (tokens.length > 0 && probability < leastProbability) break;
      next = this.#sampler.sample(candidates, this.#sequence.length, text);
      tokens.push(next);
      text.push(next);
    }
    return [{ drafter: this.name, tokens, bucket }];
  }
}

function topProbability(logits: readonly number[]): number {
  const top = logits[0]!;
  return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
}
