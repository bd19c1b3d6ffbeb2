/**
 * T(n) by how much stands in the cache. Attention is paid for by every token of a pass, the weights are read once for all of
 * them: so on a CPU passes of several tokens become dearer with the text, beside those of one (bench/README.md), and what
 * is learnt of them on a long text is wrong for the next short one. Each band of lengths has a curve of its own, which is
 * measured when a text of that length is there and nobody waits; until then it is that of the nearest band, corrected by
 * the passes it sees.
 */
import { CostCurve, type CostSamples } from "./costCurve.ts";

/** Shortest texts of the bands (tokens). */
export const bandStarts = [0, 1_024, 4_096] as const;

/** Serialised form: samples by the start of their band. */
export type SamplesByLength = Record<string, CostSamples>;

export class CostsByLength {
  readonly #curves: (CostCurve | null)[];

  constructor(kept: SamplesByLength = {}) {
    this.#curves = bandStarts.map((start) => (kept[start] ? new CostCurve(kept[start]) : null));
  }

  /** The curve of passes that find so many tokens in the cache. */
  at(length: number): CostCurve {
    const band = bandOf(length);
    const own = this.#curves[band];
    if (own?.known) return own;
    const curve = this.#nearestKnown(band)?.copyInDoubt() ?? own ?? new CostCurve();
    this.#curves[band] = curve;
    return curve;
  }

  /** Of the bands of long texts those that have been measured: what others assume of them is no use to keep. */
  samples(maxPassSize: number): SamplesByLength {
    const kept = this.#curves.flatMap((curve, band): [string, CostSamples][] =>
      curve?.known && (band === 0 || curve.isComplete(maxPassSize))
        ? [[String(bandStarts[band]), curve.sureSamples()]]
        : [],
    );
    return Object.fromEntries(kept);
  }

  /** The shorter one where there are two. */
  #nearestKnown(band: number): CostCurve | undefined {
    const known = (curve: CostCurve | null): curve is CostCurve => curve?.known ?? false;
    return this.#curves.slice(0, band).findLast(known) ?? this.#curves.slice(band + 1).find(known);
  }
}

/** Index of the band that a text of this length (tokens) is in. */
export function bandOf(length: number): number {
  return bandStarts.findLastIndex((start) => length >= start);
}
