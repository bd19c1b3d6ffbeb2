/** Results to numbers, a markdown table and an SVG chart. Medians, with the spread beside them. */
import { isDeepStrictEqual } from "node:util";
import type { KvType, ModelInfo } from "../common/protocol.ts";
import { median } from "../evaluation/statistics.ts";
import { type Run, serverArgs } from "./arms.ts";
import { baselineOf, hasSpeed, promptRatios, serverPrefix, summaryTable } from "./ratios.ts";

export interface Measured {
  workload: string;
  index: number;
  arm: string;
  round: number;
  /** Of arms that ran interleaved, from 1; absent: the first. What is measured another time is another group. */
  group?: number;
  run: Run;
}

/** What else two runs have to share to be one. */
export interface Setup {
  /** "built in", or a digest of the file they are from. */
  prompts: string;
  /** Tokens. */
  contextSize: number;
  kvType: KvType;
  device: string;
  gpuLayers: number;
  /** Absent: of an earlier version of Hunch, or of the editor, which goes on from nothing. */
  origin?: Origin;
}

/** Whose figures they are: a name alone does not tell. Files as SHA-256, or size and time of the last change. */
export interface Origin {
  /** Version. */
  hunch: string;
  weights: string | null;
  draftWeights: string | null;
}

export function setupOf({ contextSize, kvType, device, gpuLayers }: ModelInfo, prompts: string): Setup {
  return { prompts, contextSize, kvType, device, gpuLayers };
}

export interface Report {
  made: string;
  command: string;
  cpu: string;
  threads: number;
  model: string;
  draft: string | null;
  /** The program, as in Origin; absent: no llama-server has a part in it, or it is of an earlier version. */
  server?: string;
  /** How every one of them was started beside its arm's options, as serverArgs has it; absent as `server` is. */
  serverArgs?: readonly string[];
  temperature: number;
  maxTokens: number;
  /** Asked for, by the command that asked for most. */
  rounds: number;
  setup: Setup;
  costCurve: Record<string, number> | null;
  /** max n / T(n): what a perfect drafter could reach here. */
  bound: number | null;
  measured: Measured[];
}

const commandSeparator = "; then ";

/** Whether both measure the same things in the same way. Either may be without a llama-server. */
export function isSameMeasurement(earlier: Report, report: Report): boolean {
  const keys = ["model", "draft", "threads", "temperature", "maxTokens", "cpu"] as const;
  return (
    keys.every((key) => earlier[key] === report[key]) &&
    isDeepStrictEqual(earlier.setup, report.setup) &&
    (earlier.server === undefined || report.server === undefined || earlier.server === report.server)
  );
}

/**
 * Without the runs of llama-servers that were started otherwise than those of this setup are: an earlier version of Hunch
 * started all without any such option. None of ours is lost by that.
 */
export function withoutOtherServers(earlier: Report): Report {
  const { serverArgs: args = [], ...rest } = earlier;
  if (isDeepStrictEqual(args, serverArgs(earlier.setup))) return earlier;
  const measured = earlier.measured.filter(({ arm }) => !arm.startsWith(serverPrefix));
  return { ...rest, measured, server: undefined };
}

/**
 * The runs of `earlier` stay, with the cost curve that they began with, and every command that had a part in it. It is of
 * that day until something is measured.
 */
export function takeUp(earlier: Report, report: Report): void {
  const { made, measured, costCurve, bound, command, server = report.server } = earlier;
  const { serverArgs: args = report.serverArgs } = earlier;
  const rounds = Math.max(earlier.rounds, report.rounds);
  const commands = new Set([...command.split(commandSeparator), report.command]);
  Object.assign(report, { made, measured, costCurve, bound, rounds, command: [...commands].join(commandSeparator) });
  if (server !== undefined) report.server = server;
  if (args !== undefined) report.serverArgs = args;
}

/** Per workload and arm: the ratio to the baseline, prompt by prompt and round by round, as median, least and most. */
export interface Row {
  workload: string;
  arm: string;
  tokensPerSecond: number;
  ratio: number;
  leastPrompt: number;
  mostPrompt: number;
  acceptanceRate: number | null;
  overheadMsPerPass: number | null;
}

