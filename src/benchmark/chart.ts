/** Bars of the ratio to plain decoding, by workload and arm, as an SVG that reads in light and dark. */
import { line, rect, svg, text } from "../evaluation/svg.ts";
import { type Report, rows } from "./report.ts";

const barHeight = 18;
const gap = 4;
const labelWidth = 250;
const plotWidth = 520;
const colours = ["#8a8a8a", "#2f7ed8", "#5aa0e8", "#82b8f0", "#a9d0f7", "#b36b2c", "#c9843f", "#d99c58", "#e6b478"];

export function chart(report: Report, baseline: string): string {
  const data = rows(report, baseline);
  const most = Math.max(2, ...data.map((row) => row.mostPrompt), report.bound ?? 0) * 1.05;
  const arms = [...new Set(data.map((row) => row.arm))];
  const x = (ratio: number) => labelWidth + (ratio / most) * plotWidth;
  const parts: string[] = [];
  let y = 46;
  for (const workload of new Set(data.map((row) => row.workload))) {
    parts.push(text(8, y + 13, workload, { bold: true }));
    y += 22;
    for (const row of data.filter((entry) => entry.workload === workload)) {
      const colour = colours[arms.indexOf(row.arm) % colours.length]!;
      parts.push(text(24, y + 13, row.arm));
      parts.push(rect(labelWidth, y, x(row.ratio) - labelWidth, barHeight, colour));
      parts.push(line(x(row.leastPrompt), y + barHeight / 2, x(row.mostPrompt), y + barHeight / 2, "#444", 1.5));
      parts.push(text(x(row.mostPrompt) + 6, y + 13, `${row.ratio.toFixed(2)}×`));
      y += barHeight + gap;
    }
    y += 10;
  }
  const height = y + 10;
  const marks = [1, ...(report.bound ? [report.bound] : [])];
  const rules = marks.map((mark) => line(x(mark), 36, x(mark), height - 8, mark === 1 ? "#666" : "#c33", 1, "4 3"));
  const labels = marks.map((mark) => text(x(mark) - 8, 32, mark === 1 ? "plain" : `bound ${mark.toFixed(2)}`));
  const title = `Decode speed against ${baseline}: ${report.model}, ${report.cpu}, ${report.threads} ${report.threads === 1 ? "thread" : "threads"}`;
  return svg(labelWidth + plotWidth + 90, height, [text(8, 18, title, { bold: true }), ...rules, ...labels, ...parts]);
}
