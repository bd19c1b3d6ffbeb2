/** A code block of an answer, taken apart without knowing its language: what stands at its margin, and what that defines. Pure. */
import { definitionWords } from "../../host/code.ts";
import { blockOf, type LineSpan } from "../../host/indentation.ts";

/** A line at the margin with all that is indented under it. */
export interface Unit extends LineSpan {
  /** A comment, or a decorator: it belongs to what follows. */
  isLead: boolean;
  afterBlank: boolean;
}

export function unitsOf(lines: readonly string[]): Unit[] {
  const units: Unit[] = [];
  for (let line = 0, afterBlank = false; line < lines.length; line++) {
    const text = lines[line] ?? "";
    if (text.trim() === "") {
      afterBlank = true;
      continue;
    }
    const { endLine } = unitAt(lines, line);
    units.push({ startLine: line, endLine, isLead: isLead(text), afterBlank });
    afterBlank = false;
    line = endLine;
  }
  return units;
}

/** The line and what is indented under it; an opening brace may stand on a line of its own. */
export function unitAt(lines: readonly string[], line: number): LineSpan {
  const brace = /^\s*\{\s*$/.test(lines[line + 1] ?? "") ? blockOf(lines, line + 1) : null;
  return { startLine: line, endLine: (brace ?? blockOf(lines, line))?.endLine ?? line };
}

/** The first line of the comments and decorators that stand directly above `line`; `line` when there are none. */
export function leadStart(lines: readonly string[], line: number): number {
  let start = line;
  while (start > 0 && isLead(lines[start - 1] ?? "")) start--;
  return start;
}

function isLead(text: string): boolean {
  return /^\s*(\/\/|\/\*|\*|#(?!\s*(include|define|if|endif|pragma)\b)|--|@)/.test(text);
}

const functionWords = `function\\*?|${definitionWords}`;
const variableWords = "const|let|var|val";
/** Before a name and its parentheses, these make a call of it. */
const callWords = /\b(return|await|new|throw|yield|else|if|while|for|switch|case|print|assert)\b/;

export type DefinitionForm = "definition" | "variable";

/** How the unit's first line defines `name`; null where it does not. */
export function formOf(
  lines: readonly string[],
  { startLine, endLine }: LineSpan,
  name: string,
): DefinitionForm | null {
  const line = lines[startLine] ?? "";
  const word = `${name.replace(/[$]/g, "\\$&")}(?![\\p{L}\\p{N}_$])`;
  // A receiver may stand between: "func (c *Cart) Add(".
  if (new RegExp(`\\b(?:${functionWords})\\s+(?:\\([^)]*\\)\\s*)?${word}`, "u").test(line)) return "definition";
  const arrow = "=\\s*(?:async\\s+)?(?:function\\b|(?:\\([^()]*\\)|[\\p{L}\\p{N}_$]+)\\s*(?::[^=]*)?=>)";
  if (new RegExp(`\\b(?:${variableWords})\\s+${word}[^=]*?${arrow}`, "u").test(line)) return "definition";
  if (new RegExp(`\\b(?:${variableWords})\\s+${word}`, "u").test(line)) return "variable";
  const [before] =
    new RegExp(`^[^()=;"'\`]*?(?<![.\\p{L}\\p{N}_$])(?=${word}\\s*(?:<[^<>]*>)?\\()`, "u").exec(line) ?? [];
  if (before === undefined || callWords.test(before)) return null;
  return opensBlock(lines.slice(startLine, endLine + 1)) ? "definition" : null;
}

/** Behind its parentheses comes a body, so that it is no call. */
function opensBlock([first = "", ...rest]: readonly string[]): boolean {
  if (rest.length === 0) return /\)[^;]*\{.*\}\s*$/.test(first);
  const ends = (text: string) => /[{:]\s*(\/\/.*|#.*)?$/.test(text);
  return ends(first) || /^\s*\{\s*$/.test(rest[0] ?? "") || rest.some((line) => /^\s*\)/.test(line) && ends(line));
}
