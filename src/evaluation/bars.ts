/** Horizontal bars in groups, with their values, spreads and what they are held against, as an SVG that reads in light and dark. */
import { line, rect, svg, text } from "./svg.ts";

export interface Bar {
  label: string;
  value: number;
  /** Of the spread around the value. */
  low?: number;
  high?: number;
  /** What is written behind the bar. */
  shown: string;
  /** A colour of the list, from 0; else that of the others. */
  colour?: number;
}

export interface Mark {
  value: number;
  label: string;
}

export interface BarGroup {
  name: string;
  bars: readonly Bar[];
  /** Dashed lines across the group: an aim, a bound. */
  marks?: readonly Mark[];
  /** The value at the right end; else the greatest of the group. Groups are compared when they have the same. */
  most?: number;
}

const barHeight = 18;
const gap = 4;
const plotWidth = 520;
/** Of a letter, on the safe side. */
const letterWidth = 6.6;
const indent = 24;
const colours = ["#8a8a8a", "#2f7ed8", "#5aa0e8", "#82b8f0", "#a9d0f7", "#b36b2c", "#c9843f", "#d99c58", "#e6b478"];

export function bars(title: string, groups: readonly BarGroup[]): string {
  const longest = (pick: (bar: Bar) => string) =>
    letterWidth * Math.max(...groups.flatMap((group) => group.bars.map((bar) => pick(bar).length)));
  const left = Math.ceil(indent + longest(({ label }) => label) + 10);
  const parts: string[] = [];
  let y = 32;
  let told = "";
  for (const group of groups) {
    const ends = group.bars.map(({ value, high }) => Math.max(value, high ?? value));
    const marks = group.marks ?? [];
    const most = group.most ?? Math.max(...ends, ...marks.map(({ value }) => value)) * 1.05;
    const x = (value: number) => left + (value / most) * plotWidth;
    parts.push(text(8, y + 13, group.name, { bold: true }));
    // What is the same for the next group is named once.
    const names = marks.map(({ label, value }) => `${label} ${x(value)}`).join();
    if (names !== told && names !== "") {
      y += 18;
      for (const { value, label } of marks) parts.push(text(x(value) - 8, y + 13, label));
    }
    told = names;
    y += 22;
    const end = y + group.bars.length * (barHeight + gap);
    const above: string[] = [];
    for (const [i, { value }] of marks.entries())
      above.push(line(x(value), y - 4, x(value), end, i === 0 ? "#666" : "#c33", 1, "4 3"));
    for (const { label, value, low, high, shown, colour = 1 } of group.bars) {
      const middle = y + barHeight / 2;
      parts.push(text(indent, y + 13, label));
      parts.push(rect(left, y, x(value) - left, barHeight, colours[colour % colours.length]!));
      if (low !== undefined && high !== undefined) above.push(line(x(low), middle, x(high), middle, "#444", 1.5));
      above.push(text(x(Math.max(value, high ?? value)) + 6, y + 13, shown, { halo: true }));
      y += barHeight + gap;
    }
    parts.push(...above);
    y += 10;
  }
  const plotted = left + plotWidth + longest(({ shown }) => shown) + 10;
  const width = Math.ceil(Math.max(plotted, 8 + title.length * (letterWidth + 0.6)));
  return svg(width, y + 10, [text(8, 18, title, { bold: true }), ...parts]);
}
