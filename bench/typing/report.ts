/** The figures of the typing bench: medians and 95th percentiles, and ratios to the same round without an answer. */
import { median } from "../../src/evaluation/statistics.ts";

/** The keys of one arm in one round. */
export interface TypingRun {
  arm: string;
  round: number;
  times: number[];
  /** Of the answer beside; null where there was none. */
  tokensPerSecond: number | null;
}

export interface TypingFigures {
  arm: string;
  keys: number;
  medianMs: number;
  p95Ms: number;
  longestMs: number;
  medianRatio: number;
  p95Ratio: number;
  tokensPerSecond?: number;
}

export interface TypingReport {
  date: string;
  cpu: string;
  cores: number;
  scheduling: string;
  command: string;
  threads: number | "auto";
  /** Of each run. */
  keys: number;
  arms: TypingFigures[];
  measured: TypingRun[];
}

/** Of each arm all keys together; ratios are medians over the rounds of that round's figure to the first arm's. */
export function figuresOf(arms: readonly string[], measured: readonly TypingRun[]): TypingFigures[] {
  const [first] = arms;
  const rounds = [...new Set(measured.map(({ round }) => round))];
  const times = (arm: string, round: number) =>
    measured.find((run) => run.arm === arm && run.round === round)?.times ?? [];
  return arms.map((arm) => {
    const runs = measured.filter((run) => run.arm === arm);
    const all = runs.flatMap((run) => run.times);
    const ratio = (of: (list: readonly number[]) => number) =>
      rounded(median(rounds.map((round) => of(times(arm, round)) / of(times(first!, round)))), 2);
    const speeds = runs.flatMap((run) => run.tokensPerSecond ?? []);
    return {
      arm,
      keys: all.length,
      medianMs: rounded(median(all), 1),
      p95Ms: p95(all),
      longestMs: Math.max(...all),
      medianRatio: ratio(median),
      p95Ratio: ratio(p95),
      ...(speeds.length > 0 && { tokensPerSecond: rounded(median(speeds), 1) }),
    };
  });
}

/** What 95 of 100 stay below. */
function p95(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length * 0.95)] ?? Number.NaN;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function report(results: TypingReport): string {
  const { date, cpu, cores, scheduling, command, threads, keys, arms, measured } = results;
  const rounds = new Set(measured.map(({ round }) => round)).size;
  const rows = arms.map(
    (arm) =>
      `| ${arm.arm} | ${arm.medianMs} | ${arm.p95Ms} | ${arm.longestMs} | ${arm.medianRatio} | ${arm.p95Ratio} | ${arm.tokensPerSecond ?? ""} |`,
  );
  return `# Typing while Hunch writes, ${date}

\`${command}\`

${cpu}, ${cores} cores, VS Code in a headless browser that draws on the processor, scheduled ${scheduling}; threads of the engine:
${threads}. ${rounds} rounds of ${keys} keys each, the conditions in turn. Times in ms from the key press to the end of the frame that
shows its character; ratios to the model at rest, as medians over the rounds.

| the model is | median | 95 % | longest | median, ratio | 95 %, ratio | tokens/s |
|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
}
