/**
 * Formulas for a renderer that knows no math, the editor's comments: as code, where nothing takes their backslashes away
 * or italicises their asterisks.
 */
import { readMath } from "../../common/mathSyntax.ts";
import { fenceFor } from "../../prompts/code.ts";

/** The line that opens a fence of code, and what stands in front of the fence: a list's sign, for one. */
const fence = /(?<=^([ \t>]*(?:(?:[*+-]|\d{1,9}[.)])[ \t]+)*))(`{3,}|~{3,})[^\n]*/my;
/** What is left as it is: code in a line, an escaped character. */
const untouched = /(`+)(?!`)[^\n]*?[^`\n]\1(?!`)|\\[^([]/y;

export function mathAsCode(markdown: string): string {
  if (!/\$|\\[([]/.test(markdown)) return markdown;
  let text = "";
  let at = 0;
  while (at < markdown.length) {
    const sign = nextSign(markdown, at);
    text += markdown.slice(at, sign);
    at = sign;
    const kept = fenceAt(markdown, at) ?? matchAt(untouched, markdown, at)?.[0];
    const math = kept === undefined ? readMath(markdown.slice(at), markdown[at - 1] ?? "") : null;
    const raw = kept ?? math?.raw ?? markdown.slice(at, at + 1);
    text += math ? code(math.source) : raw;
    at += raw.length;
  }
  return text;
}

/** The code that is fenced from `at`, to its end. A line that could close it but is deeper is code, as in a docstring. */
function fenceAt(markdown: string, at: number): string | undefined {
  const [opening = "", lead = "", mark = ""] = matchAt(fence, markdown, at) ?? [];
  if (mark === "") return undefined;
  const closing = new RegExp(`^[ \\t>]{0,${lead.length + 3}}${mark}[\`~]*[ \\t]*$`, "gm");
  closing.lastIndex = at + opening.length;
  return markdown.slice(at, closing.exec(markdown) ? closing.lastIndex : undefined);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
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
