/**
 * Chooses, each round, whose draft to verify and how much of it: the choice with the best expected tokens per second,
 * from acceptance learnt online (acceptance.ts) and the measured cost of passes (costCurve.ts). Plain decoding is
 * always one of the choices.
 *
 *   rate(k) = (1 + Σ_{j≤k} Π_{i≤j} p_i) / (T(k+1) + draft time)
 *
 * In a batch shared with m other sequences, each of which yields a token as well, the cache keeps the sequences apart: the
 * first tokens of all are computed together, the draft after them (sharedBatch.ts). What is weighed then is the rate of
 * all together, so that drafts are left out where the others are the better use of a pass:
 *
 *   rate(k) = (m + 1 + Σ_{j≤k} Π_{i≤j} p_i) / (T(m+1) + T(k))
 *
 * What acceptance learnt over texts is lowered as far as this text does not bear it out (textTrust.ts), and what a text can
 * lose to wrong guesses is limited whatever the estimates say (lossLimit.ts).
 *
 * Drafters that cost microseconds draft in every round and are compared with what the target then says, verified or
 * not ("shadow drafts"): their acceptance is learnt with full information, without spending passes on exploration.
 * Only the draft model, whose drafts cost real time, has to be explored; that is bounded to a share of the time.
 */
import type { DrafterName } from "../../common/segments.ts";
import { type AcceptanceModel, bandFrom } from "./acceptance.ts";
import type { CostCurve } from "./costCurve.ts";
import { LossLimit } from "./lossLimit.ts";
import { TextTrust } from "./textTrust.ts";
import type { Draft, TextKind } from "./types.ts";

/** Tokens; a pass is one larger. A GPU verifies that many for the price of one; a CPU hardly ever gets there. */
export const longestDraft = 31;
/** Pass sizes looked at when any is allowed: where kernels' tiles end, and those below. */
const usualSizes = [2, 3, 4, 5, 6, 8, 12, 16, 24, 32];
/** Speculation has to promise this much more than plain decoding: estimates are noisy, and plain is certain. */
const leastGain = 1.1;
/** Share of the decode time that may go into trying the draft model where it does not look worth its cost. */
const explorationShare = 0.02;

export interface Choice {
  draft: Draft | null;
  /** Tokens of the draft to verify; 0 = plain decoding. */
  length: number;
}

export interface ControllerOptions {
  acceptance: AcceptanceModel;
  costs: CostCurve;
  /** Pass sizes that may be used; null = any. Size 1 always may. */
  allowedSizes: readonly number[] | null;
  /** A fixed rule in place of the controller: always draft, with the drafter named. */
  force?: DrafterName;
}

