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
 * Only the draft model, whose drafts cost real time, has to be explored; that is bounded to a share of the time. It reads the
 * text only where it is to draft: to be tried, as far as the limit to losses has room, or because it promises to earn the
 * reading back within the next tokens.
 */
import type { DrafterName } from "../../common/segments.ts";
import { type AcceptanceModel, bandFrom } from "./acceptance.ts";
import { CostCurve } from "./costCurve.ts";
import { DraftCosts } from "./draftCosts.ts";
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
/** Tokens drafted to try it. */
const exploredLength = 2;
/** Tokens that the draft model reads every few rounds, as part of drafting; more of them are an outlay. */
const upkeep = 8;
/** Tokens within which reading the text has to earn itself back; or as many as there are, if those are more. */
const leastHorizon = 128;
/** A draft of a model that is not made yet. */
const anyTokens: number[] = Array(8).fill(0);
/** Time of a draft model's token beside the target's pass, where nobody says better. */
const assumedDraftCost = 0.5;

export interface Choice {
  draft: Draft | null;
  /** Tokens of the draft to verify; 0 = plain decoding. */
  length: number;
}

export interface ControllerOptions {
  acceptance: AcceptanceModel;
  /** Of the moment: asked for in every round. */
  readonly costs: CostCurve;
  /** Of the draft model, if there is one. */
  draftCosts?: DraftCosts;
  /** Pass sizes that may be used; null = any. Size 1 always may. */
  allowedSizes: readonly number[] | null;
  /** A fixed rule in place of the controller: always draft, with the drafter named. */
  force?: DrafterName;
}

