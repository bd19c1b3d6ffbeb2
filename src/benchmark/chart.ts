/** The ratio to plain decoding, by workload and arm, as a picture. */
import { bars } from "../evaluation/bars.ts";
import { type Report, rows } from "./report.ts";

export function chart(report: Report, baseline: string): string {
  const data = rows(report, baseline);
  const most = Math.max(2, ...data.map((row) => row.mostPrompt), report.bound ?? 0) * 1.05;
  const arms = [...new Set(data.map((row) => row.arm))];
  const bound = report.bound ? [{ value: report.bound, label: `bound ${report.bound.toFixed(2)}` }] : [];
  const title = `Decode speed against ${baseline}: ${report.model}, ${report.cpu}, ${report.threads} ${report.threads === 1 ? "thread" : "threads"}`;
  const workloads = [...new Set(data.map((row) => row.workload))];
  return bars(
    title,
    workloads.map((workload) => ({
      name: workload,
      bars: data
        .filter((row) => row.workload === workload)
        .map(({ arm, ratio, leastPrompt, mostPrompt }) => ({
          label: arm,
          value: ratio,
          low: leastPrompt,
          high: mostPrompt,
          shown: `${ratio.toFixed(2)}×`,
          colour: arms.indexOf(arm),
        })),
      marks: [{ value: 1, label: "plain" }, ...bound],
      most,
    })),
  );
}
