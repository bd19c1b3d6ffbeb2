/**
 * How often drafts are right, learnt while decoding. For each drafter, confidence class and kind of text: the chance
 * that a draft token is accepted given that those before it were, by draft position (1, 2–3, 4–7, 8 and later).
 * Old evidence fades, since text changes character.
 */
import { type DrafterName, drafterNames } from "../../common/segments.ts";
import type { TextKind } from "./types.ts";

/** First draft position (0-based) of each band. */
export const bandFrom = [0, 1, 3, 7];
const bands = bandFrom.length;
/** Share of the old evidence kept with each new piece; about the last 20 count. */
const fade = 0.95;
/** Weight of the prior, in observations. */
const priorWeight = 4;

/** Chances by confidence class: of a draft's first token, and of each later one given those before it. */
interface Prior {
  first: readonly number[];
  later: readonly number[];
}

/**
 * Chances assumed before anything is seen: those of recorded traces (`npm run bench:replay -- --rates`), a little lowered.
 * Code is copied in long stretches; in prose a match seldom goes on. The suffix drafter's classes are the plain match by
 * its length, then the aligned copy by its confidence, then the workspace index by length and agreement (from the traces
 * with `--workspace src`: few, so classes of one agreement lean on each other; where the places found disagree it is hardly
 * ever right).
 */
const priors: Record<"code" | "text", Record<DrafterName, Prior>> = {
  code: {
    suffix: {
      first: [
        ...[0.2, 0.6, 0.75, 0.8, 0.88, 0.9, 0.93, 0.95, 0.35, 0.9, 0.8, 0.85, 0.85, 0.93, 0.92, 0.95],
        ...[0.05, 0.5, 0.05, 0.5, 0.05, 0.4, 0.1, 0.2],
      ],
      later: [
        ...[0.8, 0.88, 0.9, 0.9, 0.93, 0.94, 0.95, 0.95, 0.9, 0.92, 0.9, 0.9, 0.92, 0.94, 0.94, 0.95],
        ...[0.4, 0.4, 0.5, 0.65, 0.5, 0.5, 0.5, 0.5],
      ],
    },
    recycling: { first: [0.05, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.5], later: [0.3, 0.4, 0.4, 0.4, 0.4, 0.5, 0.5, 0.65] },
    draft: {
      first: [0.3, 0.6, 0.75, 0.8, 0.9, 0.95, 0.97, 0.98],
      later: [0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97],
    },
  },
  text: {
    suffix: {
      first: [
        ...[0.15, 0.5, 0.5, 0.5, 0.55, 0.7, 0.8, 0.85, 0.05, 0.4, 0.55, 0.5, 0.6, 0.5, 0.5, 0.85],
        ...[0.05, 0.25, 0.2, 0.35, 0.2, 0.25, 0.2, 0.25],
      ],
      later: [
        ...[0.5, 0.5, 0.5, 0.55, 0.65, 0.8, 0.9, 0.9, 0.5, 0.5, 0.5, 0.5, 0.6, 0.5, 0.6, 0.9],
        ...[0.5, 0.35, 0.5, 0.5, 0.5, 0.4, 0.5, 0.5],
      ],
    },
    recycling: {
      first: [0.05, 0.15, 0.1, 0.25, 0.2, 0.25, 0.25, 0.6],
      later: [0.3, 0.4, 0.4, 0.4, 0.4, 0.5, 0.5, 0.6],
    },
    draft: {
      first: [0.4, 0.55, 0.7, 0.85, 0.92, 0.95, 0.97, 0.98],
      later: [0.75, 0.78, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9],
    },
  },
};

/** How often a draft model's drafts are in each of its confidence classes, before any is seen; of the same traces. */
const priorShares: Record<"code" | "text", readonly number[]> = {
  code: [0.01, 0.02, 0.02, 0.03, 0.05, 0.08, 0.13, 0.66],
  text: [0.12, 0.11, 0.12, 0.1, 0.1, 0.11, 0.09, 0.25],
};
/** Drafts that these weigh as much as. */
const sharesWeight = 10;

const kinds: readonly TextKind[] = ["thinking", "prose", "code"];
/** More than any drafter has. */
const mostClasses = 32;

/** Serialised form, by band. */
interface Counts {
  accepted: number;
  seen: number;
}

