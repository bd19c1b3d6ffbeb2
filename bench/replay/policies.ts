/** What is compared on recorded traces: our controller, fixed rules, and published bandits. */
import type { AcceptanceModel } from "../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../src/engine/speculation/controller.ts";
import type { CostCurve } from "../../src/engine/speculation/costCurve.ts";
import type { DraftCosts } from "../../src/engine/speculation/draftCosts.ts";
import type { Draft } from "../../src/engine/speculation/types.ts";
import { Exp3Spec, TapOut, UcbSpec } from "./bandits.ts";
import { ModelRule, OnCurves } from "./draftModel.ts";
import { type Policy, Rule } from "./rule.ts";
import { draftOf, type Way } from "./ways.ts";

/** `draft`: costs of the draft model; null: there is none. */
export type PolicyMaker = (costs: CostCurve, acceptance: AcceptanceModel, draft: DraftCosts | null) => Policy;

export const ours = "hunch controller";
export const policies: Record<string, PolicyMaker> = {
  [ours]: (costs, acceptance, draftCosts) => {
    const options = { acceptance, costs, allowedSizes: null };
    return draftCosts
      ? new OnCurves(new Controller({ ...options, draftCosts }), costs, draftCosts)
      : new Controller(options);
  },
  "BanditSpec UCB, reward tokens a round": () => new UcbSpec(() => 1),
  "BanditSpec UCB, reward tokens per time": (costs) => new UcbSpec((size) => costs.relative(size)),
  "BanditSpec EXP3": () => new Exp3Spec(),
  "TapOut, UCB1 over stopping rules": () => new TapOut(),
};

/** The first ways that have a draft of at least this confidence class, in this order. */
interface Source {
  name: string;
  from: readonly { way: Way; least: number }[];
}

/** Always the first `length` tokens of a draft of the source, if it has one. */
class Fixed extends Rule {
  readonly #source: Source;
  readonly #length: number;
  constructor(source: Source, length: number) {
    super();
    this.#source = source;
    this.#length = length;
  }
  override choose(drafts: readonly Draft[], _: string, room: number) {
    for (const { way, least } of this.#source.from) {
      const draft = draftOf(drafts, way, least);
      if (draft) return { draft, length: Math.min(this.#length, draft.tokens.length, room) };
    }
    return { draft: null, length: 0 };
  }
}

const sources: readonly Source[] = [
  { name: "match", from: [{ way: "match", least: 0 }] },
  { name: "match ≥ 2", from: [{ way: "match", least: 1 }] },
  { name: "match ≥ 4", from: [{ way: "match", least: 3 }] },
  { name: "match ≥ 9", from: [{ way: "match", least: 5 }] },
  { name: "match ≥ 24", from: [{ way: "match", least: 7 }] },
  { name: "copy", from: [{ way: "copy", least: 0 }] },
  { name: "copy in step", from: [{ way: "copy", least: 2 }] },
  { name: "trusted copy in step", from: [{ way: "copy", least: 5 }] },
  {
    name: "copy, else match",
    from: [
      { way: "copy", least: 0 },
      { way: "match", least: 0 },
    ],
  },
  {
    name: "copy in step, else match ≥ 4",
    from: [
      { way: "copy", least: 2 },
      { way: "match", least: 3 },
    ],
  },
  { name: "recycling", from: [{ way: "recycling", least: 0 }] },
  { name: "recycling of a pair", from: [{ way: "recycling", least: 4 }] },
  { name: "recycling of a pair, p > 0.7", from: [{ way: "recycling", least: 6 }] },
  { name: "recycling of a pair, p > 0.9", from: [{ way: "recycling", least: 7 }] },
];
const lengths = [1, 2, 3, 4, 5, 7, 8, 11, 15, 23, 31];

export const plain = "plain";
/** Rules with no state: the best of them, chosen per prompt after the fact, is the oracle to compare with. */
export const fixedRules: ReadonlyMap<string, Rule> = new Map([
  [plain, new Fixed({ name: plain, from: [] }, 0)],
  ...sources.flatMap((source) =>
    lengths.map((length): [string, Rule] => [`${source.name}, ${length}`, new Fixed(source, length)]),
  ),
]);
/** Of them, those that have a row of their own. */
export const shownRules = [
  plain,
  ...["match", "match ≥ 4", "match ≥ 9", "copy in step"].flatMap((name) => [3, 7, 15].map((n) => `${name}, ${n}`)),
  "recycling of a pair, p > 0.7, 1",
  "recycling of a pair, p > 0.7, 3",
];

/** The same with a draft model: alone, and where there is no copy in step. */
export const modelRules: ReadonlyMap<string, Rule> = new Map(
  [1, 2, 3, 4, 5, 7].flatMap((length): [string, Rule][] => [
    [`draft model, ${length}`, new ModelRule(length)],
    ...[3, 7, 15].map((copied): [string, Rule] => [
      `copy in step, ${copied}, else draft model, ${length}`,
      new ModelRule(length, copied),
    ]),
  ]),
);
export const shownModelRules = [1, 3, 7].map((length) => `draft model, ${length}`);
