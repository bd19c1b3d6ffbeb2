/**
 * How often drafts are right, learnt while decoding. For each drafter, confidence class and kind of text: the chance
 * that a draft token is accepted given that those before it were, by draft position (1, 2–3, 4–7, 8 and later).
 * Old evidence fades, since text changes character.
 */
import type { DrafterName } from "../../common/segments.ts";
import type { TextKind } from "./types.ts";

/** First draft position (0-based) of each band. */
const bandFrom = [0, 1, 3, 7];
const bands = bandFrom.length;
/** Share of the old evidence kept with each new piece; about the last 20 count. */
const fade = 0.95;
/** Weight of the prior, in observations. */
const priorWeight = 4;

/** Chances assumed before anything is seen, by confidence class: a little below what real runs show. */
const priors: Record<DrafterName, readonly number[]> = {
  // The plain match by its length, then the aligned copy by its confidence.
  suffix: [0.15, 0.25, 0.35, 0.5, 0.65, 0.75, 0.85, 0.9, 0.4, 0.7, 0.6, 0.7, 0.8, 0.85, 0.9],
  recycling: [0.1, 0.2, 0.35, 0.5, 0.2, 0.35, 0.5, 0.7],
  draft: [0.45, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95],
};

interface Counts {
  accepted: number;
  seen: number;
}

export class AcceptanceModel {
  readonly #counts = new Map<string, Counts[]>();

  /** Chance that the draft token at `position` (0-based) is accepted, given that those before it were. */
  chance(drafter: DrafterName, bucket: number, kind: TextKind, position: number): number {
    const band = bandFrom.findLastIndex((from) => position >= from);
    const own = this.#counts.get(key(drafter, bucket, kind))?.[band];
    const shared = this.#counts.get(key(drafter, bucket, "all"))?.[band];
    const prior = priors[drafter][bucket] ?? 0.1;
    const sharedChance = ratio(shared, prior, priorWeight);
    return ratio(own, sharedChance, priorWeight * 2);
  }

  /** A draft of which the first `accepted` tokens were right, and the next wrong if `mismatch`. */
  observe(drafter: DrafterName, bucket: number, kind: TextKind, accepted: number, mismatch: boolean): void {
    for (const scope of [kind, "all"] as const) {
      const name = key(drafter, bucket, scope);
      let counts = this.#counts.get(name);
      if (!counts) {
        counts = Array.from({ length: bands }, () => ({ accepted: 0, seen: 0 }));
        this.#counts.set(name, counts);
      }
      const last = accepted + (mismatch ? 1 : 0);
      for (let band = 0; band < bands; band++) {
        const from = bandFrom[band]!;
        const seen = Math.min(last, bandFrom[band + 1] ?? last) - from;
        if (seen <= 0) break;
        const right = Math.min(accepted, bandFrom[band + 1] ?? accepted) - from;
        const count = counts[band]!;
        count.accepted = count.accepted * fade + Math.max(0, right);
        count.seen = count.seen * fade + seen;
      }
    }
  }

  toJSON(): Record<string, Counts[]> {
    return Object.fromEntries(this.#counts);
  }

  static fromJSON(data: unknown): AcceptanceModel {
    const model = new AcceptanceModel();
    if (typeof data !== "object" || data === null) return model;
    for (const [name, counts] of Object.entries(data)) {
      const valid =
        Array.isArray(counts) &&
        counts.length === bands &&
        counts.every((count) => Number.isFinite(count?.accepted) && Number.isFinite(count?.seen));
      if (valid)
        model.#counts.set(
          name,
          counts.map(({ accepted, seen }) => ({ accepted, seen })),
        );
    }
    return model;
  }
}

function key(drafter: DrafterName, bucket: number, kind: TextKind | "all"): string {
  return `${drafter}/${bucket}/${kind}`;
}

function ratio(counts: Counts | undefined, prior: number, weight: number): number {
  return ((counts?.accepted ?? 0) + prior * weight) / ((counts?.seen ?? 0) + weight);
}
