/**
 * Puts the documentation comment of an answer where the language wants it: above the definition, or in Python as its
 * first statement. What stood there as documentation is replaced. Pure.
 */

/** Lines `from` to `to` (0-based, exclusive) get `lines` in their place. */
export interface LineReplacement {
  from: number;
  to: number;
  lines: string[];
}

/**
 * @param lines of the whole document
 * @param definition line where the definition begins (0-based)
 * @param reply a fenced block of the answer: the comment, alone or with the code it belongs to
 * @returns null when there is no comment in the reply
 */
export function withDocComment(
  lines: readonly string[],
  definition: number,
  reply: string,
  languageId: string,
): LineReplacement | null {
  return languageId === "python"
    ? docstring(lines, definition, reply)
    : commentAbove(lines, definition, reply, languageId);
}

function commentAbove(
  lines: readonly string[],
  definition: number,
  reply: string,
  languageId: string,
): LineReplacement | null {
  const comment = firstComment(reply.split(/\r?\n/));
  if (!comment) return null;
  let to = definition;
  // Decorators and attributes belong to the definition.
  while (/^\s*(@|#\[)/.test(lines[to - 1] ?? "")) to--;
  const indent = indentOf(lines[definition] ?? "");
  return { from: docStart(lines, to, languageId), to, lines: comment.map((line) => (indent + line).trimEnd()) };
}

/** The first comment at the margin of its block, with its lines' indentation relative to it. */
function firstComment(reply: readonly string[]): string[] | null {
  const start = reply.findIndex((line) => /^\s*(\/\*|\/\/|#(?!include|define|if|!)|--|'''|;;)/.test(line));
  if (start < 0) return null;
  const first = reply[start] ?? "";
  const indent = indentOf(first).length;
  if (/^\s*\/\*/.test(first)) {
    const length = reply.slice(start).findIndex((line) => line.includes("*/"));
    if (length < 0) return null;
    const block = reply.slice(start, start + length + 1).map((line) => line.trim());
    // Whatever comes behind the comment's end on its line is code.
    block.push((block.pop() ?? "").replace(/\*\/.*$/, "*/"));
    return block.map((line, index) => (index > 0 ? ` ${line.startsWith("*") ? line : `* ${line}`}`.trimEnd() : line));
  }
  const mark = /^\s*(\/\/[/!]?|#|--|'''|;;)/.exec(first)?.[1] ?? "";
  const length = reply.slice(start).findIndex((line) => !line.trim().startsWith(mark));
  return reply.slice(start, length < 0 ? undefined : start + length).map((line) => line.slice(indent).trimEnd());
}

/** Line comments that are documentation, by language; in others only "///" is. */
const docLines: Record<string, RegExp> = {
  go: /^\s*\/\//,
  ruby: /^\s*#/,
  elixir: /^\s*#/,
  shellscript: /^\s*#/,
  lua: /^\s*--/,
  haskell: /^\s*--/,
};

/** Where the documentation above line `end` begins; `end` when there is none. */
function docStart(lines: readonly string[], end: number, languageId: string): number {
  if (/\*\/\s*$/.test(lines[end - 1] ?? "")) {
    for (let line = end - 1; line >= 0; line--) {
      const text = lines[line] ?? "";
      if (/^\s*\/\*\*/.test(text)) return line;
      if (text.includes("/*")) return end;
    }
    return end;
  }
  const isDoc = docLines[languageId] ?? /^\s*\/\/[/!]/;
  let start = end;
  while (start > 0 && isDoc.test(lines[start - 1] ?? "")) start--;
  return start;
}

function docstring(lines: readonly string[], definition: number, reply: string): LineReplacement | null {
  const text = /("""|''')([\s\S]*?)\1/.exec(reply)?.[2];
  const head = signatureEnd(lines, definition);
  if (text === undefined || text.trim() === "" || head === null) return null;
  const indent = `${indentOf(lines[definition] ?? "")}${indentUnit(lines)}`;
  const [first = "", ...rest] = text.replace(/\s+$/, "").split(/\r?\n/);
  const margin = Math.min(...rest.filter((line) => line.trim() !== "").map((line) => indentOf(line).length));
  const body = rest.map((line) => (line.trim() === "" ? "" : indent + line.slice(margin)));
  const opening = `${indent}"""${first.trim()}`;
  const quoted = body.length === 0 ? [`${opening}"""`] : [opening, ...body, `${indent}"""`];
  return { from: head + 1, to: oldDocstringEnd(lines, head + 1), lines: quoted };
}

/** Line on which the signature ends with its colon; null when there is none near. */
function signatureEnd(lines: readonly string[], definition: number): number | null {
  let depth = 0;
  const start = lines.findIndex((line, index) => index >= definition && /^\s*(async\s+def|def|class)\b/.test(line));
  if (start < 0) return null;
  for (let line = start; line < lines.length; line++) {
    const text = (lines[line] ?? "").replace(/#.*$/, "").replace(/"[^"]*"|'[^']*'/g, "");
    for (const sign of text) depth += "([{".includes(sign) ? 1 : ")]}".includes(sign) ? -1 : 0;
    if (depth <= 0) return /:\s*$/.test(text) ? line : null;
  }
  return null;
}

/** The line behind a docstring that begins at `start`; `start` when there is none. */
function oldDocstringEnd(lines: readonly string[], start: number): number {
  const [, mark = ""] = /^\s*[rRuU]?("""|''')/.exec(lines[start] ?? "") ?? [];
  if (mark === "") return start;
  if ((lines[start] ?? "").split(mark).length > 2) return start + 1;
  const end = lines.findIndex((line, index) => index > start && line.includes(mark));
  return end < 0 ? start : end + 1;
}

/** One step of indentation, as the document does it. */
function indentUnit(lines: readonly string[]): string {
  const indented = lines.find((line) => /^(\t| +)\S/.test(line)) ?? "";
  return indented.startsWith("\t") ? "\t" : indentOf(indented).length === 2 ? "  " : "    ";
}

function indentOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? "";
}
