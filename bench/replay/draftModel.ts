/** A draft model in the replay: what it costs on each curve, its fixed rules, and time as the curves have it. */
import type { CostCurve, CostSamples } from "../../src/engine/speculation/costCurve.ts";
import type { DraftCosts } from "../../src/engine/speculation/draftCosts.ts";
import type { Draft, TextKind } from "../../src/engine/speculation/types.ts";
import { type Policy, type Round, Rule } from "./rule.ts";
import { draftOf } from "./ways.ts";

/**
 * Time of the model's token beside the target's pass. Measured for the 0.5B beside the 1.5B on the CPUs but the one with AMX
 * (bench/results/weights.md); assumed elsewhere: a small model's pass on a GPU is mostly launches, about 2 ms.
 */
const tokenCosts: Record<string, number> = {
  "AMD, 2 cores": 0.5,
  "AMD, 2 cores, steeper": 0.5,
  "Intel, 2 cores": 0.52,
  "Intel with AMX, 2 cores": 0.52,
  "Larger target, 8 cores": 0.15,
  "H100, 1.5B": 0.8,
  "H100, 7B": 0.32,
  "H100, 32B": 0.13,
  "H100, mixture of experts, 30B": 0.33,
  "GPU, flat to 8": 0.2,
  "GPU, flat to 16": 0.2,
  "GPU, flat to 64": 0.2,
};

/**
 * ms of the draft model's passes, on a machine where the target's take as long as `target` says: they climb alike. Reading
 * 64 tokens takes no longer than 16 on a GPU, which has other kernels for that (an H100 reads 1 000 in 20 ms).
 */
export function draftSamples(curve: string, target: CostCurve): CostSamples {
  const cost = tokenCosts[curve];
  if (cost === undefined) throw new Error(`nothing is known of a draft model on ${curve}`);
  const most = /GPU|H100/.test(curve) ? target.passMs(16) : Number.POSITIVE_INFINITY;
  return Object.fromEntries([1, 4, 16, 64].map((size) => [size, cost * Math.min(most, target.passMs(size))]));
}

/** Drafts so many tokens with the model in every round, or only where there is no copy in step. */
export class ModelRule extends Rule {
  readonly #length: number;
  readonly #elseCopy: number;

  /** @param copied tokens of a copy in step to verify, which goes before; 0: none */
  constructor(length: number, copied = 0) {
    super();
    this.#length = length;
    this.#elseCopy = copied;
  }

  override wantsModelDraft(_: TextKind, room: number, { drafts = [] }: { drafts?: readonly Draft[] } = {}): number {
    return this.#copy(drafts) ? 0 : Math.min(room, this.#length);
  }

  override choose(drafts: readonly Draft[], _: string, room: number): { draft: Draft | null; length: number } {
    const copy = this.#copy(drafts);
    if (copy) return { draft: copy, length: Math.min(this.#elseCopy, copy.tokens.length, room) };
    const draft = draftOf(drafts, "model", 0);
    return draft ? { draft, length: Math.min(draft.tokens.length, room) } : { draft: null, length: 0 };
  }

  #copy(drafts: readonly Draft[]): Draft | undefined {
    return this.#elseCopy > 0 ? draftOf(drafts, "copy", 2) : undefined;
  }
}

/** A policy that is told the times of passes by the curves, in place of those that a replay takes. */
export class OnCurves implements Policy {
  readonly #policy: Policy;
  readonly #costs: CostCurve;
  readonly #draft: DraftCosts;
  #unread = 0;

  constructor(policy: Policy, costs: CostCurve, draft: DraftCosts) {
    this.#policy = policy;
    this.#costs = costs;
    this.#draft = draft;
  }

  wantsModelDraft(...asked: Parameters<Policy["wantsModelDraft"]>): number {
    this.#unread = asked[2]?.unread ?? 0;
    return this.#policy.wantsModelDraft(...asked);
  }

  choose(...asked: Parameters<Policy["choose"]>): ReturnType<Policy["choose"]> {
    return this.#policy.choose(...asked);
  }

  commit(tokens: readonly number[]): void {
    this.#policy.commit(tokens);
  }

  interrupt(): void {
    this.#policy.interrupt();
  }

  observeRound(round: Round): void {
    this.#policy.observeRound({ ...round, passMs: this.#costs.passMs(round.draftedCount + 1) });
  }

  observeDrafting(draft: Draft | null): void {
    const pass = this.#costs.passMs(1);
    const readMs = pass * this.#draft.reading(this.#unread);
    const draftMs = pass * this.#draft.token * (draft?.tokens.length ?? 0);
    this.#policy.observeDrafting(draft, { readMs, draftMs });
  }
}
