/** Memory over a long run as figures, Markdown and a picture. */
import { median } from "../../src/evaluation/statistics.ts";
import { circle, line, svg, text } from "../../src/evaluation/svg.ts";

export interface MemorySample {
  /** Tokens generated so far. */
  tokens: number;
  residentBytes: number;
}

export interface SoakReport {
  made: string;
  cpu: string;
  model: string;
  contextSize: number;
  generations: number;
  tokens: number;
  /** Of the tokens, those that a drafter had guessed. */
  acceptedTokens: number;
  /** Generations that filled the context, and those that were cancelled. */
  contextFull: number;
  cancelled: number;
  /** Tokens in the workspace index at the end. */
  indexTokens: number;
  /** One after each generation. */
  samples: MemorySample[];
}

/** Share of the tokens that count as warm-up: caches fill, and the JavaScript heap finds its size. */
const warmUpShare = 0.25;
/** Width of the windows whose medians are compared: the end of the run, and the end of the warm-up. */
const windowShare = 0.1;

/** Median resident memory at the end less that right after the warm-up (bytes); NaN where a run was stopped too soon to tell. */
export function growthBytes({ samples, tokens }: SoakReport): number {
  const window = (from: number) =>
    median(
      samples
        .filter((sample) => sample.tokens >= from * tokens && sample.tokens <= (from + windowShare) * tokens)
        .map((sample) => sample.residentBytes),
    );
  return window(1 - windowShare) - window(warmUpShare);
}

export function markdown(report: SoakReport): string {
  const { samples, tokens } = report;
  const at = (share: number) => samples.find((sample) => sample.tokens >= share * tokens) ?? samples.at(-1)!;
  const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];
  return `# Memory over ${tokens.toLocaleString("en")} tokens, ${report.made.slice(0, 10)}

\`npm run bench:soak\`: ${report.model}, ${report.cpu}, context ${report.contextSize}. ${report.generations} generations one after another in one engine: raw text that rolls on when the context is full, chats with thoughts, sampled and greedy; ${report.contextFull} filled the context, ${report.cancelled} were cancelled on the way. Speculation \`auto\` (${report.acceptedTokens.toLocaleString("en")} tokens were guessed), a workspace index whose files keep changing and which takes in every answer (${report.indexTokens.toLocaleString("en")} tokens at the end).

Growth of the engine's resident memory after the warm-up (median of the last ${percent(windowShare)} of the tokens less that of the ${percent(windowShare)} after the first ${percent(warmUpShare)}): **${growthText(report)}**.

| tokens | ${shares.map((share) => at(share).tokens.toLocaleString("en")).join(" | ")} |
|---|${shares.map(() => "---").join("|")}|
| resident, MB | ${shares.map((share) => megabytes(at(share).residentBytes).toFixed(1)).join(" | ")} |
`;
}

const plot = { left: 70, top: 40, width: 640, height: 180 };

export function chart({ samples, tokens, model }: SoakReport): string {
  const most = Math.max(...samples.map((sample) => sample.residentBytes)) * 1.1;
  const x = (value: number) => plot.left + (value / tokens) * plot.width;
  const y = (bytes: number) => plot.top + plot.height * (1 - bytes / most);
  const right = plot.left + plot.width;
  const bottom = plot.top + plot.height;
  const rules = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const bytes = share * most;
    return [
      line(plot.left, y(bytes), right, y(bytes), "#ddd", 1),
      text(plot.left - 8, y(bytes) + 4, megabytes(bytes).toFixed(0), { anchor: "end" }),
      text(x(share * tokens), bottom + 18, (share * tokens).toLocaleString("en", { maximumFractionDigits: 0 }), {
        anchor: "middle",
      }),
    ];
  });
  return svg(right + 40, bottom + 48, [
    text(8, 18, `Resident memory of the engine, MB: ${model}`, { bold: true }),
    ...rules,
    line(x(warmUpShare * tokens), plot.top, x(warmUpShare * tokens), bottom, "#c33", 1, "4 3"),
    text(x(warmUpShare * tokens) + 6, plot.top + 12, "warm-up ends"),
    ...samples.map((sample) => circle(x(sample.tokens), y(sample.residentBytes), 1.6, "#2f7ed8")),
    text(plot.left + plot.width / 2, bottom + 38, "tokens generated", { anchor: "middle" }),
  ]);
}

export function growthText(report: SoakReport): string {
  const bytes = growthBytes(report);
  return Number.isNaN(bytes) ? "stopped too soon to tell" : `${signed(bytes)} MB`;
}

function megabytes(bytes: number): number {
  return bytes / 1e6;
}

function signed(bytes: number): string {
  return `${bytes >= 0 ? "+" : "−"}${Math.abs(megabytes(bytes)).toFixed(1)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
