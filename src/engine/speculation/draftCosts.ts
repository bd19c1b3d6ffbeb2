/**
 * What a draft model costs, in single-token passes of its target: the tokens it drafts, and the text it has to read before.
 * Measured with the target's curve after load, corrected by every draft, kept with the model between answers and on disk.
 */
import type { CostCurve } from "./costCurve.ts";

/** Pass sizes of the draft model that are measured: one to draft, the others to read. */
export const draftSizes = [1, 4, 16, 64] as const;
const readingSize = draftSizes[3];
/** Time to read a token beside that to draft one, where only that is known; of a CPU. */
const assumedReading = 0.4;

type TargetCosts = Pick<CostCurve, "known" | "passMs">;

export class DraftCosts {
  readonly curve: CostCurve;
  readonly #target: TargetCosts;
  readonly #sizeRatio: number;

  /**
   * @param curve ms of the draft model's passes, by size
   * @param sizeRatio bytes of the draft model / of the target: what is assumed until its passes are known, as a pass reads
   *   every weight
   */
  constructor(curve: CostCurve, target: TargetCosts, sizeRatio: number) {
    this.curve = curve;
    this.#target = target;
    this.#sizeRatio = sizeRatio;
  }

  /** Of a drafted token. */
  get token(): number {
    return this.curve.known && this.#target.known ? this.curve.passMs(1) / this.#target.passMs(1) : this.#sizeRatio;
  }

  /** Of reading so many tokens. */
  reading(tokens: number): number {
    if (tokens === 0) return 0;
    if (!this.curve.isComplete(readingSize, draftSizes)) return this.token * Math.max(1, tokens * assumedReading);
    const rest = tokens % readingSize;
    const relative = (size: number) => this.curve.passMs(size) / this.curve.passMs(1);
    const whole = Math.floor(tokens / readingSize) * relative(readingSize);
    return this.token * (whole + (rest > 0 ? relative(rest) : 0));
  }

  /** ms of a draft of so many tokens. */
  observe(tokens: number, ms: number): void {
    if (tokens > 0) this.curve.observe(1, ms / tokens);
  }
}
