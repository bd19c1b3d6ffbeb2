/**
 * Puts the documentation comment of an answer where the language wants it: above the definition, or in Python as its
 * first statement. What stood there as documentation is replaced. Pure.
 */
import { type LineSpan, leadingSpace } from "../../host/indentation.ts";
import { withoutPath } from "./reply.ts";

/** Lines `from` to `to` (0-based, exclusive) get `lines` in their place. */
export interface LineReplacement {
  from: number;
  to: number;
  lines: string[];
}

/**
 * @param lines of the whole document
 * @param definition line where the definition begins, or the comments in front of it (0-based)
 * @param reply a fenced block of the answer: the comment, alone or with the code it belongs to
 * @returns null when there is no comment in the reply, or no place for it
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

/** A block has a comment, whether or not the document has a place for it. */
export function hasDocComment(reply: string, languageId: string): boolean {
  return languageId === "python"
    ? (quotedText.exec(reply)?.[3] ?? "").trim() !== ""
    : commentOf(reply, languageId) !== null;
}

function commentAbove(
  lines: readonly string[],
  definition: number,
  reply: string,
  languageId: string,
): LineReplacement | null {
  const comment = commentOf(reply, languageId);
  if (!comment) return null;
  const head = behindComments(lines, definition, languageId);
  let to = head;
  // Decorators and attributes belong to the definition, and so do comments that are orders to a tool.
  while (attribute.test(lines[to - 1] ?? "") || order.test(lines[to - 1] ?? "")) to--;
  const indent = leadingSpace(lines[head] ?? "");
  return { from: docStart(lines, to, languageId), to, lines: comment.map((line) => (indent + line).trimEnd()) };
}

