/**
 * Knows the text beforehand and chooses, of the drafts made, the one with the most tokens per time: what no policy can
 * beat with these drafters (it takes the best of each pass for itself, which is next to the best of all passes together).
 */
import type { CostCurve } from "../../src/engine/speculation/costCurve.ts";
import type { Draft } from "../../src/engine/speculation/types.ts";
import { Rule } from "./rule.ts";

export class Clairvoyant extends Rule {
  readonly #costs: CostCurve;
  readonly #output: readonly number[];
  #done = 0;

  constructor(costs: CostCurve, output: readonly number[]) {
    super();
    this.#costs = costs;
    this.#output = output;
  }

  override commit(tokens: readonly number[]): void {
    this.#done += tokens.length;
  }

  override choose(drafts: readonly Draft[], _: string, room: number): { draft: Draft | null; length: number } {
    let best: { draft: Draft | null; length: number } = { draft: null, length: 0 };
    let bestRate = 1;
    for (const draft of drafts) {
      const right = this.#rightOf(draft);
      // A pass of a larger size can be cheaper than one that ends with the last right token (tiles).
      for (let length = 1; length <= Math.min(room, draft.tokens.length); length++) {
        const rate = (1 + Math.min(right, length)) / this.#costs.relative(length + 1);
        if (rate > bestRate) [bestRate, best] = [rate, { draft, length }];
      }
    }
    return best;
  }

  #rightOf(draft: Draft): number {
    const wrong = draft.tokens.findIndex((token, i) => token !== this.#output[this.#done + i]);
    return wrong < 0 ? draft.tokens.length : wrong;
  }
}
