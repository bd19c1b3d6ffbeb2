/** What `bench:replay` found, as Markdown and as a picture. */
import { bars } from "../../src/evaluation/bars.ts";

export interface PolicyFigures {
  name: string;
  /** Speed-up over plain decoding by workload: mean over its prompts, and the worst prompt. */
  speedUps: Record<string, { mean: number; worst: number }>;
  /** Mean over all prompts of the share of the best fixed rule's speed for each. */
  shareOfOracle: number;
  /** Time lost to the oracle, in single-token passes per 100 tokens; below 0: it beats every fixed rule. */
  regret: number;
}

export interface ReplayReport {
  model: string;
  /** The draft model, where there is one. */
  draft: string | null;
  prompts: number;
  workloads: string[];
  curves: { name: string; bound: number; policies: PolicyFigures[] }[];
}

export function markdown({ model, draft, prompts, workloads, curves }: ReplayReport): string {
  const lines = [
    "# Policies on recorded traces",
    "",
    `\`npm run bench:replay${draft ? " -- --drafts FILE" : ""}\`: ${prompts} prompts decoded plainly by ${model}${draft ? `, drafts of ${draft}` : ""}; speed-up over plain decoding, mean over the prompts of a workload (worst prompt).`,
    "Fixed rules draft so many tokens where there is a match (of so many tokens at least), a copy with changes, or a recycled pair.",
    "Regret: time lost to the oracle, in single-token passes per 100 tokens; below 0 the policy beats every fixed rule.",
  ];
  for (const { name: curve, bound, policies } of curves) {
    lines.push(
      "",
      `## ${curve} (bound ${bound.toFixed(2)})`,
      "",
      `| policy | ${workloads.join(" | ")} | of the oracle | regret |`,
      `|---|${workloads.map(() => "---").join("|")}|---|---|`,
    );
    for (const { name, speedUps, shareOfOracle, regret } of policies) {
      const cells = workloads.map((workload) => {
        const { mean, worst } = speedUps[workload]!;
        return `${mean.toFixed(2)} (${worst.toFixed(2)})`;
      });
      lines.push(`| ${name} | ${cells.join(" | ")} | ${(shareOfOracle * 100).toFixed(1)} % | ${regret.toFixed(1)} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Of the oracle's speed, by curve: what decides by itself, and the best single rule, which is known only afterwards. */
export function picture({ model, prompts, curves }: ReplayReport, ours: string): string {
  return bars(
    `Share of the oracle's speed: ${prompts} prompts recorded from ${model}`,
    curves.map(({ name: curve, bound, policies }) => ({
      name: `${curve}, bound ${bound.toFixed(2)}`,
      bars: policies
        .filter(({ name }) => name.startsWith(ours) || /^(plain|best of|BanditSpec|TapOut)/.test(name))
        .map(({ name, shareOfOracle }) => ({
          label: name.replace(/^best of \d+ fixed rules for all prompts/, "best rule"),
          value: shareOfOracle,
          shown: `${(100 * shareOfOracle).toFixed(1)} %`,
          colour: name.startsWith(ours) ? 1 : 0,
        })),
      marks: [{ value: 1, label: "oracle" }],
    })),
  );
}
