/**
 * The definition around a line, found by indentation: for languages without a language service, and while one is still
 * starting. Pure. Wrong now and then, as any guess, and then one selects.
 */

/** Lines, 0-based and inclusive. */
export interface LineSpan {
  startLine: number;
  endLine: number;
}

/** Heads of blocks that are no definitions: what is around them is meant. */
export const control =
  /^\s*(\}\s*)?(if|else|elif|elsif|for|foreach|while|switch|match|case|when|try|catch|except|finally|do|with|unless|until|begin|rescue|return)\b/;
/** Lines that end a block at its head's indentation. */
const closing = /^\s*([)\]}]|end\b|esac\b|fi\b|done\b)/;

/**
 * The innermost block around `line` whose head is no control structure; null where there is none.
 * Example: the cursor in a loop inside a function → the lines of the function.
 */
export function blockAround(lines: readonly string[], line: number): LineSpan | null {
  let head = lastFilled(lines, line);
  while (head >= 0) {
    const span = blockOf(lines, head);
    if (span && span.endLine >= line && !control.test(lines[head] ?? "") && !closing.test(lines[head] ?? ""))
      return span;
    head = parentOf(lines, head);
  }
  return null;
}

/** The block that a head opens; null when nothing is indented under it. */
export function blockOf(lines: readonly string[], head: number): LineSpan | null {
  const depth = indentOf(lines[head] ?? "");
  let endLine = head;
  for (let index = head + 1; index < lines.length; index++) {
    const text = lines[index] ?? "";
    if (isBlank(text)) continue;
    const indent = indentOf(text);
    if (indent < depth) break;
    if (indent === depth) {
      if (!closing.test(text)) break;
      endLine = index;
      // "} else {" and ") {" go on, a bare end ends.
      if (!/[{(:]\s*$/.test(text)) break;
      continue;
    }
    endLine = index;
  }
  return endLine > head ? { startLine: head, endLine } : null;
}

function parentOf(lines: readonly string[], line: number): number {
  const depth = indentOf(lines[line] ?? "");
  for (let index = line - 1; index >= 0; index--) {
    const text = lines[index] ?? "";
    if (isBlank(text)) continue;
    if (indentOf(text) < depth) return index;
    // The head of a block that `line` closes stands at the same depth.
    if (closing.test(lines[line] ?? "") && indentOf(text) === depth) return index;
  }
  return -1;
}

function lastFilled(lines: readonly string[], line: number): number {
  let index = Math.min(line, lines.length - 1);
  while (index >= 0 && isBlank(lines[index] ?? "")) index--;
  return index;
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** Columns, a tab counted as four. */
export function indentOf(text: string): number {
  return leadingSpace(text).replaceAll("\t", "    ").length;
}

/** White space in front of the first line's text. */
export function leadingSpace(text: string): string {
  return /^[^\S\r\n]*/.exec(text)?.[0] ?? "";
}
