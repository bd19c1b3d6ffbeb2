/** What `bench:endings` found, as Markdown. */
import type { GpuChoice } from "../../src/common/protocol.ts";
import type { StopReason, ThinkingEnd } from "../../src/common/segments.ts";
import type { AnswerNowStats } from "../../src/common/stats.ts";
import { median } from "../../src/evaluation/statistics.ts";
import type { BuildOrigin } from "../support/origin.ts";
import { type Asked, type Ending, endings, type Format, formats } from "./plan.ts";

export interface EndingRun {
  index: number;
  format: Format;
  ending: Ending;
  temperature: number;
  asked: Asked;
  moment: number;
  thinkingEnd: ThinkingEnd;
  stopReason: StopReason;
  thinkingTokens: number;
  /** Tokens of the answer that the model chose. */
  chosenTokens: number;
  /** Nothing readable, or nothing that the model chose. */
  isEmpty: boolean;
  /** A value behind "Answer:", or a block with code in it, as the question asked. */
  isInFormat: boolean;
  /** A marker of the format stands in the answer, or the sentence with which Hunch ended the thought. */
  leaks: boolean;
  answerNow?: AnswerNowStats;
  /** Share of the decode time that trial answers took, 0..1; absent: none was made. */
  trialShare?: number;
  answer: string;
}

export interface EndingsReport {
  made: string;
  cpu: string;
  /** The choice of a graphics processor. */
  gpu: GpuChoice;
  model: string;
  threads: number;
  seed: number;
  maxTokens: number;
  /** What was run, so that only the same runs are gone on with. */
  endings: string;
  /** Absent: of an earlier version of Hunch. */
  origin?: BuildOrigin;
  runs: EndingRun[];
}

/** Target passes that "answer now" may take to the first word, the reading of the wrap-up aside. */
export const mostPasses = 3;

/** Runs that did not end as every run has to: with an answer as asked, without a leak, and at once where that was asked. */
export function failures({ runs }: Pick<EndingsReport, "runs">): EndingRun[] {
  return runs.filter((run) => run.isEmpty || !run.isInFormat || run.leaks || (run.answerNow?.passes ?? 0) > mostPasses);
}

export function markdown(report: EndingsReport): string {
  const { runs } = report;
  const now = runs.flatMap((run) => run.answerNow ?? []);
  const stayed = runs.filter((run) => run.trialShare !== undefined && run.thinkingEnd !== "earlyExit");
  const lines = [
    `# How thoughts end, ${report.made.slice(0, 10)}`,
    "",
    `\`npm run bench:endings\`: ${report.model}, ${report.cpu}, ${report.threads} threads, GPU ${report.gpu}; ${runs.length} thoughts ended from outside at random moments (seed ${report.seed}), at most ${report.maxTokens} tokens each. "Answered": the answer is not empty, holds words that the model chose itself, and no marker. "In the form asked": a value behind "Answer:", or a closed block with code in it.`,
    "",
    "| ended by | runs | answered | in the form asked | what ended the thought |",
    "|---|---|---|---|---|",
    ...endings.flatMap((ending) => {
      const some = runs.filter((run) => run.ending === ending);
      return some.length > 0 ? [row(ending, some, true)] : [];
    }),
    row("**all**", runs, false),
    "",
    "| format, T | runs | answered | in the form asked |",
    "|---|---|---|---|",
    ...formats.flatMap((format) =>
      [0, 0.7].flatMap((temperature) => {
        const some = runs.filter((run) => run.format === format && run.temperature === temperature);
        const shares = `${share(some, isAnswered)} | ${share(some, (run) => run.isInFormat)}`;
        return some.length > 0 ? [`| ${format}, ${temperature} | ${some.length} | ${shares} |`] : [];
      }),
    ),
    "",
    ...(now.length > 0
      ? [
          `Answer now (${now.length} runs): the first word of the answer came after ${spread(now.map(({ passes }) => passes))} target passes and the reading of ${spread(now.map(({ wrapUpTokens }) => wrapUpTokens))} tokens of wrap-up, ${spread(
            now.map(({ ms }) => ms / 1000),
            2,
          )} s after the request (least, median, most); within ${mostPasses} passes: ${share(now, ({ passes }) => passes <= mostPasses)}.`,
        ]
      : []),
    ...(stayed.length > 0
      ? [
          "",
          `Trial answers took ${spread(
            stayed.map((run) => 100 * run.trialShare!),
            1,
          )} % of the decode time of the ${stayed.length} runs that they did not end.`,
        ]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

function row(name: string, runs: readonly EndingRun[], withEnds: boolean): string {
  const ends = withEnds ? counts(runs.map(({ thinkingEnd }) => thinkingEnd)) : "";
  return `| ${name} | ${runs.length} | ${share(runs, isAnswered)} | ${share(runs, (run) => run.isInFormat)} | ${ends} |`;
}

function isAnswered({ isEmpty, leaks }: EndingRun): boolean {
  return !isEmpty && !leaks;
}

function share<T>(some: readonly T[], holds: (one: T) => boolean): string {
  const held = some.filter(holds).length;
  return held === some.length ? "100 %" : `${held} of ${some.length}`;
}

function counts(words: readonly string[]): string {
  return [...new Set(words)].map((word) => `${word} ${words.filter((other) => other === word).length}`).join(", ");
}

/** Least, median and most. */
function spread(values: readonly number[], digits = 0): string {
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(digits)).join(", ");
}
