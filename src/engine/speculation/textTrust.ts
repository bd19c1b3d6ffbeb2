/**
 * How far what earlier texts taught of drafts holds for the one being written. Acceptance is learnt by confidence class,
 * over texts; one that looks like them and goes another way would cost a pass over wrong guesses again and again, until
 * each class has unlearnt. So within a text, outcomes are held against what was expected, over all classes of a way of
 * drafting together, and where they fall short the odds of its drafts are lowered by as much. Never raised: that a text
 * is easy, its classes learn soon enough, and a gain missed for a while is no loss against plain decoding.
 */
import { bandFrom } from "./acceptance.ts";
import type { Draft } from "./types.ts";

/** Draft tokens, found right or wrong and expected to be. */
interface Outcomes {
  right: number;
  wrong: number;
  expectedRight: number;
  expectedWrong: number;
}

/** The suffix drafter's three ways of finding a draft have as many confidence classes each; the others have one way. */
const classesOfAWay = 8;
const mostWays = 5;
/** Share of the old outcomes kept with each new draft. */
const fade = 0.95;
/** Outcomes as expected that are assumed before any is seen, right and wrong ones each. */
const priorWeight = 6;

export class TextTrust {
  /** By way of drafting. */
  readonly #outcomes: (Outcomes | undefined)[] = Array(mostWays).fill(undefined);

  /** The chances as far as this text bears them out. @param chances by band of draft positions, as acceptance.ts has them */
  applied(draft: Draft, chances: readonly number[]): readonly number[] {
    const outcomes = this.#outcomes[wayOf(draft)];
    if (!outcomes) return chances;
    const { right, wrong, expectedRight, expectedWrong } = outcomes;
    const oddsRatio =
      ((right + priorWeight) / (expectedRight + priorWeight)) * ((expectedWrong + priorWeight) / (wrong + priorWeight));
    if (oddsRatio >= 1) return chances;
    return chances.map((chance) => (chance * oddsRatio) / (chance * oddsRatio + 1 - chance));
  }

  /** A draft of which the first `accepted` tokens were right, and the next wrong if `mismatch`. @param chances it had */
  observe(draft: Draft, chances: readonly number[], accepted: number, mismatch: boolean): void {
    const way = wayOf(draft);
    const outcomes = this.#outcomes[way] ?? { right: 0, wrong: 0, expectedRight: 0, expectedWrong: 0 };
    let expectedRight = 0;
    let band = 0;
    const seen = accepted + (mismatch ? 1 : 0);
    for (let position = 0; position < seen; position++) {
      if (position === bandFrom[band + 1]) band++;
      expectedRight += chances[band]!;
    }
    outcomes.right = outcomes.right * fade + accepted;
    outcomes.wrong = outcomes.wrong * fade + (mismatch ? 1 : 0);
    outcomes.expectedRight = outcomes.expectedRight * fade + expectedRight;
    outcomes.expectedWrong = outcomes.expectedWrong * fade + seen - expectedRight;
    this.#outcomes[way] = outcomes;
  }
}

function wayOf({ drafter, bucket }: Draft): number {
  return drafter === "draft" ? 0 : drafter === "recycling" ? 1 : 2 + Math.floor(bucket / classesOfAWay);
}
