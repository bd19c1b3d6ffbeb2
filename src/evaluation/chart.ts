/** The Pareto picture: thinking tokens against accuracy, an arm a point with its 95 % intervals. Up and left is better. */
import { type ArmFigures, percent } from "./report.ts";
import { circle, line, svg, text } from "./svg.ts";

const width = 720;
const height = 420;
const plot = { left: 60, top: 50, right: 560, bottom: 360 };
const frontColour = "#2f7ed8";
const otherColour = "#8a8a8a";

export function chart(rows: readonly ArmFigures[], title: string): string {
  const mostTokens = niceCeiling(Math.max(10, ...rows.map((row) => row.thinkingTokensInterval.high)));
  const mostAccuracy = Math.min(1, Math.ceil(10 * Math.max(0.1, ...rows.map((row) => row.accuracy.high))) / 10);
  const x = (tokens: number) => plot.left + (tokens / mostTokens) * (plot.right - plot.left);
  const y = (accuracy: number) => plot.bottom - (accuracy / mostAccuracy) * (plot.bottom - plot.top);
  const parts = [
    text(12, 22, title, { bold: true }),
    text((plot.left + plot.right) / 2, height - 18, "thinking tokens, mean", { anchor: "middle" }),
    text(12, plot.top - 12, "right answers"),
    line(plot.left, plot.bottom, plot.right, plot.bottom, "#666", 1),
    line(plot.left, plot.top, plot.left, plot.bottom, "#666", 1),
  ];
  for (let i = 0; i <= 4; i++) {
    const tokens = (mostTokens * i) / 4;
    parts.push(text(x(tokens), plot.bottom + 18, tokens.toFixed(0), { anchor: "middle" }));
  }
  const tenths = Math.round(10 * mostAccuracy);
  for (let i = 0; i <= tenths; i += tenths > 5 ? 2 : 1) {
    const accuracy = i / 10;
    parts.push(text(plot.left - 8, y(accuracy) + 4, `${percent(accuracy)} %`, { anchor: "end" }));
    parts.push(line(plot.left, y(accuracy), plot.right, y(accuracy), "#ddd", 1));
  }
  const front = paretoFront(rows);
  let labelY = Number.NEGATIVE_INFINITY;
  for (const row of [...rows].sort((a, b) => b.right / b.items - a.right / a.items)) {
    const colour = front.includes(row) ? frontColour : otherColour;
    const [px, py] = [x(row.thinkingTokens), y(row.right / row.items)];
    const { thinkingTokensInterval: tokens, accuracy } = row;
    // Names stand in a column beside the plot, so that none covers another.
    labelY = Math.max(py, labelY + 16);
    parts.push(
      line(x(tokens.low), py, x(tokens.high), py, colour, 1.5),
      line(px, y(accuracy.low), px, y(accuracy.high), colour, 1),
      line(px, py, plot.right + 6, labelY, "#ccc", 0.8, "2 3"),
      circle(px, py, 4.5, colour),
      text(plot.right + 10, labelY + 4, row.arm, { bold: front.includes(row) }),
    );
  }
  return svg(width, height, parts);
}

/** Those that no other beats in both accuracy and tokens. */
export function paretoFront(rows: readonly ArmFigures[]): ArmFigures[] {
  const accuracy = (row: ArmFigures) => row.right / row.items;
  return rows.filter(
    (row) =>
      !rows.some(
        (other) =>
          accuracy(other) >= accuracy(row) &&
          other.thinkingTokens <= row.thinkingTokens &&
          (accuracy(other) > accuracy(row) || other.thinkingTokens < row.thinkingTokens),
      ),
  );
}

/** 1, 2 or 4 times a power of ten, so that quarters are round. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 8].find((factor) => factor * power >= value) ?? 10);
}
