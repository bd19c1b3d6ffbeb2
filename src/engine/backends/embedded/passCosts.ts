/** What passes of the target and of its draft model take: measured while nobody waits, kept between runs. */
import { cutByPause, type Stop } from "../../idleStop.ts";
import { CostCurve, type CostSamples, measureCosts, measureInto } from "../../speculation/costCurve.ts";
import { bandOf, bandStarts, CostsByLength, type SamplesByLength } from "../../speculation/costsByLength.ts";
import { DraftCosts, draftSizes } from "../../speculation/draftCosts.ts";
import type { OpenModel } from "./loadModel.ts";

/** A measurement takes seconds on a slow machine: it is not begun again after every question. */
export const mostAttempts = 5;

/** Serialised form. */
export interface KeptCosts {
  costs?: CostSamples;
  /** Of long texts. */
  costsByLength?: SamplesByLength;
  draftCosts?: CostSamples;
}

export class PassCosts {
  /** Of the draft model; null without one. */
  readonly draft: DraftCosts | null;
  readonly #costs: CostsByLength;
  readonly #target: OpenModel;
  readonly #draft: OpenModel | null;
  /** By band of lengths. */
  readonly #attempts: number[] = bandStarts.map(() => 0);

  constructor(target: OpenModel, draft: OpenModel | null, kept: KeptCosts) {
    this.#target = target;
    this.#draft = draft;
    this.#costs = new CostsByLength({ ...kept.costsByLength, ...(kept.costs ? { 0: kept.costs } : {}) });
    this.draft = draft && this.#draftCosts(draft.sizeBytes / target.sizeBytes, kept.draftCosts);
  }

  /** T(n) of the target with so many tokens in the cache. */
  at(length: number): CostCurve {
    return this.#costs.at(length);
  }

  /** T(n) at the length of what the target's own sequence holds now. */
  get target(): CostCurve {
    return this.at(this.#target.sequence.length);
  }

  /** Nothing is left to measure at this length: T(n) is known, or requests have cut its measurement short too often. */
  get areKnown(): boolean {
    return this.#attempts[this.#band]! >= mostAttempts || (this.#targetIsKnown && this.#draftIsKnown);
  }

  /** Measures T(n) unless it is known. @param stop asked between passes */
  async ensure(stop: Stop): Promise<void> {
    if (this.areKnown || !this.#target.canRollBack) return;
    const band = this.#band;
    this.#attempts[band]!++;
    const isPaused = await cutByPause(stop, async (stop) => {
      if (!this.#targetIsKnown) await measureInto(this.target, this.#target.sequence, { stop });
      if (!this.#draftIsKnown && !stop()) await this.#measureDraft(2, stop);
    });
    if (isPaused) this.#attempts[band]!--;
  }

  /** Measures all anew, from an empty cache. @returns the target's */
  async measure(rounds: number): Promise<CostCurve> {
    const fresh = new CostCurve(await measureCosts(this.#target.sequence, { rounds }));
    this.target.adopt(fresh.samples());
    this.#draft?.sequence.rollback(0);
    await this.#measureDraft(rounds);
    return fresh;
  }

  get kept(): KeptCosts {
    const { 0: costs, ...costsByLength } = this.#costs.samples(this.#target.sequence.maxPassSize);
    return {
      ...(costs ? { costs } : {}),
      costsByLength,
      ...(this.draft ? { draftCosts: this.draft.curve.sureSamples() } : {}),
    };
  }

  get #band(): number {
    return bandOf(this.#target.sequence.length);
  }

  get #targetIsKnown(): boolean {
    return this.target.isComplete(this.#target.sequence.maxPassSize);
  }

  get #draftIsKnown(): boolean {
    return !this.#draft || !this.draft || this.draft.curve.isComplete(this.#draft.sequence.maxPassSize, draftSizes);
  }

  async #measureDraft(rounds: number, stop?: () => boolean): Promise<void> {
    if (!this.#draft || !this.draft) return;
    const options = { rounds, sizes: draftSizes, outputs: "last", stop } as const;
    await measureInto(this.draft.curve, this.#draft.sequence, options);
  }

  /** Beside the target's passes of the moment: both become dearer with the text. */
  #draftCosts(sizeRatio: number, kept: CostSamples | undefined): DraftCosts {
    const target = () => this.target;
    const current = {
      get known() {
        return target().known;
      },
      passMs: (size: number) => target().passMs(size),
    };
    return new DraftCosts(new CostCurve(kept), current, sizeRatio);
  }
}
