/**
 * Code that was asked about may begin or end within a line. What stands beside it there stays, unless the block brings it
 * along. Pure.
 */
import type { LineSpan } from "../../host/indentation.ts";
import { likeness } from "./blockAlignment.ts";
import type { Place } from "./blockPlace.ts";
import { unitsOf } from "./blockUnits.ts";

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
  const head = given[unitsOf(given).find(({ isLead }) => !isLead)?.startLine ?? 0] ?? "";
  const beginsInside =
    place.startLine === within.startLine && before.trim() !== "" && !brings(head, first, first.slice(before.length));
  const endsInside =
    place.endLine === within.endLine &&
    after.trim() !== "" &&
    !brings(given.at(-1) ?? "", last, last.slice(0, last.length - after.length));
  return {
    ...place,
    startCharacter: beginsInside ? before.length : 0,
    endCharacter: endsInside ? last.length - after.length : last.length,
    text: beginsInside ? place.text.trimStart() : place.text,
  };
}

/** The line of the block is a form of the whole line, rather than of the part that was asked about. */
function brings(line: string, whole: string, part: string): boolean {
  return likeness(line, whole) > likeness(line, part);
}

/**
 * The block, its first line indented as the rest: where the code began behind its line's indentation, the model may have
 * kept that of the other lines.
 */
export function evenly({ lines, within }: Pick<Asked, "lines" | "within">, block: string): string {
  const indent = indentOf(lines[within.startLine] ?? "");
  const rest = leastIndent(lines.slice(within.startLine + 1, within.endLine + 1));
  const given = block.replace(/^\s*\n/, "");
  const isKept = indentOf(given) === "" && leastIndent(given.split("\n").slice(1)) === rest && rest >= indent.length;
  return isKept ? indent + given : block;
}

function leastIndent(lines: readonly string[]): number {
  return Math.min(...lines.filter((line) => line.trim() !== "").map((line) => indentOf(line).length));
}

function indentOf(line: string): string {
  return /^[^\S\r\n]*/.exec(line)?.[0] ?? "";
}