export function rows(report: Report, baseline: string): Row[] {
  const { measured } = report;
  const workloads = [...new Set(measured.map((entry) => entry.workload))];
  const arms = [...new Set(measured.map((entry) => entry.arm))];
  return workloads.flatMap((workload) =>
    arms.flatMap((arm) => {
      const mine = measured.filter((entry) => entry.workload === workload && entry.arm === arm);
      const perPrompt = [...promptRatios(report, baseline, workload, arm).values()];
      // Not every arm has to run on every workload, nor has the baseline when a run is cut short.
      if (perPrompt.length === 0) return [];
      const drafted = mine.reduce((sum, entry) => sum + entry.run.drafted, 0);
      const overheads = mine.flatMap((entry) => entry.run.overheadMsPerPass ?? []);
      return {
        workload,
        arm,
        tokensPerSecond: median(mine.filter(({ run }) => hasSpeed(run)).map(({ run }) => run.tokensPerSecond)),
        ratio: median(perPrompt),
        leastPrompt: Math.min(...perPrompt),
        mostPrompt: Math.max(...perPrompt),
        acceptanceRate: drafted > 0 ? mine.reduce((sum, entry) => sum + entry.run.accepted, 0) / drafted : null,
        overheadMsPerPass: overheads.length > 0 ? median(overheads) : null,
      };
    }),
  );
}

export function markdown(report: Report, baseline: string): string {
  const curve = report.costCurve
    ? Object.entries(report.costCurve)
        .map(([size, ratio]) => `${size}: ${ratio}`)
        .join(", ")
    : "not measured";
  const { setup } = report;
  const kvType = setup.kvType === "f16" ? "" : `, KV cache ${setup.kvType}`;
  const hasServer = report.measured.some(({ arm }) => arm.startsWith(serverPrefix));
  const ownArgs = hasServer ? (report.serverArgs ?? []) : [];
  const silent = report.measured.filter(({ run }) => !hasSpeed(run)).length;
  const lines = [
    `# Decode speed, ${report.made.slice(0, 10)}`,
    "",
    `\`${report.command}\``,
    "",
    `${report.cpu}, ${report.threads} threads${kvType}; ${report.model}${report.draft ? `, draft ${report.draft}` : ""}; T = ${report.temperature}, at most ${report.maxTokens} tokens, ${roundsText(report, baseline)}.`,
    `Cost of a pass T(n) by n: ${curve}. Bound max n/T(n): ${report.bound?.toFixed(2) ?? "not measured"}.`,
    "",
    `Ratios are to "${baseline}" on the same prompt in the same round; medians of the rounds, then over the prompts (least to most).`,
    ...(ownArgs.length > 0 ? [`llama-server is started with \`${ownArgs.join(" ")}\`, as ours computes.`] : []),
    ...(report.measured.some(({ arm }) => isAskedOnce(arm))
      ? ["ngram-mod guesses from earlier requests too, so it is asked each prompt once."]
      : []),
    ...(silent > 0
      ? [
          `Left out with what they are compared with: ${silent} of ${report.measured.length} runs, which chose no token.`,
        ]
      : []),
    "",
    "| workload | arm | tokens/s | ratio | least – most | accepted | our time a pass |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const row of rows(report, baseline)) {
    const accepted = row.acceptanceRate === null ? "" : `${Math.round(row.acceptanceRate * 100)} %`;
    const overhead = row.overheadMsPerPass === null ? "" : `${row.overheadMsPerPass.toFixed(2)} ms`;
    lines.push(
      `| ${row.workload} | ${row.arm} | ${row.tokensPerSecond.toFixed(1)} | ${row.ratio.toFixed(2)} | ${row.leastPrompt.toFixed(2)} – ${row.mostPrompt.toFixed(2)} | ${accepted} | ${overhead} |`,
    );
  }
  return `${[...lines, ...summaryTable(report, baseline)].join("\n")}\n`;
}

/** As they were measured: an arm that came later, or a run that was stopped, may have fewer than were asked for. */
function roundsText({ measured }: Report, baseline: string): string {
  const counted = new Map<string, Set<number>>();
  for (const entry of measured) {
    if (isAskedOnce(entry.arm) || !baselineOf(entry, measured, baseline)) continue;
    const key = `${entry.workload} ${entry.index} ${entry.arm}`;
    counted.set(key, (counted.get(key) ?? new Set()).add(entry.round));
  }
  const counts = [...counted.values()].map(({ size }) => size);
  const least = counts.length > 0 ? Math.min(...counts) : 0;
  const most = Math.max(least, ...counts);
  const range = least === most ? `${most}` : `${least} to ${most}`;
  return `${range} interleaved ${most === 1 ? "round" : "rounds"}`;
}

/** A second time it would know the answer. */
function isAskedOnce(arm: string): boolean {
  return arm.includes("ngram-mod");
}
