/** What `bench:strict` found, as Markdown. */
import type { ExactnessResult } from "../../src/common/stats.ts";
import type { BuildOrigin } from "../support/origin.ts";
import type { StrictPrompt } from "./prompts.ts";

/** A mode whose text is compared with that of plain decoding. */
export type Mode = "strict" | "auto";

export interface Comparison {
  /** Tokens and the reason to stop are those of plain decoding. */
  isIdentical: boolean;
  /** Index of the first token that differs; null when none does. */
  firstDifference: number | null;
  drafted: number;
  accepted: number;
  targetPasses: number;
}

/** One prompt at one temperature. */
export interface StrictRun {
  prompt: Omit<StrictPrompt, "text">;
  temperature: number;
  outputTokens: number;
  modes: Partial<Record<Mode, Comparison>>;
}

export interface StrictReport {
  made: string;
  cpu: string;
  model: string;
  threads: number;
  kvType: string;
  flashAttention: boolean;
  /** Places for prompts; their lengths are spread over these. */
  prompts: number;
  /** Output tokens of a run: no fewer count. */
  maxTokens: number;
  /** Absent: of an earlier version of Hunch. */
  origin?: BuildOrigin;
  exactness: ExactnessResult;
  /** Every tested size is bit-equal to n = 1: then the claim holds for `auto` too. */
  isExactAtAllSizes: boolean;
  runs: StrictRun[];
}

export function markdown(report: StrictReport): string {
  const { exactness, runs } = report;
  const differences = Object.entries(exactness.maxDifference)
    .map(([size, difference]) => `${size}: ${difference === 0 ? "0" : difference.toPrecision(2)}`)
    .join(", ");
  const modes = (["strict", "auto"] as const).filter((mode) => runs.some((run) => run.modes[mode]));
  const lines = [
    `# Strict mode, ${report.made.slice(0, 10)}`,
    "",
    `\`npm run bench:strict\`: ${report.model}, ${report.cpu}, at most ${report.threads} threads, KV cache ${report.kvType}, flash attention ${report.flashAttention ? "on" : "off"}; ${report.maxTokens} tokens a run. "Identical" means the same tokens, one by one, and the same end as \`--speculation off --kv-type ${report.kvType}\` in an engine of its own.`,
    "",
    `Self-test at ${exactness.lengths.join(", ")} tokens: sizes bit-equal to n = 1 are ${exactness.exactSizes.join(", ")}; largest difference of a logit by size: ${differences}.`,
    ...(modes.includes("auto") && !report.isExactAtAllSizes
      ? [
          "",
          "`auto` uses other sizes too, so nothing is claimed of its text here: its row shows how often a near-tie fell the other way.",
        ]
      : []),
    "",
    "| mode | T | identical | output tokens | drafted | accepted | tokens a pass |",
    "|---|---|---|---|---|---|---|",
    ...modes.flatMap((mode) => temperatures(runs).map((temperature) => row(mode, temperature, runs))),
    "",
    "## Prompt by prompt",
    "",
    `| prompt | kind | tokens | T | output | ${modes.map((mode) => `${mode}: accepted / drafted`).join(" | ")} |`,
    `|---|---|---|---|---|${modes.map(() => "---").join("|")}|`,
    ...[...runs]
      .sort((a, b) => a.prompt.index - b.prompt.index || a.temperature - b.temperature)
      .map(({ prompt, temperature, outputTokens, modes: compared }) => {
        const cells = modes.map((mode) => outcome(compared[mode]));
        return `| ${prompt.index} | ${prompt.kind} | ${prompt.tokens} | ${temperature} | ${outputTokens} | ${cells.join(" | ")} |`;
      }),
  ];
  return `${lines.join("\n")}\n`;
}

/** Whether a run of this report or an earlier one need not be made again. */
export function isDone(
  run: StrictRun,
  modes: readonly Mode[],
  { maxTokens }: Pick<StrictReport, "maxTokens">,
): boolean {
  return run.outputTokens >= maxTokens && modes.every((mode) => run.modes[mode]);
}

/** Runs that compare less than they are to. */
export function tooShort({ runs, maxTokens }: StrictReport): StrictRun[] {
  return runs.filter(({ outputTokens }) => outputTokens < maxTokens);
}

/** Runs whose text differs where it must not. */
export function failures({ runs, isExactAtAllSizes }: StrictReport): StrictRun[] {
  const claimed: Mode[] = isExactAtAllSizes ? ["strict", "auto"] : ["strict"];
  return runs.filter(({ modes }) => claimed.some((mode) => modes[mode]?.isIdentical === false));
}

function temperatures(runs: readonly StrictRun[]): number[] {
  return [...new Set(runs.map(({ temperature }) => temperature))].sort((a, b) => a - b);
}

function row(mode: Mode, temperature: number, runs: readonly StrictRun[]): string {
  const mine = runs.flatMap((run) => {
    const comparison = run.modes[mode];
    return run.temperature === temperature && comparison ? [{ outputTokens: run.outputTokens, ...comparison }] : [];
  });
  const sum = (count: (entry: (typeof mine)[number]) => number) =>
    mine.reduce((total, entry) => total + count(entry), 0);
  const identical = sum(({ isIdentical }) => Number(isIdentical));
  const tokens = sum(({ outputTokens }) => outputTokens);
  const perPass =
    tokens /
    Math.max(
      1,
      sum(({ targetPasses }) => targetPasses),
    );
  return `| ${mode} | ${temperature} | ${identical} of ${mine.length} | ${tokens} | ${sum(({ drafted }) => drafted)} | ${sum(({ accepted }) => accepted)} | ${perPass.toFixed(2)} |`;
}

function outcome(comparison: Comparison | undefined): string {
  if (!comparison) return "";
  const counts = `${comparison.accepted} / ${comparison.drafted}`;
  return comparison.isIdentical ? counts : `${counts}, **differs from token ${comparison.firstDifference}**`;
}
