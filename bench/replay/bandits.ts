/**
 * Published bandits, given our drafters: BanditSpec (arXiv 2505.15141) chooses among configurations, here (drafter,
 * length); TapOut (arXiv 2511.02017) among rules that say where a draft ends. Both see only the arm they pulled, know
 * neither the kind of text nor (but for TapOut's rules) how sure a drafter is of this draft.
 */

import type { Draft } from "../../src/engine/speculation/types.ts";
import { seededRandom } from "../../src/evaluation/statistics.ts";
import { type Round, Rule } from "./rule.ts";
import { classOf, draftOf } from "./ways.ts";

/** Tokens of a draft at most: longer arms cost the bandits more on climbing curves than they bring on flat ones. */
const longest = 15;

interface Pull {
  draft: Draft | null;
  length: number;
}
/** What an arm would do this round; null when it has nothing to draft with. */
type Arm = (drafts: readonly Draft[], room: number) => Pull | null;

const none: Pull = { draft: null, length: 0 };

function take(draft: Draft | undefined, length: number, room: number): Pull | null {
  const taken = draft ? Math.min(length, draft.tokens.length, room) : 0;
  return draft && taken > 0 ? { draft, length: taken } : null;
}

const configurations: readonly Arm[] = [
  () => none,
  ...[1, 3, 7, longest].flatMap((length): Arm[] =>
    (["match", "copy", "recycling"] as const).map(
      (way): Arm =>
        (drafts, room) =>
          take(draftOf(drafts, way, 0), length, room),
    ),
  ),
];

/** A copy that is in step, or else a match. */
const surest = (drafts: readonly Draft[]) => draftOf(drafts, "copy", 2) ?? draftOf(drafts, "match", 0);
/** Ends of drafts: after some tokens, by the length of the match, only for long matches, by the model's last certainty. */
const stoppingRules: readonly Arm[] = [
  (drafts, room) => take(surest(drafts), 3, room),
  (drafts, room) => take(surest(drafts), longest, room),
  (drafts, room) => {
    const draft = draftOf(drafts, "match", 0);
    return take(draft, draft ? 1 + classOf(draft) * 2 : 0, room);
  },
  (drafts, room) => take(draftOf(drafts, "match", 3), 7, room),
  (drafts, room) => take(draftOf(drafts, "match", 5), longest, room),
  (drafts, room) => take(draftOf(drafts, "copy", 2), 7, room),
  (drafts, room) => take(draftOf(drafts, "recycling", 6), 3, room),
];

abstract class Bandit extends Rule {
  readonly #arms: readonly Arm[];
  #pulled: { arm: number; pull: Pull } | null = null;

  constructor(arms: readonly Arm[]) {
    super();
    this.#arms = arms;
  }

  override choose(drafts: readonly Draft[], _: string, room: number): Pull {
    const usable = this.#arms.flatMap((arm, index) => (arm(drafts, room) ? [index] : []));
    if (usable.length === 0) {
      this.#pulled = null;
      return none;
    }
    const arm = this.pick(usable);
    const pull = this.#arms[arm]!(drafts, room)!;
    this.#pulled = { arm, pull };
    return pull;
  }

  override observeRound(round: Round): void {
    if (this.#pulled) this.learn(this.#pulled.arm, round.acceptedCount, this.#pulled.pull.length);
  }

  /** One of the arms that have something to draft. */
  protected abstract pick(usable: readonly number[]): number;
  protected abstract learn(arm: number, accepted: number, drafted: number): void;
}

/** Mean reward in 0..1 plus a bound that shrinks with the pulls. */
abstract class Ucb extends Bandit {
  readonly #sum: number[] = [];
  readonly #count: number[] = [];
  #total = 0;

  protected override pick(usable: readonly number[]): number {
    return usable.reduce((best, arm) => (this.#score(arm) > this.#score(best) ? arm : best));
  }

  protected reward(arm: number, reward: number): void {
    this.#sum[arm] = (this.#sum[arm] ?? 0) + reward;
    this.#count[arm] = (this.#count[arm] ?? 0) + 1;
    this.#total++;
  }

  #score(arm: number): number {
    const count = this.#count[arm] ?? 0;
    if (count === 0) return Number.POSITIVE_INFINITY;
    return this.#sum[arm]! / count + Math.sqrt((2 * Math.log(this.#total)) / count);
  }
}

/** UCBSpec. The paper's reward is the tokens of a round; its code rewards throughput. */
export class UcbSpec extends Ucb {
  readonly #cost: (size: number) => number;

  /** @param cost of a pass by its size, relative to one token; the reward is tokens / cost. */
  constructor(cost: (size: number) => number) {
    super(configurations);
    this.#cost = cost;
  }

  protected override learn(arm: number, accepted: number, drafted: number): void {
    this.reward(arm, (accepted + 1) / this.#cost(drafted + 1) / (longest + 1));
  }
}

/** EXP3Spec: arms drawn by exponential weights, for rewards that may change at any time. */
export class Exp3Spec extends Bandit {
  readonly #logWeights = configurations.map(() => 0);
  readonly #random = seededRandom(1);
  #chance = 1;
  #rounds = 0;

  constructor() {
    super(configurations);
  }

  protected override pick(usable: readonly number[]): number {
    const top = Math.max(...usable.map((arm) => this.#logWeights[arm]!));
    const weights = usable.map((arm) => Math.exp(this.#logWeights[arm]! - top));
    const sum = weights.reduce((a, b) => a + b, 0);
    let point = this.#random() * sum;
    let at = 0;
    while (at < usable.length - 1 && point >= weights[at]!) point -= weights[at++]!;
    this.#chance = weights[at]! / sum;
    return usable[at]!;
  }

  protected override learn(arm: number, accepted: number): void {
    this.#rounds++;
    const rate = Math.sqrt(Math.log(configurations.length) / (this.#rounds * configurations.length));
    const loss = 1 - (accepted + 1) / (longest + 1);
    this.#logWeights[arm]! -= (rate * loss) / this.#chance;
  }
}

/** UCB1 over stopping rules, rewarded by half for how much was accepted and by half for how much of the draft was. */
export class TapOut extends Ucb {
  constructor() {
    super(stoppingRules);
  }

  protected override learn(arm: number, accepted: number, drafted: number): void {
    this.reward(arm, 0.5 * (accepted / longest) + 0.5 * (drafted > 0 ? accepted / drafted : 0));
  }
}
