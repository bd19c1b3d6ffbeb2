/** What is compared on recorded traces: our controller, fixed rules, and published bandits. */
import type { AcceptanceModel } from "../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../src/engine/speculation/controller.ts";
import type { CostCurve } from "../../src/engine/speculation/costCurve.ts";
import type { Draft } from "../../src/engine/speculation/types.ts";

/** The part of the controller that the decoder uses. */
export type Policy = Pick<Controller, "choose" | "commit" | "observeRound" | "interrupt" | "wantsModelDraft">;
export type PolicyMaker = (costs: CostCurve, acceptance: AcceptanceModel) => Policy;

type Round = Parameters<Controller["observeRound"]>[0];

abstract class Rule implements Policy {
  abstract choose(drafts: readonly Draft[], kind: string, room: number): { draft: Draft | null; length: number };
  commit(): void {}
  interrupt(): void {}
  observeRound(_: Round): void {}
  wantsModelDraft(): number {
    return 0;
  }
}

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

/** Arms of the bandits: a drafter and a length; length 0 is plain decoding. */
const lengths = [0, 1, 3, 7, 15];
const arms: readonly { drafter: "suffix" | "recycling" | null; length: number }[] = [
  { drafter: null, length: 0 },
  ...lengths.slice(1).flatMap((length) => [
    { drafter: "suffix" as const, length },
    { drafter: "recycling" as const, length },
  ]),
];

/** UCB1 over (drafter, length) with tokens per second as reward, after BanditSpec (arXiv 2505.15141), without context. */
class Ucb extends Rule {
  readonly #sum = arms.map(() => 0);
  readonly #count = arms.map(() => 0);
  readonly #costs: CostCurve;
  #arm = 0;
  #total = 0;
  constructor(costs: CostCurve) {
    super();
    this.#costs = costs;
  }
  override choose(drafts: readonly Draft[], _: string, room: number) {
    const usable = arms
      .map((arm, index) => ({
        index,
        length: arm.length,
        draft: drafts.find((one) => one.drafter === arm.drafter) ?? null,
      }))
      .filter((arm) => arm.length === 0 || (arm.draft !== null && room > 0));
    const score = ({ index }: { index: number }) =>
      this.#count[index] === 0
        ? Number.POSITIVE_INFINITY
        : this.#sum[index]! / this.#count[index]! + 0.5 * Math.sqrt(Math.log(this.#total + 1) / this.#count[index]!);
    const best = usable.reduce((a, b) => (score(b) > score(a) ? b : a));
    this.#arm = best.index;
    const length = best.draft ? Math.min(best.length, best.draft.tokens.length, room) : 0;
    return { draft: length > 0 ? best.draft : null, length };
  }
  override observeRound(round: Round): void {
    const size = round.draft ? arms[this.#arm]!.length + 1 : 1;
    const reward = (round.acceptedCount + 1) / this.#costs.relative(size);
    this.#sum[this.#arm]! += reward;
    this.#count[this.#arm]! += 1;
    this.#total++;
  }
}

export const policies: Record<string, PolicyMaker> = {
  "hunch controller": (costs, acceptance) => new Controller({ acceptance, costs, allowedSizes: null }),
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
  "UCB bandit": (costs) => new Ucb(costs),
};
/** Rules with no state: the best of them, chosen per prompt after the fact, is the oracle to compare with. */
export const fixedPolicies = Object.keys(policies).filter((name) => name.startsWith("fixed") || name === "plain");
