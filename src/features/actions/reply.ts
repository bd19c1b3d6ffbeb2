/** Takes code out of an answer: which fenced block is meant, and how it stands in place of the code asked about. Pure. */
import { indentOf, leadingSpace } from "../../host/indentation.ts";

/** Columns by which the end of a block may be deeper than its beginning; what is deeper still is code, as in a docstring. */
const deeperEnd = 3;

/** The code of each closed fence, without the fence's own indentation. An open one was cut off, and is left out. */
export function fencedBlocks(markdown: string): string[] {
  const blocks: string[] = [];
  let open: { mark: string; indent: string; lines: string[] } | null = null;
  for (const line of markdown.split(/\r?\n/)) {
    const [, indent = "", mark = "", rest = ""] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (!open) {
      if (mark !== "" && !(mark.startsWith("`") && rest.includes("`"))) open = { mark, indent, lines: [] };
    } else if (
      mark[0] === open.mark[0] &&
      mark.length >= open.mark.length &&
      rest.trim() === "" &&
      indentOf(indent) <= indentOf(open.indent) + deeperEnd
    ) {
      blocks.push(open.lines.join("\n"));
      open = null;
    } else {
      const lead = Math.min(open.indent.length, line.length - line.trimStart().length);
      open.lines.push(line.slice(lead));
    }
  }
  return blocks.filter((block) => block.trim() !== "");
}

/** The block that shares most lines with `original`; the first of equals. null without blocks. */
export function closestBlock(blocks: readonly string[], original: string): string | null {
  let best: { block: string; shared: number } | null = null;
  for (const block of blocks) {
    const shared = sharedLines(block, original);
    if (!best || shared > best.shared) best = { block, shared };
  }
  return best?.block ?? null;
}

/** Lines of `block` that stand in `original` too, whatever their indentation; those of one or two signs do not count. */
export function sharedLines(block: string, original: string): number {
  const known = new Set(trimmedLines(original));
  return trimmedLines(block).filter((line) => known.has(line)).length;
}

/**
 * Models often begin a block with the place of the code: "// src/a.ts". That is no part of it, unless it stands in
 * `original` too.
 */
export function withoutPath(block: string, original = ""): string {
  const [line = ""] = /^\s*(\/\/|#|--)[^\S\n]*(file(name)?:[^\S\n]*)?\S*\w\.\w+[^\S\n]*(\n|$)/i.exec(block) ?? [];
  return trimmedLines(original).includes(line.trim()) ? block : block.slice(line.length);
}

const dots = String.raw`(?:\.\.\.|…)`;
/** What begins a comment, in one language or another. */
const comment = String.raw`(?:\{\s*)?(?:\/\/+|#+|--|\/\*+|<!--|;+|%+)`;
/** What may stand in a comment before it names what was left out. */
const leadIn = String.raw`[-\s.…*(\[=<>~'"]{0,40}(?:(?:the|this|that|your|all|other|previous|same|as|with|and|so on|here|is|are|assume|continue|keep|leave|include|insert|add|put|copy|you can)[:,]? )*`;
const parts = "(?:code|logic|functions?|functionality|class(?:es)?|methods?|implementations?)";
/** Behind it: else the sentence is about that code, as in "Existing functions are called again". */
const leadOut = String.raw`(?=\W*$|\W+(?:is |are )?(?:(?:go(?:es)? )?here|stays?|remains?|unchanged|as (?:is|before|above)|omitted|follows?|continues?|above|below)\b)`;
const kept = "(?:remaining|existing|unchanged)";
/** Signs of "and so on" in place of code. */
const elisions = [
  String.raw`^\s*${comment}\s*${dots}`,
  // Dots in front of a name or a bracket spread it.
  String.raw`^\s*\[?(?:\.\.\.(?=\s|$)|…)`,
  String.raw`^\s*(?:[[(*]\s*)?${dots}.*\w.*${dots}\s*[\])]?\s*$`,
  String.raw`(?:(?:^|\s)${comment}|^\s*${dots})${leadIn}rest of (?:(?:the|your) )?${parts}${leadOut}`,
  String.raw`(?:^|\s)${comment}${leadIn}rest of (?:the|your) file\b`,
  String.raw`(?:^|[{:])\s*(?:${comment}|\*(?=\s*[.…(])|'''|"""|${dots})${leadIn}${kept} ${parts}${leadOut}`,
  String.raw`\s${comment}${leadIn}${kept} (?:code|implementation)${leadOut}`,
].map((source) => new RegExp(source, "i"));

/** An example in a docstring, whose lines go on behind dots. */
const doctest = /^([^\S\n]*>>> .*)(?:\n[^\S\n]*\.\.\.(?: .*)?$)+/gm;

/** A line of `code` stands for code that was left out; `original` had no such line. */
export function leavesOut(code: string, original: string): boolean {
  const known = new Set(trimmedLines(original));
  const lines = code.replace(doctest, "$1").split("\n");
  return lines.some((line) => elisions.some((elision) => elision.test(line)) && !known.has(line.trim()));
}

/**
 * `code` with the indentation, the line ends and the end of `original`, in whose place it comes. Models often give a
 * method as if it stood at the margin.
 */
export function inPlaceOf(original: string, code: string): string {
  const wanted = firstIndent(original);
  const given = firstIndent(code);
  const lines = code
    .replace(/\s+$/, "")
    .split(/\r?\n/)
    .map((line) => {
      if (line.trim() === "") return "";
      return wanted + (line.startsWith(given) ? line.slice(given.length) : line.trimStart());
    });
  while (lines[0] === "") lines.shift();
  const [end = ""] = /\s*$/.exec(original) ?? [];
  const text = lines.join("\n") + end.replace(/\r/g, "").replace(/[^\n]/g, "");
  return original.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
}

/** White space before the first line that has text. */
function firstIndent(text: string): string {
  const line = text.split("\n").find((candidate) => candidate.trim() !== "") ?? "";
  return leadingSpace(line);
}

function trimmedLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length > 2);
}