const attribute = /^\s*(@|#\[)/;
/** "//go:noinline", "//export Add", "// eslint-disable-next-line", "# shellcheck disable=SC2034" */
const order =
  /^\s*(\/\/([a-z0-9]+:[a-z0-9]|(export|extern|line) |nolint\b|\s*(eslint-|biome-ignore|prettier-ignore|@ts-))|#\s*(shellcheck |rubocop:))/;

/** The first line at or behind `start` that is neither blank nor a comment; `start` when there is none. */
function behindComments(lines: readonly string[], start: number, languageId: string): number {
  const isComment = docLines[languageId] ?? /^\s*\/\//;
  for (let line = start; line < lines.length; line++) {
    let text = lines[line] ?? "";
    const end = blockEnd(text, languageId);
    if (end !== null) {
      while (!text.includes(end) && line < lines.length) text = lines[++line] ?? "";
      if (text.trimEnd().endsWith(end)) continue;
      // What follows on its last line is code.
      return text.includes(end) ? line : start;
    }
    if (text.trim() !== "" && !isComment.test(text)) return line;
  }
  return start;
}

/** What ends the block comment that begins on a line; null where none does. */
function blockEnd(line: string, languageId: string): string | null {
  const [, level] = (languageId === "lua" && /^\s*--\[(=*)\[/.exec(line)) || [];
  return level !== undefined ? `]${level}]` : /^\s*\/\*/.test(line) ? "*/" : null;
}

function commentOf(reply: string, languageId: string): string[] | null {
  return firstComment(withoutPath(reply).split(/\r?\n/), languageId);
}

/** The first comment at the margin of its block, with its lines' indentation relative to it. */
function firstComment(reply: readonly string[], languageId: string): string[] | null {
  const isComment = hashLanguage.test(languageId) ? /^\s*(\/\*|\/\/|#(?!!|\[)|--|'''|;;)/ : /^\s*(\/\*|\/\/|--|'''|;;)/;
  const start = reply.findIndex((line) => isComment.test(line));
  if (start < 0) return null;
  const first = reply[start] ?? "";
  const indent = leadingSpace(first).length;
  if (/^\s*\/\*/.test(first)) {
    const length = reply.slice(start).findIndex((line) => line.includes("*/"));
    if (length < 0) return null;
    const block = reply.slice(start, start + length + 1).map((line) => line.trim());
    // Whatever comes behind the comment's end on its line is code.
    block.push((block.pop() ?? "").replace(/\*\/.*$/, "*/"));
    return block.map((line, index) => (index > 0 ? ` ${line.startsWith("*") ? line : `* ${line}`}`.trimEnd() : line));
  }
  const end = blockEnd(first, languageId);
  if (end !== null) {
    const length = reply.slice(start).findIndex((line) => line.includes(end));
    if (length < 0) return null;
    const block = reply.slice(start, start + length + 1);
    const last = block.pop() ?? "";
    block.push(last.slice(0, last.indexOf(end) + end.length));
    return block.map((line) => line.slice(Math.min(indent, leadingSpace(line).length)).trimEnd());
  }
  const mark = /^\s*(\/\/[/!]?|#|--|'''|;;)/.exec(first)?.[1] ?? "";
  const length = reply.slice(start).findIndex((line) => !line.trim().startsWith(mark));
  return reply.slice(start, length < 0 ? undefined : start + length).map((line) => line.slice(indent).trimEnd());
}

/** Languages whose comments begin with "#": elsewhere that is a private field, an order to the preprocessor or a colour. */
const hashLanguage =
  /^(awk|cmake|coffeescript|crystal|dockerfile|elixir|fish|gdscript|graphql|hcl|julia|makefile|nim|nix|perl6?|php|powershell|r|raku|ruby|shellscript|tcl|terraform|toml|yaml)$/;

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
  const isTaken = (text: string) => isDoc.test(text) && !isForTools(text) && !isBlockEdge(text, languageId);
  while (start > 0 && isTaken(lines[start - 1] ?? "")) start--;
  return start;
}

/** Of a block comment, though it looks like a line of its own: "--[[", and its end, often "--]]". */
function isBlockEdge(comment: string, languageId: string): boolean {
  return blockEnd(comment, languageId) !== null || (languageId === "lua" && /^[^[]*\]=*\]/.test(comment));
}

/** An order to a tool, or the name of the interpreter. */
function isForTools(comment: string): boolean {
  return order.test(comment) || comment.startsWith("#!");
}

const quotedText = /([rRuU]?)("""|''')((?:\\[\s\S]|(?!\2)[^\\])*)\2/;

function docstring(lines: readonly string[], definition: number, reply: string): LineReplacement | null {
  const [, prefix = "", given = "", text = ""] = quotedText.exec(reply) ?? [];
  const signature = signatureAt(lines, definition);
  if (text.trim() === "" || signature === null) return null;
  const indent = `${leadingSpace(lines[signature.startLine] ?? "")}${indentUnit(lines)}`;
  const [first = "", ...rest] = text.replace(/\s+$/, "").split(/\r?\n/);
  const margin = Math.min(...rest.filter((line) => line.trim() !== "").map((line) => leadingSpace(line).length));
  const body = rest.map((line) => (line.trim() === "" ? "" : indent + line.slice(margin)));
  // As PEP 257 has it, where no quote in the text forbids it.
  const mark = text.includes('"') ? given : '"""';
  const opening = `${indent}${prefix}${mark}${first.trim()}`;
  const gap = opening.endsWith(mark.charAt(0)) || opening.endsWith("\\") ? " " : "";
  const quoted = body.length === 0 ? [opening + gap + mark] : [opening, ...body, indent + mark];
  const from = signature.endLine + 1;
  return { from, to: oldDocstringEnd(lines, from), lines: quoted };
}

/** The lines of the signature, which ends with its colon; null when the definition has none, or goes on behind it. */
function signatureAt(lines: readonly string[], definition: number): LineSpan | null {
  const startLine = signatureStart(lines, definition);
  if (startLine === null) return null;
  let depth = 0;
  for (let endLine = startLine; endLine < lines.length; endLine++) {
    const text = codeIn(lines[endLine] ?? "");
    depth += opened(text);
    if (depth <= 0) return /:\s*$/.test(text) ? { startLine, endLine } : null;
  }
  return null;
}

/** Behind blank lines, comments and decorators: past other code, the signature would be that of another definition. */
function signatureStart(lines: readonly string[], definition: number): number | null {
  let depth = 0;
  for (let line = definition; line < lines.length; line++) {
    const text = codeIn(lines[line] ?? "");
    if (depth <= 0 && /^\s*(async\s+def|def|class)\b/.test(text)) return line;
    if (depth <= 0 && !/^\s*(@|$)/.test(text)) return null;
    depth += opened(text);
  }
  return null;
}

/** A line of Python without its strings and its comment. */
function codeIn(line: string): string {
  return line.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|#.*$/g, "");
}

/** Brackets that a line opens, less those it closes. */
function opened(code: string): number {
  return [...code].reduce((sum, sign) => sum + ("([{".includes(sign) ? 1 : ")]}".includes(sign) ? -1 : 0), 0);
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
  return indented.startsWith("\t") ? "\t" : leadingSpace(indented).length === 2 ? "  " : "    ";
}
