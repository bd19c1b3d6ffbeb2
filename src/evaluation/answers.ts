/**
 * What a model answered, found in the text of its answer, and whether it is right. Items ask for a line "Answer: …"; models
 * write it in bold, in code, in a fence, in LaTeX, or not at all. The rules are the same for every way of thinking.
 */
import { canonicalLiteral } from "./pythonLiteral.ts";

/** `python`: a value, compared as Python's == does. `number`: units, currency signs and thousands separators do not count. */
export type AnswerKind = "python" | "number";

/** Numbers count as equal within this share of the expected one. */
const relativeTolerance = 1e-6;
/** What a line says in brackets at its end, about its answer: "10 (= 5 + 5)". */
const remark = /\s\((?:[^()]|\([^()]*\))*\)[.*_\s]*$/;

export function isRight(kind: AnswerKind, expected: string, answer: string): boolean {
  if (kind === "number") {
    const value = answeredNumber(answer);
    const wanted = Number(expected.replaceAll(",", ""));
    return value !== null && Math.abs(value - wanted) <= Math.max(Math.abs(wanted), 1) * relativeTolerance;
  }
  const value = answeredValue(answer);
  return value !== null && value === canonicalLiteral(expected);
}

/** The canonical literal that the answer gives; null when it gives none. */
export function answeredValue(answer: string): string | null {
  const marked = markedAnswer(answer);
  if (marked !== null) {
    const paragraph = firstParagraph(marked);
    const line = firstLine(paragraph);
    const inline = literal(paragraph) ?? literal(line.replace(remark, "")) ?? literalIn(line) ?? literalIn(paragraph);
    return inline ?? lastFenced(marked);
  }
  return lastFenced(answer) ?? lastInLines(answer);
}

/** The number that the answer gives; null when it gives none. */
export function answeredNumber(answer: string): number | null {
  const marked = markedAnswer(answer);
  if (marked !== null) {
    const paragraph = firstParagraph(marked);
    const line = firstLine(paragraph);
    const found = [line.replace(remark, ""), line, paragraph].flatMap(numbersIn);
    if (found.length > 0) return found[0]!;
  }
  const boxed = /^[\s\S]*\\boxed\{([^}]*)\}/.exec(answer)?.[1] ?? /^[\s\S]*####\s*([^\n]*)/.exec(answer)?.[1];
  return (boxed === undefined ? undefined : numbersIn(boxed)[0]) ?? numbersIn(answer).at(-1) ?? null;
}

/** What follows the last "Answer:" that begins a line; null where there is none. */
export function markedAnswer(answer: string): string | null {
  const marks = [...answer.matchAll(/^[ \t>*_#`-]*(?:the\s+)?(?:final\s+)?answer[*_`]*(?:\s+is)?\s*[:=][*_]*/gim)];
  const last = marks.at(-1);
  return last === undefined ? null : answer.slice(last.index + last[0].length);
}

function firstParagraph(text: string): string {
  return text.trim().split(/\n\s*\n|\n(?=```)/, 1)[0]!;
}

/** The line with the answer; below it stands why. "" where its sentence goes on in the next one. */
function firstLine(paragraph: string): string {
  const line = paragraph.split("\n", 1)[0]!.trimEnd();
  return line.endsWith(",") ? "" : line;
}

/** A literal that is the text, but for ornament. */
function literal(text: string): string | null {
  const trimmed = text.trim();
  return canonicalLiteral(trimmed) ?? canonicalLiteral(withoutOrnament(trimmed));
}

/** A literal that is the text, or what the text says at its end: "f(3) == 4", "it returns `4`." */
function literalIn(text: string): string | null {
  const trimmed = text.trim();
  const direct = literal(trimmed);
  if (direct !== null) return direct;
  const code = [...trimmed.matchAll(/(`+)([^`]+)\1/g)].at(-1)?.[2];
  if (code !== undefined) {
    const value = canonicalLiteral(code.trim()) ?? afterSign(code);
    if (value !== null) return value;
  }
  return afterSign(trimmed) ?? (trimmed.includes("\n") ? literalIn(trimmed.split("\n", 1)[0]!) : null);
}

/** The literal after the first sign or word that introduces a result, such that all that follows is the literal. */
function afterSign(text: string): string | null {
  for (const { index, 0: sign } of text.matchAll(
    /==?>?|[-=]?[→>⇒]|:|\b(?:returns?|is|be|evaluates to|outputs?|prints?)\b/g,
  )) {
    const value = canonicalLiteral(withoutOrnament(text.slice(index + sign.length).trim()));
    if (value !== null) return value;
  }
  return null;
}

/** Emphasis, code marks, dollar signs and \boxed{} around it, and a full stop after it. */
function withoutOrnament(text: string): string {
  let inner = text;
  for (let before = ""; before !== inner; ) {
    before = inner;
    inner = inner
      .replace(/^(\*\*|__|`+|\$\$?|\\\(|\\\[)([\s\S]*?)(\*\*|__|`+|\$\$?|\\\)|\\\])\.?$/, "$2")
      .replace(/^\\boxed\{([\s\S]*)\}$/, "$1")
      .replace(/^\*\*\s*|\s*\*\*$/g, "")
      .replace(/(?<!\d)\.$|(?<=\d)\.$/, "")
      .trim();
  }
  return inner;
}

function lastFenced(text: string): string | null {
  const body = [...text.matchAll(/```[^\n]*\n([\s\S]*?)\n?```/g)].at(-1)?.[1];
  return body === undefined ? null : (literalIn(body) ?? lastInLines(body));
}

/** The last line that gives a literal. */
function lastInLines(text: string): string | null {
  for (const line of text.split("\n").reverse()) {
    const value = line.trim() === "" ? null : literalIn(line);
    if (value !== null) return value;
  }
  return null;
}

/** Numbers of a text in order; when it has an equals sign, those after the last one. */
function numbersIn(text: string): number[] {
  const result = text.slice(text.lastIndexOf("=") + 1);
  const found = result.matchAll(/(?<![\w.])(?:[-−]\s?)?\$?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)/g);
  return [...found].map(([all, digits]) => {
    const value = Number(digits!.replaceAll(",", ""));
    return /^[-−]/.test(all) ? -value : value;
  });
}
