/** Makes a model's markdown safe and whole for the editor's renderer, which draws comments. */
import { Lexer, type Token } from "marked";

/** Shows text as it is. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@]/g, "\\$&");
}

/**
 * Turns images into text. The editor would fetch them: an address made up by a document that the model read could carry
 * what else it read to someone's server.
 */
export function withoutImages(markdown: string): string {
  let safe = markdown;
  while (safe.includes("![")) {
    const images = rawOf("image", new Lexer({ gfm: true }).lex(safe));
    // Each round takes the mark from every image found; one inside another's description shows in the next.
    if (images.length === 0) return safe;
    for (const raw of images) safe = safe.replaceAll(raw, raw.replace("![", "!\\["));
  }
  return safe;
}

/** Only tags without attributes: they name no address, and none of those that need no attribute to do something. */
const harmlessHtml = /^(?:[^<]|<\/?(?!script|style|svg|math)[a-z][a-z0-9]*\s*\/?>)*$/i;

/** Shows HTML that could load something as the text it is; the editor's preview of a Markdown document would draw it. */
export function withoutActiveHtml(markdown: string): string {
  let safe = markdown;
  for (;;) {
    const html = rawOf("html", new Lexer({ gfm: true }).lex(safe)).filter((raw) => !harmlessHtml.test(raw));
    if (html.length === 0) return safe;
    for (const raw of html) safe = safe.replaceAll(raw, raw.replaceAll("<", "&lt;"));
  }
}

/** The text of all tokens of a kind, wherever they stand. */
function rawOf(kind: "image" | "html", tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    if (token.type === kind) return [token.raw];
    if (token.type === "list") return token.items.flatMap((item: Token) => rawOf(kind, childrenOf(item)));
    if (token.type === "table")
      return [...token.header, ...token.rows.flat()].flatMap((cell: { tokens: Token[] }) => rawOf(kind, cell.tokens));
    return rawOf(kind, childrenOf(token));
  });
}

function childrenOf(token: Token): Token[] {
  return "tokens" in token && token.tokens ? token.tokens : [];
}

/** Closes a code fence that is still open, so that what follows is not taken for code. */
export function closeFence(markdown: string): string {
  let open: { mark: string; indent: string } | null = null;
  for (const line of markdown.split("\n")) {
    const [, indent = "", mark = "", rest = ""] = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (mark === "") continue;
    if (!open) {
      // A fence of backticks has none in its info string: that would be inline code.
      if (mark.startsWith("~") || !rest.includes("`")) open = { mark, indent };
    } else if (mark[0] === open.mark[0] && mark.length >= open.mark.length && rest.trim() === "") open = null;
  }
  return open ? `${markdown}${markdown.endsWith("\n") ? "" : "\n"}${open.indent}${open.mark}` : markdown;
}
