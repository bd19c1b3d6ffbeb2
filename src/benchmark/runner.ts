/**
 * Runs every arm on every prompt, interleaved, so that a machine whose speed drifts is fair to all. Knows no engine: it is
 * given what measures. So the terminal's benchmark and the editor's are the same code.
 */
import type { GenerateParams, GenerationResult, SpeculationMode } from "../common/protocol.ts";
import type { RunProgress } from "../evaluation/runner.ts";
import { type Arm, baseline, type Conditions, type Run, roundsOf } from "./arms.ts";
import { baselineOf } from "./ratios.ts";
import type { Measured } from "./report.ts";
import type { Workload } from "./workloads.ts";

export interface RunnerOptions<A extends Arm> {
  workloads: readonly Workload[];
  /** Arms that are measured together, interleaved; one group after the other. */
  groups: readonly (readonly A[])[];
  rounds: number;
  /** Of an interrupted run; those with a baseline beside them are not run again. */
  earlier: readonly Measured[];
  /** Before the first run of a group of which something is missing. */
  onGroup?(arms: readonly A[]): Promise<void>;
  /** null: cut off, it does not count. */
  measure(arm: A, workload: Workload): Promise<Run | null>;
  onRun(run: Measured): void | Promise<void>;
  onProgress(progress: RunProgress): void;
  signal?: AbortSignal;
}

/** All runs; after an abort those that are finished. */
export async function runArms<A extends Arm>(options: RunnerOptions<A>): Promise<Measured[]> {
  const { workloads, groups, rounds, earlier, onGroup, measure, onRun, onProgress, signal } = options;
  const measured = [...earlier];
  // Of another hour than what is there, so that no ratio is to a baseline of then.
  const before = Math.max(0, ...earlier.map(({ group = 1 }) => group));
  const planned = groups.map((arms, i) => plan(workloads, arms, rounds, earlier, before + i + 1));
  const total = planned.reduce((sum, runs) => sum + runs.length, 0);
  const startedAt = performance.now();
  let done = 0;
  let fresh = 0;
  for (const [i, runs] of planned.entries()) {
    if (runs.some(({ isDue }) => isDue) && !signal?.aborted) await onGroup?.(groups[i]!);
    for (const { arm, workload, entry, isDue } of runs) {
      if (signal?.aborted) return measured;
      if (isDue) {
        const run = await measure(arm, workload);
        if (run === null || signal?.aborted) return measured;
        measured.push({ ...entry, run });
        await onRun({ ...entry, run });
        fresh++;
      }
      done++;
      const secondsEach = (performance.now() - startedAt) / 1000 / Math.max(1, fresh);
      onProgress({ done, total, secondsLeft: fresh > 0 ? secondsEach * (total - done) : null });
    }
  }
  return measured;
}

/**
 * The runs of a group in their order. First the first prompt of each kind, so that a run cut short has seen them all; all
 * rounds of a prompt at once, since each program then evaluates it once. Where a round lacks an arm, that arm is due, and
 * the baseline anew beside it.
 */
function plan<A extends Arm>(
  workloads: readonly Workload[],
  arms: readonly A[],
  rounds: number,
  earlier: readonly Measured[],
  group: number,
) {
  const inTurn = [...workloads].sort((a, b) => a.index - b.index);
  return inTurn.flatMap((workload) =>
    Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) => {
      // Another arm begins each time: what runs first after a pause may be favoured or not.
      const planned = rotated(arms, round + workload.index)
        .filter((arm) => round <= roundsOf(arm, rounds))
        .map((arm) => {
          const entry = { workload: workload.name, index: workload.index, arm: arm.name, round, group };
          const isMissing = !earlier.some((other) => isSame(other, entry) && baselineOf(other, earlier, baseline));
          return { arm, workload, entry, isMissing };
        });
      const lacksOne = planned.some(({ isMissing }) => isMissing);
      return planned.map((run) => ({ ...run, isDue: run.isMissing || (lacksOne && run.arm.name === baseline) }));
    }),
  );
}

/** One of our own runs as a request: nothing but the prompt and the way of guessing. */
export function hunchRequest(
  prompt: string,
  conditions: Conditions,
  speculation: SpeculationMode,
  generationId: string,
): GenerateParams {
  const { temperature, seed, maxTokens } = conditions;
  return {
    generationId,
    conversationId: generationId,
    prompt: { kind: "raw", text: prompt },
    sampling: { temperature, topK: 40, topP: 0.95, minP: 0, repetitionPenalty: 1, seed },
    maxTokens,
    controls: { budget: null, loopGuard: false, earlyExit: "off" },
    speculation,
    freshDrafters: true,
    onContextFull: "stop",
  };
}

export function hunchRun({ stopReason, stats }: GenerationResult): Run | null {
  if (stopReason === "cancelled") return null;
  return {
    tokens: stats.thinkingTokens + stats.answerTokens,
    tokensPerSecond: stats.tokensPerSecond,
    drafted: stats.draftedTokens,
    accepted: stats.acceptedTokens,
    prefillMs: stats.prefillMs,
    overheadMsPerPass: stats.overheadMsPerPass,
  };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** Whatever its group. */
function isSame(a: Omit<Measured, "run">, b: Omit<Measured, "run">): boolean {
  return a.workload === b.workload && a.index === b.index && a.arm === b.arm && a.round === b.round;
}
