/** What is compared on recorded traces: our controller, fixed rules, and published bandits. */
import type { AcceptanceModel } from "../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../src/engine/speculation/controller.ts";
import type { CostCurve } from "../../src/engine/speculation/costCurve.ts";
import type { Draft } from "../../src/engine/speculation/types.ts";
import { Exp3Spec, TapOut, UcbSpec } from "./bandits.ts";
import { type Policy, Rule } from "./rule.ts";

export type PolicyMaker = (costs: CostCurve, acceptance: AcceptanceModel) => Policy;

/** Always the first `length` tokens of the suffix match, if it is at least `leastBucket` long. */
class Fixed extends Rule {
  readonly #length: number;
  readonly #leastBucket: number;
  constructor(length: number, leastBucket = 0) {
    super();
    this.#length = length;
    this.#leastBucket = leastBucket;
  }
  override choose(drafts: readonly Draft[], _: string, room: number) {
    const draft = drafts.find((one) => one.drafter === "suffix" && one.bucket >= this.#leastBucket);
    if (!draft) return { draft: null, length: 0 };
    return { draft, length: Math.min(this.#length, draft.tokens.length, room) };
  }
}

export const ours = "hunch controller";
export const policies: Record<string, PolicyMaker> = {
  [ours]: (costs, acceptance) => new Controller({ acceptance, costs, allowedSizes: null }),
  plain: () => new Fixed(0),
  "fixed 1": () => new Fixed(1),
  "fixed 3": () => new Fixed(3),
  "fixed 7": () => new Fixed(7),
  "fixed 15": () => new Fixed(15),
  "fixed 3, match ≥ 4": () => new Fixed(3, 3),
  "fixed 7, match ≥ 4": () => new Fixed(7, 3),
  "fixed 15, match ≥ 4": () => new Fixed(15, 3),
  "fixed 15, match ≥ 9": () => new Fixed(15, 5),
  "fixed 31, match ≥ 9": () => new Fixed(31, 5),
  "BanditSpec UCB, reward tokens a round": () => new UcbSpec(() => 1),
  "BanditSpec UCB, reward tokens per time": (costs) => new UcbSpec((size) => costs.relative(size)),
  "BanditSpec EXP3": () => new Exp3Spec(),
  "TapOut, UCB1 over stopping rules": () => new TapOut(),
};
/** Rules with no state: the best of them, chosen per prompt after the fact, is the oracle to compare with. */
export const fixedPolicies = Object.keys(policies).filter((name) => name.startsWith("fixed") || name === "plain");
