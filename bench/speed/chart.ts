/** Bars of the ratio to plain decoding, by workload and arm, as an SVG that reads in light and dark. */
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
    parts.push(text(8, y + 13, workload, "bold"));
    y += 22;
    for (const row of data.filter((entry) => entry.workload === workload)) {
      const colour = colours[arms.indexOf(row.arm) % colours.length]!;
      parts.push(text(24, y + 13, row.arm));
      parts.push(rect(labelWidth, y, x(row.ratio) - labelWidth, colour));
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
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${labelWidth + plotWidth + 90}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${text(8, 18, `Decode speed against ${baseline}: ${report.model}, ${report.cpu}, ${report.threads} threads`, "bold")}${[...rules, ...labels, ...parts].join("")}</svg>\n`;
}

function text(x: number, y: number, content: string, weight = "normal"): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-weight="${weight}" fill="#222">${escaped}</text>`;
}

function rect(x: number, y: number, width: number, colour: string): string {
  return `<rect x="${x}" y="${y}" width="${Math.max(0, width).toFixed(1)}" height="${barHeight}" fill="${colour}" rx="2"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width: number, dash = ""): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1}" x2="${x2.toFixed(1)}" y2="${y2}" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
}
