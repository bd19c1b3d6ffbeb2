/**
 * The figures of an answer that the engine wrote in several runs: counts, and the times they took, add up. What is told of
 * the request (its prompt, the wait for the first token, the context) is of the last one. Pure.
 */
import { type DrafterName, drafterNames } from "../../common/segments.ts";
import { type DrafterStats, emptyStats, type GenerationStats, type PassCost } from "../../common/stats.ts";

/** Tokens are not among them: those of a run that failed count as well, and it left no figures (`RunBase`). */
const summed = [
  "targetPasses",
  "sharedPasses",
  "draftedTokens",
  "acceptedTokens",
  "decodeMs",
  "thinkingMs",
  "otherThinkingTokens",
  "thinkingTokensSaved",
] as const satisfies readonly (keyof GenerationStats)[];

/** Absent where there is nothing to tell. */
const summedIfAny = ["trialMs", "dampedTokens"] as const satisfies readonly (keyof GenerationStats)[];

/** `stored` may be of a version that knew fewer figures. */
export function addRun(stored: GenerationStats, run: GenerationStats): GenerationStats {
  const before = { ...emptyStats, ...stored };
  const { firstAnswer, answerNow, thinkingBudget, costCurve } = before;
  const passes = [before.targetPasses, run.targetPasses] as const;
  return {
    // An answer that is carried on is not asked for these again.
    ...(firstAnswer && { firstAnswer }),
    ...(answerNow && { answerNow }),
    ...(thinkingBudget !== undefined && { thinkingBudget }),
    ...run,
    ...sums(summed, before, run),
    ...sums(
      summedIfAny.filter((key) => before[key] !== undefined || run[key] !== undefined),
      before,
      run,
    ),
    tokensPerSecond: mean(before.tokensPerSecond, run.tokensPerSecond, [before.decodeMs, run.decodeMs]),
    plainTokensPerSecond: run.plainTokensPerSecond || before.plainTokensPerSecond,
    tokensPerPass: mean(before.tokensPerPass, run.tokensPerPass, passes),
    overheadMsPerPass: mean(before.overheadMsPerPass, run.overheadMsPerPass, passes),
    meanAcceptanceLength: mean(before.meanAcceptanceLength, run.meanAcceptanceLength, [rounds(before), rounds(run)]),
    byDrafter: addDrafters(before.byDrafter, run.byDrafter),
    ...(costCurve && { costCurve: addPasses(costCurve, run.costCurve ?? []) }),
  };
}

function sums<K extends (typeof summed)[number] | (typeof summedIfAny)[number]>(
  keys: readonly K[],
  before: GenerationStats,
  run: GenerationStats,
): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, (before[key] ?? 0) + (run[key] ?? 0)])) as Record<K, number>;
}

/** Of a ratio, by what it is taken over in each run. */
function mean(before: number, run: number, [beforeWeight, runWeight]: readonly [number, number]): number {
  const weight = beforeWeight + runWeight;
  return weight > 0 ? (before * beforeWeight + run * runWeight) / weight : run;
}

function rounds({ byDrafter }: GenerationStats): number {
  return drafterNames.reduce((sum, name) => sum + (byDrafter[name]?.rounds ?? 0), 0);
}

type ByDrafter = Partial<Record<DrafterName, DrafterStats>>;

function addDrafters(before: ByDrafter, run: ByDrafter): ByDrafter {
  const added: ByDrafter = { ...before, ...run };
  for (const name of drafterNames) {
    const [a, b] = [before[name], run[name]];
    if (a && b) added[name] = addDrafter(a, b);
  }
  return added;
}

function addDrafter(before: DrafterStats, run: DrafterStats): DrafterStats {
  const [a, b] = [before.acceptedPerPosition, run.acceptedPerPosition];
  const fromWorkspace = (before.acceptedFromWorkspace ?? 0) + (run.acceptedFromWorkspace ?? 0);
  return {
    rounds: before.rounds + run.rounds,
    draftedTokens: before.draftedTokens + run.draftedTokens,
    acceptedTokens: before.acceptedTokens + run.acceptedTokens,
    draftMs: before.draftMs + run.draftMs,
    acceptedPerPosition: (a.length > b.length ? a : b).map((_, at) => (a[at] ?? 0) + (b[at] ?? 0)),
    ...(fromWorkspace > 0 && { acceptedFromWorkspace: fromWorkspace }),
  };
}

/** Times as they are known by now, and how often each size was taken in both. */
function addPasses(before: readonly PassCost[], run: readonly PassCost[]): PassCost[] {
  const costs = new Map(before.map((cost) => [cost.size, cost]));
  for (const cost of run) costs.set(cost.size, { ...cost, passes: cost.passes + (costs.get(cost.size)?.passes ?? 0) });
  return [...costs.values()].sort((a, b) => a.size - b.size);
}
