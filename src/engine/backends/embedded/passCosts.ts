/** What passes of the target and of its draft model take: measured while nobody waits, kept between runs. */
import { CostCurve, type CostSamples, measureCosts } from "../../speculation/costCurve.ts";
import { DraftCosts, draftSizes } from "../../speculation/draftCosts.ts";
import type { OpenModel } from "./loadModel.ts";

/** A measurement takes seconds on a slow machine: it is not begun again after every question. */
export const mostAttempts = 5;

/** Serialised form. */
export interface KeptCosts {
  costs?: CostSamples;
  draftCosts?: CostSamples;
}

export class PassCosts {
  readonly target: CostCurve;
  /** Of the draft model; null without one. */
  readonly draft: DraftCosts | null;
  readonly #target: OpenModel;
  readonly #draft: OpenModel | null;
  #attempts = 0;

  constructor(target: OpenModel, draft: OpenModel | null, kept: KeptCosts) {
    this.#target = target;
    this.#draft = draft;
    this.target = new CostCurve(kept.costs);
    this.draft =
      draft && new DraftCosts(new CostCurve(kept.draftCosts), this.target, draft.sizeBytes / target.sizeBytes);
  }

  /** Nothing is left to measure: T(n) is known, or requests have cut its measurement short too often. */
  get areKnown(): boolean {
    return this.#attempts >= mostAttempts || (this.#targetIsKnown && this.#draftIsKnown);
  }

  /** Measures T(n) unless it is known. @param stop asked between passes, when a request waits */
  async ensure(stop: () => boolean): Promise<void> {
    if (this.areKnown || !this.#target.canRollBack) return;
    this.#attempts++;
    if (!this.#targetIsKnown) this.target.adopt(await measureCosts(this.#target.sequence, { stop }));
    if (!this.#draftIsKnown && !stop()) await this.#measureDraft(2, stop);
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
    return {
      costs: this.target.samples(),
      ...(this.draft ? { draftCosts: this.draft.curve.samples() } : {}),
    };
  }

  get #targetIsKnown(): boolean {
    return this.target.isComplete(this.#target.sequence.maxPassSize);
  }

  get #draftIsKnown(): boolean {
    return !this.#draft || !this.draft || this.draft.curve.isComplete(this.#draft.sequence.maxPassSize, draftSizes);
  }

  async #measureDraft(rounds: number, stop?: () => boolean): Promise<void> {
    if (!this.#draft || !this.draft) return;
    const samples = await measureCosts(this.#draft.sequence, { rounds, sizes: draftSizes, outputs: "last", stop });
    this.draft.curve.adopt(samples);
  }
}
