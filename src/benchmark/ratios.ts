/** What speculation comes to, prompt by prompt: against plain decoding, the bound, and the best that llama-server has. */
import { median } from "../evaluation/statistics.ts";
import type { Run } from "./arms.ts";
import type { Measured, Report } from "./report.ts";

/** The arm that a summary is about. */
const judged = "hunch auto";
/** Of the names of llama-server's arms. */
export const serverPrefix = "llama-server ";
const serverPlain = `${serverPrefix}none`;

/** Of some prompts. */
interface Spread {
  middle: number;
  least: number;
  most: number;
}

/** Ratios of tokens/s of one workload; null where nothing ran to compare with. */
export interface Summary {
  workload: string;
  againstPlain: Spread;
  /** Index of the prompt with the least ratio. */
  worstPrompt: number;
  againstServerPlain: Spread | null;
  /** Against the arm of llama-server that was fastest on each prompt, chosen after the fact. */
  againstServerBest: (Spread & { arms: number }) | null;
}

export function summaries(report: Report, baseline: string): Summary[] {
  const arms = [...new Set(report.measured.map(({ arm }) => arm))].filter((arm) => arm.startsWith(serverPrefix));
  return [...new Set(report.measured.map(({ workload }) => workload))].flatMap((workload) => {
    const ratiosOf = (arm: string) => promptRatios(report, baseline, workload, arm);
    const own = ratiosOf(judged);
    if (own.size === 0) return [];
    const ran = arms.map(ratiosOf).filter(({ size }) => size > 0);
    const best = new Map<number, number>();
    for (const ratios of ran)
      for (const [index, ratio] of ratios) best.set(index, Math.max(ratio, best.get(index) ?? 0));
    const againstBest = spread(quotients(own, best));
    return {
      workload,
      againstPlain: spread([...own.values()])!,
      worstPrompt: [...own].reduce((worst, next) => (next[1] < worst[1] ? next : worst))[0],
      againstServerPlain: spread(quotients(own, ratiosOf(serverPlain))),
      againstServerBest: againstBest && { ...againstBest, arms: ran.length },
    };
  });
}

/** Lines of Markdown; none where the arm did not run. */
export function summaryTable(report: Report, baseline: string): string[] {
  const found = summaries(report, baseline);
  if (found.length === 0) return [];
  const { bound } = report;
  const cell = (value: Spread | null) =>
    value ? `${value.middle.toFixed(2)} (${value.least.toFixed(2)} – ${value.most.toFixed(2)})` : "";
  const worst = found.reduce((a, b) => (b.againstPlain.least < a.againstPlain.least ? b : a));
  return [
    "",
    `${judged} in ratios of tokens/s, prompt by prompt: the median (least – most). llama-server's best arm is that of each prompt, chosen after the fact.`,
    "",
    "| workload | against our plain | of the bound | against llama-server's plain | against its best arm | of so many |",
    "|---|---|---|---|---|---|",
    ...found.map(({ workload, againstPlain, againstServerPlain, againstServerBest }) => {
      const share = bound === null ? "" : `${Math.round((100 * againstPlain.middle) / bound)} %`;
      const cells = [cell(againstPlain), share, cell(againstServerPlain), cell(againstServerBest)];
      return `| ${workload} | ${cells.join(" | ")} | ${againstServerBest?.arms ?? ""} |`;
    }),
    `| worst prompt (${worst.workload} ${worst.worstPrompt}) | ${worst.againstPlain.least.toFixed(2)} | | | | |`,
  ];
}

/**
 * Tokens/s of an arm over those of the baseline in the same round and group: the median of the rounds, by prompt. Runs that
 * had no speed are left out with what they would be compared with.
 */
export function promptRatios(
  { measured }: Report,
  baseline: string,
  workload: string,
  arm: string,
): ReadonlyMap<number, number> {
  const ratios = new Map<number, number[]>();
  for (const entry of measured.filter((entry) => entry.workload === workload && entry.arm === arm)) {
    const { index, run } = entry;
    const base = baselineOf(entry, measured, baseline);
    if (base && hasSpeed(run) && hasSpeed(base.run))
      ratios.set(index, [...(ratios.get(index) ?? []), run.tokensPerSecond / base.run.tokensPerSecond]);
  }
  return new Map([...ratios].map(([index, values]) => [index, median(values)]));
}

/** What a run is compared with: the baseline that was interleaved with it; itself where it is one. */
export function baselineOf(
  { workload, index, round, group = 1 }: Measured,
  measured: readonly Measured[],
  baseline: string,
): Measured | undefined {
  return measured.find(
    (other) =>
      other.arm === baseline &&
      other.workload === workload &&
      other.index === index &&
      other.round === round &&
      (other.group ?? 1) === group,
  );
}

/** Whether it chose tokens: an answer that ended at once has no speed. */
export function hasSpeed({ tokensPerSecond }: Run): boolean {
  return tokensPerSecond > 0;
}

/** Of the prompts that both have. */
function quotients(own: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>): number[] {
  return [...own].flatMap(([index, ratio]) => (other.has(index) ? [ratio / other.get(index)!] : []));
}

function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { middle: median(values), least: Math.min(...values), most: Math.max(...values) };
}
