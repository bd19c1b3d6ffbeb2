/**
 * Where Markdown holds math: `\(…\)`, `\[…\]`, `$$…$$` and, guarded, `$…$`. Markdown itself knows none of them and would
 * take their backslashes and italicise their asterisks. Signs that people also write for other reasons (prices, shell
 * variables, brackets escaped out of habit) are left alone. Pure; every look is bounded, since the text is a model's.
 */

/** A formula with its signs (`raw`) and without (`source`). */
export interface MathSpan {
  raw: string;
  source: string;
  /** On lines of its own. */
  display: boolean;
}

export interface MathBlock extends MathSpan {
  /** Its end has not come yet. */
  open: boolean;
}

/** Characters up to which a formula is looked for; longer ones are no formulas of an answer. */
export const maxMathLength = 4_000;

const blankLine = /\n[ \t]*\n/;
/** Two letters after a formula that belong to it: "the $n$th". */
const ordinal = /^(?:th|st|nd|rd)\b/;

/**
 * The formula that `text` begins with.
 * @param before the character before `text`; empty at the beginning
 */
export function readMath(text: string, before: string): MathSpan | null {
  if (text.startsWith("\\(")) return readBackslash(text, before, false);
  if (text.startsWith("\\[")) return readBackslash(text, before, true);
  if (text.startsWith("$$")) return readDouble(text, before);
  return text.startsWith("$") ? readSingle(text, before) : null;
}

/**
 * The formula that begins the first line of `text` and ends with a line; without its end as yet, all of `text`. No line in
 * it is blank, as in TeX: so a sign that is none takes no more than its paragraph.
 */
export function readMathBlock(text: string): MathBlock | null {
  const [, indent = "", sign = ""] = /^( {0,3})(\$\$|\\\[)/.exec(text) ?? [];
  if (sign === "") return null;
  const from = indent.length + sign.length;
  const body = text.slice(from, from + maxMathLength);
  const blank = body.search(blankLine);
  const within = blank === -1 ? body : body.slice(0, blank);
  const length = closingAt(within, sign === "$$" ? "$$" : "\\]");
  if (length === -1) {
    const open = blank === -1 && body.length < maxMathLength;
    return open ? { raw: text, source: body, display: true, open } : null;
  }
  const source = body.slice(0, length);
  const [rest] = /^[ \t]*(?:\n|$)/.exec(text.slice(from + length + 2)) ?? [];
  if (rest === undefined || !isMath(source) || (sign !== "$$" && isBracketed(source))) return null;
  return { raw: text.slice(0, from + length + 2 + rest.length), source: source.trim(), display: true, open: false };
}

function readBackslash(text: string, before: string, display: boolean): MathSpan | null {
  if (/[\w)\]\\]/.test(before)) return null;
  const math = within(text, display ? "\\]" : "\\)", display);
  return math && !isBracketed(math.source) ? math : null;
}

function readDouble(text: string, before: string): MathSpan | null {
  return /[\w$\\]/.test(before) ? null : within(text, "$$", true);
}

/** The formula between a sign of two characters at the beginning and the next `closing`. */
function within(text: string, closing: string, display: boolean): MathSpan | null {
  const length = closingAt(text.slice(2, 2 + maxMathLength), closing);
  const source = text.slice(2, 2 + length);
  if (length === -1 || blankLine.test(source) || !isMath(source)) return null;
  return { raw: text.slice(0, length + 4), source: source.trim(), display };
}

/** As Pandoc reads it: no space inside the signs, no digit after them; and none of what shells and prices look like. */
function readSingle(text: string, before: string): MathSpan | null {
  if (/[\w$\\]/.test(before)) return null;
  const [raw, source = ""] =
    /^\$((?:[^\s$`\\]|\\[^\n`$])(?:(?:[^$`\\\n]|\\[^\n`$]){0,500}(?:[^\s$`\\]|\\[^\s`$]))?)\$/.exec(text) ?? [];
  if (raw === undefined || !isMath(source)) return null;
  const after = text.slice(raw.length, raw.length + 4);
  return /^[\w$({[]/.test(after) && !ordinal.test(after) ? null : { raw, source, display: false };
}

/** Place of the closing sign; a backslash takes the next character with it, so that `\\]` does not end anything. */
function closingAt(text: string, closing: string): number {
  for (const { index, 0: found } of text.matchAll(/\\[\s\S]|\$\$/g)) if (found === closing) return index;
  return -1;
}

/** Not empty, and no word of prose without a sign that only formulas have. */
function isMath(source: string): boolean {
  return source.trim() !== "" && (/[\\^_={}+<>]/.test(source) || !/[A-Za-z]{4}/.test(source));
}

/** A note or a number in brackets, "\[1\]" or "\[WIP\]", that somebody escaped. */
function isBracketed(source: string): boolean {
  return /^\s*(?:\d+|[A-Za-z]{2,})\s*$/.test(source);
}
