/**
 * Code that was asked about may begin or end within a line. What stands beside it there stays, unless the block brings it
 * along. Pure.
 */
import { control, type LineSpan, leadingSpace } from "../../host/indentation.ts";
import { likeness } from "./blockAlignment.ts";
import type { Place } from "./blockPlace.ts";

/** The code that was asked about, where it stands in a document. */
export interface Asked {
  /** Of the whole document. */
  lines: readonly string[];
  /** The lines of the code. */
  within: LineSpan;
  /** Text in front of the code on its first line. */
  before: string;
  /** Text behind the code on its last line. */
  after: string;
}

/** A place that may begin and end within a line. */
export interface PartPlace extends Place {
  startCharacter: number;
  endCharacter: number;
}

/**
 * The place without what stands beside the code.
 * Example: of "const f = (a) => a;" was asked "(a) => a", the block is "(b) => b" → "const f = " and ";" stay.
 */
export function besides({ lines, within, before, after }: Asked, place: Place): PartPlace {
  const first = lines[place.startLine] ?? "";
  const last = lines[place.endLine] ?? "";
  const given = place.text.trim().split(/\r?\n/);
  const beginsBehind = place.startLine === within.startLine && before.trim() !== "";
  // Deeper lines are the code's own, which may begin as the whole line does, unless they are wrapped in a statement.
  const begins = control.test(given[0] ?? "") ? given : outermost(place.text);
  const beginsInside = beginsBehind && !brings(begins, first, first.slice(before.length));
  // They often end as the whole does: "});".
  const ends = beginsBehind && !beginsInside ? given : outermost(place.text);
  const endsInside =
    place.endLine === within.endLine &&
    after.trim() !== "" &&
    !brings(ends, last, last.slice(0, last.length - after.length));
  return {
    ...place,
    startCharacter: beginsInside ? before.length : 0,
    endCharacter: endsInside ? last.length - after.length : last.length,
    text: beginsInside ? place.text.trimStart() : place.text,
  };
}

/** Of the lines of the block, one is the whole line or a form of it, rather than of the part that was asked about. */
function brings(given: readonly string[], whole: string, part: string): boolean {
  const most = (text: string) => Math.max(...given.map((line) => likeness(line, text)));
  return given.some((line) => line.trim() === whole.trim()) || most(whole) > most(part);
}

/** The lines of the block that are no deeper than its first one, and its last. */
function outermost(block: string): string[] {
  const lines = block.split(/\r?\n/).filter((line) => line.trim() !== "");
  const depth = leadingSpace(lines[0] ?? "").length;
  return lines.filter((line, index) => index === lines.length - 1 || leadingSpace(line).length <= depth);
}

/**
 * The block, its first line indented as the rest: where the code began behind its line's indentation, the model may have
 * kept that of the other lines.
 */
export function evenly({ lines, within }: Pick<Asked, "lines" | "within">, block: string): string {
  const indent = leadingSpace(lines[within.startLine] ?? "");
  const rest = leastIndent(lines.slice(within.startLine + 1, within.endLine + 1));
  const given = block.replace(/^\s*\n/, "");
  const isKept =
    leadingSpace(given) === "" && leastIndent(given.split("\n").slice(1)) === rest && rest >= indent.length;
  return isKept ? indent + given : block;
}

function leastIndent(lines: readonly string[]): number {
  return Math.min(...lines.filter((line) => line.trim() !== "").map((line) => leadingSpace(line).length));
}