interface Shadow {
  draft: Draft;
  kind: TextKind;
  /** As acceptance had them when the draft was made. */
  chances: readonly number[];
  matched: number;
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #trust = new TextTrust();
  readonly #lossLimit = new LossLimit();
  #shadows: Shadow[] = [];
  #decodeMs = 0;
  #exploredMs = 0;
  /** ms a token of the draft model takes, learnt online. */
  #draftTokenMs = Number.NaN;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /**
   * Whether to spend time on a draft of the model: it pays by what is known, or it is time to try again. Never in company:
   * the others would wait for it.
   */
  wantsModelDraft(kind: TextKind, room: number, company = 0): number {
    if (room <= 0 || company > 0) return 0;
    if (this.#options.force === "draft") return Math.min(room, this.#allowedLengths(4).at(-1) ?? 0);
    if (Number.isNaN(this.#draftTokenMs)) return Math.min(room, 4);
    const promising = [3, 5, 7].map((bucket) => {
      const chances = this.#options.acceptance.chances("draft", bucket, kind);
      return this.#best({ drafter: "draft", tokens: Array(8).fill(0), bucket }, chances, room);
    });
    const typical = promising.reduce((best, next) => (next.gain > best.gain ? next : best));
    const mean = promising.reduce((sum, next) => sum + next.gain, 0) / promising.length;
    if (mean > leastGain) return typical.length;
    return this.#exploredMs < explorationShare * this.#decodeMs ? Math.min(room, 2) : 0;
  }

  /**
   * The draft to verify, among those made this round. @param room tokens that still fit, the bonus token apart
   * @param company sequences that share the pass
   */
  choose(drafts: readonly Draft[], kind: TextKind, room: number, company = 0): Choice {
    const { force, acceptance } = this.#options;
    let choice: Choice = { draft: null, length: 0 };
    let bestGain = leastGain;
    for (const draft of drafts) {
      const isModels = draft.drafter === "draft";
      const chances = acceptance.chances(draft.drafter, draft.bucket, kind);
      if (!isModels) this.#shadows.push({ draft, kind, chances, matched: 0 });
      if (force && draft.drafter !== force) continue;
      // A draft of the model has been paid for: what counts now is only the pass.
      const { gain, length } = this.#best(draft, chances, room, { paid: isModels, company });
      if (length > 0 && (gain > bestGain || (force && !choice.draft))) {
        bestGain = gain;
        choice = { draft, length };
      }
    }
    return choice;
  }

  /** Tokens the target produced, in order: what the shadow drafts are compared with. */
  commit(tokens: readonly number[]): void {
    for (const token of tokens) {
      this.#shadows = this.#shadows.filter((shadow) => {
        const { draft, kind, chances, matched } = shadow;
        const right = draft.tokens[matched] === token;
        if (right) shadow.matched++;
        const over = !right || shadow.matched === draft.tokens.length;
        if (over) this.#learn(draft, kind, chances, shadow.matched, !right);
        return !over;
      });
    }
  }

  /**
   * What came of a round: what it won, how a model draft fared, which has no shadow, and its time.
   * @param round `company`: sequences that shared its pass
   */
  observeRound(round: {
    draft: Draft | null;
    draftedCount: number;
    acceptedCount: number;
    company: number;
    mismatch: boolean;
    kind: TextKind;
    draftMs: number;
    passMs: number;
    modelDraft: Draft | null;
  }): void {
    const { draft, draftedCount, acceptedCount, company, mismatch, kind, draftMs, passMs, modelDraft } = round;
    const { costs } = this.#options;
    this.#decodeMs += passMs + draftMs;
    const draftCost = draftMs > 0 ? draftMs / costs.passMs(1) : 0;
    if (company === 0) this.#lossLimit.observe(acceptedCount, costs.relative(draftedCount + 1) - 1 + draftCost);
    if (modelDraft) {
      const tokenMs = draftMs / Math.max(1, modelDraft.tokens.length);
      this.#draftTokenMs = Number.isNaN(this.#draftTokenMs) ? tokenMs : this.#draftTokenMs * 0.8 + tokenMs * 0.2;
      const won = draft === modelDraft ? acceptedCount * costs.passMs(1) : 0;
      this.#exploredMs = Math.max(0, this.#exploredMs + draftMs - won);
    }
    if (draft?.drafter !== "draft") return;
    const chances = this.#options.acceptance.chances("draft", draft.bucket, kind);
    this.#learn(draft, kind, chances, acceptedCount, mismatch);
  }

  #learn(draft: Draft, kind: TextKind, chances: readonly number[], accepted: number, mismatch: boolean): void {
    this.#trust.observe(draft, chances, accepted, mismatch);
    this.#options.acceptance.observe(draft.drafter, draft.bucket, kind, accepted, mismatch);
  }

  /** Forgets drafts that wait for their outcome: the text was cut, or forced tokens were put in. */
  interrupt(): void {
    this.#shadows = [];
  }

  #allowedLengths(longest: number): number[] {
    const { allowedSizes, costs } = this.#options;
    const sizes = allowedSizes ?? usualSizes.filter((size) => size <= costs.largestSize);
    return sizes.map((size) => size - 1).filter((length) => length > 0 && length <= longest);
  }

  /** Of the draft's lengths the one that gains most, in tokens per second over those of no draft. */
  #best(
    draft: Draft,
    learnt: readonly number[],
    room: number,
    { paid = false, company = 0 } = {},
  ): { gain: number; length: number } {
    const { costs, force } = this.#options;
    const longest = Math.min(draft.tokens.length, room);
    const lengths = this.#allowedLengths(longest);
    // The whole draft, where it ends between two usual sizes.
    const between = longest > 0 && longest < costs.largestSize && !lengths.includes(longest);
    if (!this.#options.allowedSizes && between) lengths.push(longest);
    let best = { gain: 0, length: 0 };
    let expected = 1;
    let reach = 1;
    let position = 0;
    let band = 0;
    const chances = this.#trust.applied(draft, learnt);
    for (const length of lengths.sort((a, b) => a - b)) {
      if (company === 0 && !force && !this.#lossLimit.allows(costs.relative(length + 1) - 1)) break;
      for (; position < length; position++) {
        if (position === bandFrom[band + 1]) band++;
        reach *= chances[band]!;
        expected += reach;
      }
      const draftCost = draft.drafter === "draft" && !paid ? (this.#draftTokenMs * length) / costs.passMs(1) : 0;
      const gain =
        company === 0
          ? expected / (costs.relative(length + 1) + draftCost)
          : this.#sharedGain(company, length, expected);
      if (gain > best.gain || (force && best.length === 0)) best = { gain, length };
    }
    return best;
  }

  /** Rate of all sequences together with this draft, over that without any. */
  #sharedGain(company: number, length: number, expected: number): number {
    const { costs } = this.#options;
    const plain = costs.relative(company + 1);
    return (((company + expected) / (company + 1)) * plain) / (plain + costs.relative(length));
  }
}
