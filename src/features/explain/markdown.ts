/** Makes a model's markdown safe and whole for the editor's renderer, which draws comments. */
import { Lexer, type Token } from "marked";

/** Shows text as it is. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@]/g, "\\$&");
}

/** Text that is drawn as more than text, and how it is shown as the text it is. */
interface Active {
  kind: "image" | "html";
  isHarmless(raw: string): boolean;
  /** Of one token. */
  escape(raw: string): string;
  /** Of any text: leaves nothing of the kind, but changes code as well. */
  escapeAll(text: string): string;
}

const images: Active = {
  kind: "image",
  isHarmless: () => false,
  // One inside another's description shows in the next round: it may be code.
  escape: (raw) => raw.replace("![", () => "!\\["),
  escapeAll: (text) => text.replaceAll("![", () => "!\\["),
};

/** Only tags without attributes: they name no address, and none of those that need no attribute to do something. */
const harmlessHtml = /^(?:[^<]|<\/?(?!script|style|svg|math)[a-z][a-z0-9]*\s*\/?>)*$/i;

const activeHtml: Active = {
  kind: "html",
  isHarmless: (raw) => harmlessHtml.test(raw),
  escape: (raw) => raw.replaceAll("<", "&lt;"),
  escapeAll: (text) => text.replaceAll("<", "&lt;"),
};

/**
 * Turns images into text. The editor would fetch them: an address made up by a document that the model read could carry
 * what else it read to someone's server.
 */
export function withoutImages(markdown: string): string {
  return markdown.includes("![") ? asText(markdown, images) : markdown;
}

/**
 * Shows images and HTML that could load something as the text they are; the editor's preview of a Markdown document would
 * draw them. Again and again: what stood within a tag may be an image once the tag is text, and the other way round.
 */
export function withoutAnythingActive(markdown: string): string {
  for (let safe = markdown; ; ) {
    const next = asText(withoutImages(safe), activeHtml);
    if (next === safe) return safe;
    safe = next;
  }
}

/** More rounds than any text needs that is not made to need them. */
const maxRounds = 20;

/** Each round takes the mark from what was found, so that there are fewer with each. */
function asText(markdown: string, active: Active): string {
  let safe = markdown;
  for (let round = 0; round < maxRounds; round++) {
    const found = new Lexer({ gfm: true }).lex(safe).flatMap((block) => {
      const raws = rawOf(active.kind, [block]).filter((raw) => !active.isHarmless(raw));
      return raws.length > 0 ? [{ block: block.raw, raws }] : [];
    });
    if (found.length === 0) return safe;
    const before = safe;
    for (const raw of new Set(found.flatMap(({ raws }) => raws))) safe = safe.replaceAll(raw, () => active.escape(raw));
    if (safe !== before) continue;
    // In lists, quotes and tables marked takes indents, ">" and "\|" from the text of a token: it is nowhere as it is told.
    for (const { block } of found) safe = safe.replaceAll(block, () => active.escapeAll(block));
    if (safe === before) break;
  }
  return active.escapeAll(safe);
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
