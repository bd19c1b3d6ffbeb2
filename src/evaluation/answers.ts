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
/** Of a list; a minus stands at its number, or goes on with a calculation or a value whose line above is unfinished. */
const bullet = /^(?<!(?:[=≈([{,]|[\d) \t][-+*/×÷])\s*)[ \t]*-[ \t]+/gm;
const fences = /(```[\s\S]*?(?:```|$))/;
/** Introduces a result. */
const resultSign = /==?>?|[-=]?[→>⇒]|:|\b(?:returns?|is|be|evaluates to|outputs?|prints?)\b/g;
/** A line about what the call gives that was asked about, and where in it that is introduced. */
const ofCall = /^[*_`]*(?:(?:assert\s+)?[\w.]+\(|(?:it|the\s+(?:function|call|code|result|output))\s)/i;
const callSign = new RegExp(`(?:\\)|^it|^the\\s+\\w+)[*_\`]*\\s*(?:${resultSign.source})`, "gi");

export function isRight(kind: AnswerKind, expected: string, answer: string): boolean {
  return readingsOf(answer).some((reading) => isRightAs(kind, expected, reading));
}

function isRightAs(kind: AnswerKind, expected: string, answer: string): boolean {
  if (kind === "number") {
    const value = answeredNumber(answer);
    const wanted = Number(expected.replaceAll(",", ""));
    return value !== null && Math.abs(value - wanted) <= Math.max(Math.abs(wanted), 1) * relativeTolerance;
  }
  const value = answeredValue(answer);
  return value !== null && value === canonicalLiteral(expected);
}

/**
 * Without its bullets. "- 5" as the only line of its kind is as well a list of one, as Markdown shows it, as it is a minus
 * with a space, as Python reads it: it is right as either.
 */
function readingsOf(answer: string): string[] {
  const plain = withoutBullets(answer);
  const isOneAlone = bulletCount(markedAnswer(answer) ?? answer) === 1;
  return isOneAlone ? [plain, answer] : [plain];
}

/** In a block of code there are none. */
function withoutBullets(text: string): string {
  return text
    .split(fences)
    .map((part) => (part.startsWith("```") ? part : part.replace(bullet, "")))
    .join("");
}

function bulletCount(text: string): number {
  return text.split(fences).flatMap((part) => (part.startsWith("```") ? [] : (part.match(bullet) ?? []))).length;
}

/** The canonical literal that the answer gives; null when it gives none. */
export function answeredValue(answer: string): string | null {
  const marked = markedAnswer(answer);
  if (marked !== null) {
    const paragraph = firstParagraph(marked);
    const inline = literal(paragraph) ?? statedFirst(paragraph, statedValue) ?? literalIn(paragraph);
    return inline ?? lastFenced(marked);
  }
  return lastFenced(answer) ?? lastInLines(answer);
}

/** The number that the answer gives; null when it gives none. */
export function answeredNumber(answer: string): number | null {
  const marked = markedAnswer(answer);
  if (marked !== null) {
    const paragraph = firstParagraph(marked);
    const stated = statedFirst(paragraph, statedNumber);
    if (stated !== null) return stated;
    const found = [paragraph.replace(remark, ""), paragraph].flatMap(numbersIn);
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

/**
 * What the first lines of a paragraph state, such that those below can only say why: "5", below it "The loop returns 7".
 * null where they are the first step of a calculation, or of a sentence, whose end has the answer.
 */
function statedFirst<T>(paragraph: string, stated: (text: string) => T | null): T | null {
  const lines = paragraph.split("\n");
  for (let count = 1; count <= lines.length; count++) {
    const text = lines.slice(0, count).join("\n").trim();
    const goesOn = /[,:]$/.test(text) || /^\s*=/.test(lines[count] ?? "");
    // What stands in brackets at the end may be the result: a tuple.
    const found = goesOn ? null : (stated(text) ?? stated(text.replace(remark, "")));
    if (found !== null) return found;
  }
  return null;
}

/** Of a text that is a literal, or says no more than what the result is: "f(3) == 4", "It returns `4`." */
function statedValue(text: string): string | null {
  const direct = literal(text);
  if (direct !== null) return direct;
  const found = [text, withoutOrnament(text)].map((one) => (ofCall.test(one) ? afterSign(one, callSign) : null));
  return found.find((value) => value !== null) ?? null;
}

/** Of a text that is one number, with its unit: "$18", "18 eggs a day". */
function statedNumber(text: string): number | null {
  const isNumber = /^[^\w=]*(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?!\.\s+\S)[^\d=]*$/.test(
    withoutOrnament(text),
  );
  return isNumber ? (numbersIn(text)[0] ?? null) : null;
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
function afterSign(text: string, signs = resultSign): string | null {
  for (const { index, 0: sign } of text.matchAll(signs)) {
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