/** `paid`: the draft's own cost is spent. `company`: sequences that share the pass. `reading`: cost, before a model drafts. */
interface Weighing {
  paid?: boolean;
  company?: number;
  reading?: number;
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
  #tokens = 0;
  /** Passes that the draft model is to save after it has read the text. */
  #promised = 0;
  /** Lengths of drafts to weigh, by the longest, for this largest size: asked for with every draft. */
  readonly #lengthsOf = new Map<number, readonly number[]>();
  #lengthsFor = 0;
  readonly #draftCosts: DraftCosts;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#draftCosts = options.draftCosts ?? new DraftCosts(new CostCurve(), options.costs, assumedDraftCost);
  }

  /**
   * Whether to spend time on a draft of the model: it pays by what is known, or it is time to try again. Never in company:
   * the others would wait for it.
   * @param unread tokens it has to read before. @returns tokens to draft at most, 0 = none
   */
  wantsModelDraft(
    kind: TextKind,
    room: number,
    { company = 0, unread = 0, drafts = [] }: { company?: number; unread?: number; drafts?: readonly Draft[] } = {},
  ): number {
    if (room <= 0 || company > 0) return 0;
    if (this.#options.force === "draft") return Math.min(room, this.#lengths(4).at(-1) ?? 0);
    const { gain, length } = this.#expectedOfModel(kind, room, unread);
    const reading = this.#draftCosts.reading(unread);
    const rival = this.#bestOf(drafts, kind, room);
    this.#promised = 0;
    if (gain > Math.max(leastGain, rival)) {
      if (unread <= upkeep) return length;
      this.#promised = Math.max(leastHorizon, this.#tokens) * (1 - 1 / gain);
      return reading <= this.#promised && this.#lossLimit.allowsReading(reading, this.#promised) ? length : 0;
    }
    if (rival > leastGain) return 0;
    const tried = Math.min(room, exploredLength);
    const drafting = tried * this.#draftCosts.token;
    const isTime = this.#exploredMs + drafting * this.#options.costs.passMs(1) < explorationShare * this.#decodeMs;
    // Not at the cost of what other drafters may still lose, nor of what they have won.
    return isTime && this.#lossLimit.allowsTrying(2 * (reading + drafting)) ? tried : 0;
  }

  /** What the best of the drafts gains. */
  #bestOf(drafts: readonly Draft[], kind: TextKind, room: number): number {
    const { acceptance } = this.#options;
    const gains = drafts.map(
      (draft) => this.#best(draft, acceptance.chances(draft.drafter, draft.bucket, kind), room).gain,
    );
    return Math.max(1, ...gains);
  }

  /** Over the model's confidence classes, since its class is not known before it has drafted. */
  #expectedOfModel(kind: TextKind, room: number, unread: number): { gain: number; length: number } {
    const { acceptance } = this.#options;
    const reading = unread <= upkeep ? this.#draftCosts.reading(unread) : 0;
    const gains = new Map<number, number>();
    for (const [bucket, share] of acceptance.modelShares(kind).entries()) {
      const draft: Draft = { drafter: "draft", tokens: anyTokens, bucket };
      this.#weigh(draft, acceptance.chances("draft", bucket, kind), room, { reading }, (length, gain) =>
        gains.set(length, (gains.get(length) ?? 0) + share * gain),
      );
    }
    let best = { gain: 0, length: 0 };
    for (const [length, gain] of gains) if (gain > best.gain) best = { gain, length };
    return best;
  }

  /**
   * The model has drafted, or read and not drafted.
   * @param readMs time it took to read before. @param draftMs of the draft alone
   */
  observeDrafting(draft: Draft | null, { readMs, draftMs }: { readMs: number; draftMs: number }): void {
    const { costs } = this.#options;
    this.#decodeMs += readMs + draftMs;
    this.#exploredMs += draftMs;
    if (costs.known) {
      this.#lossLimit.spend(readMs / costs.passMs(1), this.#promised);
      this.#lossLimit.spend(draftMs / costs.passMs(1));
    }
    if (draft) this.#draftCosts.observe(draft.tokens.length, draftMs);
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
      if (isModels) acceptance.observeModelClass(draft.bucket, kind);
      else this.#shadows.push({ draft, kind, chances, matched: 0 });
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
      const open: Shadow[] = [];
      for (const shadow of this.#shadows) {
        const { draft, kind, chances, matched } = shadow;
        const right = draft.tokens[matched] === token;
        if (right) shadow.matched++;
        const over = !right || shadow.matched === draft.tokens.length;
        if (over) this.#learn(draft, kind, chances, shadow.matched, !right);
        else open.push(shadow);
      }
      this.#shadows = open;
    }
  }

  /**
   * What came of a round's pass: what it won, how a model draft fared, which has no shadow, and its time.
   * @param round `company`: sequences that shared its pass
   */
  observeRound(round: {
    draft: Draft | null;
    draftedCount: number;
    acceptedCount: number;
    company: number;
    mismatch: boolean;
    kind: TextKind;
    passMs: number;
  }): void {
    const { draft, draftedCount, acceptedCount, company, mismatch, kind, passMs } = round;
    const { costs } = this.#options;
    this.#decodeMs += passMs;
    this.#tokens += acceptedCount + 1;
    if (company === 0) this.#lossLimit.observe(acceptedCount, costs.relative(draftedCount + 1) - 1);
    if (draft?.drafter !== "draft") return;
    this.#exploredMs = Math.max(0, this.#exploredMs - acceptedCount * costs.passMs(1));
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

  /** In order: of the sizes that may be used, and the whole draft where it ends between two usual ones. */
  #lengths(longest: number): readonly number[] {
    const { allowedSizes, costs } = this.#options;
    const { largestSize } = costs;
    if (largestSize !== this.#lengthsFor) this.#lengthsOf.clear();
    this.#lengthsFor = largestSize;
    let lengths = this.#lengthsOf.get(longest);
    if (!lengths) {
      const sizes = allowedSizes ?? usualSizes.filter((size) => size <= largestSize);
      const allowed = sizes.map((size) => size - 1).filter((length) => length > 0 && length <= longest);
      const between = !allowedSizes && longest > 0 && longest < largestSize ? [longest] : [];
      lengths = [...new Set([...allowed, ...between])].sort((a, b) => a - b);
      this.#lengthsOf.set(longest, lengths);
    }
    return lengths;
  }

  /** Of the draft's lengths the one that gains most, in tokens per second over those of no draft. */
  #best(draft: Draft, learnt: readonly number[], room: number, how: Weighing = {}): { gain: number; length: number } {
    const { force } = this.#options;
    let best = { gain: 0, length: 0 };
    this.#weigh(draft, learnt, room, how, (length, gain) => {
      if (gain > best.gain || (force && best.length === 0)) best = { gain, length };
    });
    return best;
  }

  /** What each length of the draft gains, of those that may be lost. */
  #weigh(
    draft: Draft,
    learnt: readonly number[],
    room: number,
    { paid = false, company = 0, reading = 0 }: Weighing,
    tell: (length: number, gain: number) => void,
  ): void {
    const { costs, force } = this.#options;
    const longest = Math.min(draft.tokens.length, room);
    let expected = 1;
    let reach = 1;
    let position = 0;
    let band = 0;
    const chances = this.#trust.applied(draft, learnt);
    const isModels = draft.drafter === "draft";
    for (const length of this.#lengths(longest)) {
      const draftCost = isModels && !paid ? reading + this.#draftCosts.token * length : 0;
      for (; position < length; position++) {
        if (position === bandFrom[band + 1]) band++;
        reach *= chances[band]!;
        expected += reach;
      }
      const cost = costs.relative(length + 1) + draftCost;
      const gain = company === 0 ? expected / cost : this.#sharedGain(company, length, expected);
      // A longer one may still be allowed: kernels take whole tiles, so 16 tokens can cost less than 12. A model's gain is
      // that of one class among all, and says nothing of the whole.
      if (company === 0 && !force && !this.#lossLimit.allows(cost - 1, isModels ? undefined : gain)) continue;
      tell(length, gain);
    }
  }

  /** Rate of all sequences together with this draft, over that without any. */
  #sharedGain(company: number, length: number, expected: number): number {
    const { costs } = this.#options;
    const plain = costs.relative(company + 1);
    return (((company + expected) / (company + 1)) * plain) / (plain + costs.relative(length));
  }
}