export class AcceptanceModel {
  /**
   * Accepted and seen tokens by band, a row of eight for each drafter, class and kind: next to each other, since a round
   * finds nothing of them in the processor's caches.
   */
  readonly #counts = new Float64Array(drafterNames.length * mostClasses * kinds.length * 2 * bands);
  /** A draft model's drafts by class; not kept on disk, since the few of a text say what they are. */
  readonly #modelClasses = new Map<TextKind, number[]>();

  /** Chances that a draft token is accepted, given that those before it were, by band of draft positions (`bandFrom`). */
  chances(drafter: DrafterName, bucket: number, kind: TextKind): number[] {
    const { first, later } = priors[kind === "code" ? "code" : "text"][drafter];
    const row = rowOf(drafter, bucket, kind);
    return bandFrom.map((from, band) => {
      const prior = (from === 0 ? first : later)[bucket] ?? 0.1;
      const accepted = this.#counts[row + 2 * band]!;
      const seen = this.#counts[row + 2 * band + 1]!;
      return (accepted + prior * priorWeight) / (seen + priorWeight);
    });
  }

  /** Shares of a draft model's confidence classes among its drafts, class by class; they sum to 1. */
  modelShares(kind: TextKind): number[] {
    const prior = priorShares[kind === "code" ? "code" : "text"];
    const made = this.#modelClasses.get(kind) ?? [];
    const all = made.reduce((sum, count) => sum + count, 0) + sharesWeight;
    return prior.map((share, bucket) => ((made[bucket] ?? 0) + share * sharesWeight) / all);
  }

  /** The draft model has made a draft of the class. */
  observeModelClass(bucket: number, kind: TextKind): void {
    const made = this.#modelClasses.get(kind) ?? priorShares.code.map(() => 0);
    this.#modelClasses.set(
      kind,
      made.map((count, i) => count * fade + (i === bucket ? 1 : 0)),
    );
  }

  /** A draft of which the first `accepted` tokens were right, and the next wrong if `mismatch`. */
  observe(drafter: DrafterName, bucket: number, kind: TextKind, accepted: number, mismatch: boolean): void {
    const row = rowOf(drafter, bucket, kind);
    const last = accepted + (mismatch ? 1 : 0);
    for (let band = 0; band < bands; band++) {
      const from = bandFrom[band]!;
      const seen = Math.min(last, bandFrom[band + 1] ?? last) - from;
      if (seen <= 0) break;
      const right = Math.min(accepted, bandFrom[band + 1] ?? accepted) - from;
      const at = row + 2 * band;
      this.#counts[at] = this.#counts[at]! * fade + Math.max(0, right);
      this.#counts[at + 1] = this.#counts[at + 1]! * fade + seen;
    }
  }

  toJSON(): Record<string, Counts[]> {
    const counts: Record<string, Counts[]> = {};
    for (const { name, row } of classes()) {
      const values = this.#counts.subarray(row, row + 2 * bands);
      if (values.every((value) => value === 0)) continue;
      counts[name] = bandFrom.map((_, band) => ({ accepted: values[2 * band]!, seen: values[2 * band + 1]! }));
    }
    return counts;
  }

  static fromJSON(data: unknown): AcceptanceModel {
    const model = new AcceptanceModel();
    if (typeof data !== "object" || data === null) return model;
    const kept = data as Record<string, unknown>;
    for (const { name, row } of classes()) {
      const counts = kept[name];
      const valid =
        Array.isArray(counts) &&
        counts.length === bands &&
        counts.every((count) => Number.isFinite(count?.accepted) && Number.isFinite(count?.seen));
      if (!valid) continue;
      const values = counts.flatMap(({ accepted, seen }: Counts) => [accepted, seen]);
      model.#counts.set(values, row);
    }
    return model;
  }
}

/** Where the counts of a class begin. */
function rowOf(drafter: DrafterName, bucket: number, kind: TextKind): number {
  const ofDrafter = drafterNames.indexOf(drafter) * mostClasses + bucket;
  return (ofDrafter * kinds.length + kinds.indexOf(kind)) * 2 * bands;
}

/** All of them, with their names on disk. */
function* classes(): Generator<{ name: string; row: number }> {
  for (const drafter of drafterNames)
    for (let bucket = 0; bucket < mostClasses; bucket++)
      for (const kind of kinds) yield { name: `${drafter}/${bucket}/${kind}`, row: rowOf(drafter, bucket, kind) };
}
