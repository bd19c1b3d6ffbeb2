/** Markdown as lines for a terminal. Pure: tokens and a width in, styled lines out. */
import { Lexer, type Token, type Tokens } from "marked";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { paint } from "./ansi.ts";
import { highlightLines } from "./highlight.ts";

const listMarks = ["•", "◦", "▪"];

export function parseMarkdown(text: string): Token[] {
  return new Lexer({ gfm: true }).lex(text);
}

/** Lines of one block, no longer than `width` cells but for code, which is never wrapped. */
export function renderBlock(token: Token, width: number, depth = 0): string[] {
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "heading": {
      const heading = inline((token as Tokens.Heading).tokens);
      return wrap(paint(heading, "bold", (token as Tokens.Heading).depth === 1 ? "underline" : "cyan"), width);
    }
    case "code": {
      const { text, lang } = token as Tokens.Code;
      return highlightLines(text, lang?.match(/^\S+/)?.[0]).map((line) => `  ${line}`);
    }
    case "blockquote":
      return renderBlocks((token as Tokens.Blockquote).tokens, width - 2, depth).map(
        (line) => `${paint("│", "grey")} ${line}`,
      );
    case "list":
      return listLines(token as Tokens.List, width, depth);
    case "table":
      return tableLines(token as Tokens.Table, width);
    case "hr":
      return [paint("─".repeat(Math.min(width, 40)), "grey")];
    case "paragraph":
    case "text": {
      const { tokens, text } = token as Tokens.Paragraph;
      return wrap(tokens ? inline(tokens) : decode(text), width);
    }
    default:
      // HTML and what marked may learn: as it was written.
      return wrap(token.raw.trimEnd(), width);
  }
}

/** Blocks with an empty line between them. */
export function renderBlocks(tokens: readonly Token[], width: number, depth = 0): string[] {
  const blocks = tokens.map((token) => renderBlock(token, width, depth)).filter((lines) => lines.length > 0);
  return blocks.flatMap((lines, index) => (index > 0 ? ["", ...lines] : lines));
}

function listLines(list: Tokens.List, width: number, depth: number): string[] {
  const first = typeof list.start === "number" ? list.start : 1;
  return list.items.flatMap((item, index) => {
    const mark = list.ordered ? `${first + index}.` : (listMarks[depth % listMarks.length] ?? "•");
    const check = item.task ? `${item.checked ? "☑" : "☐"} ` : "";
    const indent = " ".repeat(stringWidth(mark) + 1);
    // Newer versions of marked put a token for the box before the text.
    const content = item.tokens.filter((token) => token.type !== "checkbox");
    const lines = content.flatMap((token) => renderBlock(token, width - indent.length - check.length, depth + 1));
    const [head = "", ...rest] = lines;
    return [`${paint(mark, "cyan")} ${check}${head}`, ...rest.map((line) => `${indent}${line}`)];
  });
}

function tableLines(table: Tokens.Table, width: number): string[] {
  const header = table.header.map((cell) => paint(inline(cell.tokens), "bold"));
  const rows = table.rows.map((row) => row.map((cell) => inline(cell.tokens)));
  const widths = header.map((cell, column) =>
    Math.max(...[cell, ...rows.map((row) => row[column] ?? "")].map((text) => stringWidth(text))),
  );
  const gap = "  ";
  if (widths.reduce((sum, cell) => sum + cell, gap.length * (widths.length - 1)) > width)
    // Too wide: each row as a list of its cells.
    return rows.flatMap((row) => row.flatMap((cell, column) => wrap(`${header[column] ?? ""}: ${cell}`, width)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, table.align[column] ?? "left"))
      .join(gap)
      .trimEnd();
  return [line(header), paint(widths.map((cells) => "─".repeat(cells)).join(gap), "grey"), ...rows.map(line)];
}

function pad(text: string, width: number, align: "left" | "right" | "center"): string {
  const missing = width - stringWidth(text);
  const before = align === "right" ? missing : align === "center" ? missing >> 1 : 0;
  return " ".repeat(before) + text + " ".repeat(missing - before);
}

function inline(tokens: readonly Token[] = []): string {
  return tokens
    .map((token) => {
      switch (token.type) {
        case "strong":
          return paint(inline(token.tokens), "bold");
        case "em":
          return paint(inline(token.tokens), "italic");
        case "del":
          return paint(inline(token.tokens), "strikethrough");
        case "codespan":
          return paint(token.text, "yellow");
        case "br":
          return "\n";
        case "link": {
          const label = inline(token.tokens);
          return token.href === token.text ? paint(label, "underline") : `${paint(label, "underline")} (${token.href})`;
        }
        case "image":
          return `[${token.text}] (${token.href})`;
        case "escape":
          return token.text;
        case "text":
          return token.tokens ? inline(token.tokens) : decode(token.text);
        default:
          return token.raw;
      }
    })
    .join("");
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'", nbsp: " " };

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|#39|nbsp);/g, (_, name: string) => entities[name] ?? "");
}

function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, Math.max(10, width), { hard: true }).split("\n");
}
