/**
 * Where in a document a code block of an answer belongs: by the definitions that it holds. An answer often has one function
 * of a file that was shown whole; the rest of the file has to stay. Pure.
 */
import { bareName } from "../../host/code.ts";
import type { LineSpan } from "../../host/indentation.ts";
import { inPlaceOf, sharedLines } from "../actions/reply.ts";
import { formOf, leadStart, type Unit, unitAt, unitsOf } from "./blockUnits.ts";

/** A definition of the document, by its language service. */
export interface NamedLines extends LineSpan {
  name: string;
}

export interface PlaceQuestion {
  /** Of the whole document. */
  lines: readonly string[];
  /** Each before those inside it. */
  definitions: readonly NamedLines[];
  /** The lines that went with the question. */
  within: LineSpan;
  block: string;
}

/** Lines of the document, 0-based and inclusive, and what comes in their place. */
export interface Place extends LineSpan {
  text: string;
}

/** A definition of the document and what the block has for it: its comments and itself, and what is new in front of it. */
interface Part {
  definition: NamedLines;
  own: Unit[];
  added: Unit[];
}

/** Only blank lines of the document are outside `within`, as the one that a last line break makes. */
export function isAll(lines: readonly string[], within: LineSpan): boolean {
  return lines.every((line, at) => line.trim() === "" || isIn({ startLine: at, endLine: at }, within));
}

/** The definitions of the block take the place of those of the same names; null where it defines none of them. */
export function placeByName(question: PlaceQuestion): Place | null {
  const { lines, within, block } = question;
  const given = block.replace(/\s+$/, "").split(/\r?\n/);
  const parts = partsOf(question, given);
  if (parts.length === 0) return null;
  if (isWhole(question, parts)) return { ...span(within), text: inPlaceOf(joined(lines, within), block) };
  const regions = parts.map((part) => regionOf(lines, given, part)).sort((a, b) => a.startLine - b.startLine);
  // Two of one name, or a class and a method of it: which is which, nobody knows.
  if (regions.some(({ startLine }, index) => startLine <= (regions[index - 1]?.endLine ?? -1))) return null;
  const [first, last] = [regions[0], regions.at(-1)];
  if (!first || !last) return null;
  const text = regions.flatMap((region, index) => [
    region.text,
    ...lines.slice(region.endLine + 1, regions[index + 1]?.startLine ?? region.endLine + 1),
  ]);
  return { startLine: first.startLine, endLine: last.endLine, text: text.join("\n") };
}

/** Imports and the like that the document has already are in no part: they stay where they are. */
function partsOf(question: PlaceQuestion, given: readonly string[]): Part[] {
  const known = new Set(question.lines.map((line) => line.trim()));
  const isNew = ({ startLine, endLine }: Unit) =>
    given.slice(startLine, endLine + 1).some((line) => !known.has(line.trim()));
  const parts: Part[] = [];
  let before: Unit[] = [];
  for (const unit of unitsOf(given)) {
    const definition = definitionIn(question, given, unit);
    if (!definition) {
      before.push(unit);
      continue;
    }
    const own = [unit];
    while (before.at(-1)?.isLead && !own[0]?.afterBlank) own.unshift(...before.splice(-1));
    parts.push({ definition, own, added: before.filter(isNew) });
    before = [];
  }
  parts.at(-1)?.own.push(...before.filter(isNew));
  return parts;
}

function definitionIn(
  { lines, definitions, within }: PlaceQuestion,
  given: readonly string[],
  unit: Unit,
): NamedLines | null {
  const own = joined(given, unit);
  const fitting = definitions.filter((definition) => {
    const name = bareName(definition.name);
    const form = name === "" ? null : formOf(given, unit, name);
    // "const total = cart.total()" is no new definition of the method.
    return form === "definition" || (form === "variable" && formOf(lines, headOf(lines, definition), name) === form);
  });
  const rank = (one: NamedLines) => (isIn(one, within) ? 2 : 0) + (isIn(within, one) ? 1 : 0);
  const [best = null] = fitting.sort(
    (a, b) => rank(b) - rank(a) || sharedLines(own, joined(lines, b)) - sharedLines(own, joined(lines, a)),
  );
  return best;
}

/** All that went with the question stands in the block: its definitions, and most of what is beside them. */
function isWhole({ lines, definitions, within, block }: PlaceQuestion, parts: readonly Part[]): boolean {
  const inside = definitions.filter((definition) => isIn(definition, within));
  const outer = inside.filter((one) => !inside.some((other) => other !== one && isIn(one, other)));
  if (outer.length === 0 || !outer.every((one) => parts.some(({ definition }) => definition === one))) return false;
  const beside = lines
    .slice(within.startLine, within.endLine + 1)
    .map((line, index) => ({ line: line.trim(), at: within.startLine + index }))
    .filter(({ line, at }) => line.length > 2 && !outer.some((one) => isIn({ startLine: at, endLine: at }, one)))
    .map(({ line }) => line);
  return sharedLines(beside.join("\n"), block) >= beside.length / 2;
}

/** Comments above the definition go when the block brings others. */
function regionOf(lines: readonly string[], given: readonly string[], { definition, own, added }: Part): Place {
  const head = headOf(lines, definition);
  const startLine = own[0]?.isLead ? leadStart(lines, head.startLine) : head.startLine;
  const { endLine } = head;
  const text = [...added, ...own]
    .flatMap((unit, index) => [
      ...(index > 0 && unit.afterBlank ? [""] : []),
      ...given.slice(unit.startLine, unit.endLine + 1),
    ])
    .join("\n");
  return { startLine, endLine, text: inPlaceOf(joined(lines, { startLine, endLine }), text) };
}

/** From the line with the name: some services count comments and decorators in, and some give nothing but that line. */
function headOf(lines: readonly string[], { name, startLine, endLine }: NamedLines): LineSpan {
  const bare = bareName(name);
  const at = lines.slice(startLine, endLine + 1).findIndex((line) => !/^\s*[/*#@]/.test(line) && line.includes(bare));
  const head = startLine + Math.max(0, at);
  return { startLine: head, endLine: head === endLine ? unitAt(lines, head).endLine : endLine };
}

function isIn(inner: LineSpan, outer: LineSpan): boolean {
  return outer.startLine <= inner.startLine && inner.endLine <= outer.endLine;
}

function span({ startLine, endLine }: LineSpan): LineSpan {
  return { startLine, endLine };
}

function joined(lines: readonly string[], { startLine, endLine }: LineSpan): string {
  return lines.slice(startLine, endLine + 1).join("\n");
}
