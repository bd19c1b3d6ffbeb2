/**
 * Formulas for a renderer that knows no math, the editor's comments: as code, where nothing takes their backslashes away
 * or italicises their asterisks.
 */
import { readMath } from "../../common/mathSyntax.ts";
import { fenceFor } from "../../prompts/code.ts";

/** What is left as it is: a fence of code to its end, code in a line, an escaped character. */
const untouched =
  /(?<=^[ \t>]*(?:(?:[*+-]|\d{1,9}[.)])[ \t]+)*)(`{3,}|~{3,})[^\n]*(?:\n(?![ \t>]*\1)[^\n]*)*(?:\n[^\n]*)?|(`+)(?!`)[^\n]*?[^`\n]\2(?!`)|\\[^([]/my;

export function mathAsCode(markdown: string): string {
  if (!/\$|\\[([]/.test(markdown)) return markdown;
  let text = "";
  let at = 0;
  while (at < markdown.length) {
    const sign = nextSign(markdown, at);
    text += markdown.slice(at, sign);
    at = sign;
    untouched.lastIndex = at;
    const [kept] = untouched.exec(markdown) ?? [];
    const math = kept === undefined ? readMath(markdown.slice(at), markdown[at - 1] ?? "") : null;
    const raw = kept ?? math?.raw ?? markdown.slice(at, at + 1);
    text += math ? code(math.source) : raw;
    at += raw.length;
  }
  return text;
}

/** Place of the next character at or after `at` that may begin a formula or something to be left alone. */
function nextSign(text: string, at: number): number {
  const found = text.slice(at).search(/[\\$`~]/);
  return found === -1 ? text.length : at + found;
}

/** On one line, whatever it stands in. */
function code(source: string): string {
  const line = source.replace(/\s+/g, " ").trim();
  const fence = fenceFor(line, 1);
  return line.includes("`") ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}
