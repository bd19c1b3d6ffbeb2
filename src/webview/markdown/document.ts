/**
 * Markdown that grows at its end. What can no longer change is frozen into blocks and never read again; only the tail
 * is parsed anew, so the work per token stays the same however long the answer is.
 *
 * A top-level token is frozen once a later one has a complete first line: until then that line could still turn out to
 * belong to it (a list that goes on, a heading underlined with "==="). An open code fence is not parsed again at all,
 * its lines are only searched for the closing fence.
 *
 * Example: after "# Title\n\nSome te" the heading waits; after "xt\n" it is frozen and "Some text\n" is the tail.
 */
import { Lexer, type Links, type Token, type Tokens } from "marked";
import { mathOptions } from "./mathExtension.ts";

export type Block =
  /** One top-level Markdown token. */
  | { kind: "markdown"; key: number; token: Token }
  | { kind: "code"; key: number; language: string; code: string; open: boolean }
  /** Text that is not parsed: too long for one block, or nested beyond what the parser can hold. */
  | { kind: "plain"; key: number; text: string };

export interface ParsedMarkdown {
  tokens: Token[];
  links: Links;
}
/** `links` are the reference definitions known from earlier text. */
export type ParseMarkdown = (source: string, links: Links) => ParsedMarkdown;

/** Characters of one unfinished block that are parsed at each update; longer ones are shown as plain text. */
const maxTailLength = 40_000;
/** Characters of a text that came in one piece which are read at once: most blocks are settled before the next are. */
const pieceLength = 8_000;
/** Characters up to which a text is parsed once more as a whole when it ends, for definitions that came late. */
const maxWholeLength = 200_000;

/**
 * A line that opens dozens of quotes or lists. Marked recurses per level: its time grows with the square of the depth, and
 * some thousands of levels overflow its stack.
 */
const tooDeep = /^[ \t]*(?:>[ \t]*|(?:[*+-]|\d{1,9}[.)])[ \t]+){50}/m;

interface OpenFence {
  /** What closes it: at most three spaces, the marker, nothing after it. */
  closing: RegExp;
  /** A line that may become the closing one; held back until it is decided. */
  beginning: RegExp;
  /** Spaces before the opening fence; as many are taken off each line. */
  indent: number;
  language: string;
  code: string;
}

export class MarkdownDocument {
  readonly #parse: ParseMarkdown;
  #frozen: Block[] = [];
  #tail: Block[] = [];
  /** Definitions in frozen blocks. */
  readonly #links: Links = {};
  /** A definition was seen anywhere. */
  #hasLinks = false;
  /** Text that came since the last `update`. */
  #unread = "";
  /** Text not yet frozen; within an open fence, its last incomplete line. */
  #rest = "";
  /** All text, for the one full parse that late link definitions call for. */
  #source = "";
  #fence: OpenFence | null = null;

  constructor(parse: ParseMarkdown = parseMarkdown) {
    this.#parse = parse;
  }

  /** Blocks that will not change again: the array grows, its elements stay. */
  get frozen(): readonly Block[] {
    return this.#frozen;
  }

  /** The blocks after them as of the last `update`. */
  get tail(): readonly Block[] {
    return this.#tail;
  }

  append(text: string): void {
    const plain = text.replaceAll("\r", "");
    if (plain === "") return;
    this.#unread += plain;
    this.#source += plain;
  }

  /** Brings the blocks up to date with what was appended; cheap when nothing was. */
  update(): void {
    while (this.#unread !== "") {
      const length = firstPiece(this.#unread, Math.min(pieceLength, maxTailLength - this.#rest.length));
      this.#rest += this.#unread.slice(0, length);
      this.#unread = this.#unread.slice(length);
      while (this.#step());
    }
  }

  /** The text is complete: resolves references whose definition came after their use. */
  complete(): void {
    this.update();
    if (!this.#hasLinks || this.#source.length > maxWholeLength) return;
    const whole = this.#tryParse(this.#source);
    if (!whole) return;
    this.#frozen = [];
    if (this.#take(whole.tokens, this.#source)) while (this.#step());
  }

  /** Reads on in the rest; true when there is more to read. */
  #step(): boolean {
    if (this.#fence) return this.#readFence(this.#fence);
    const parsed = this.#rest.length > maxTailLength ? null : this.#tryParse(this.#rest);
    if (!parsed) {
      this.#freezePlain();
      return this.#rest !== "";
    }
    this.#hasLinks ||= Object.keys(parsed.links).length > 0;
    return this.#take(parsed.tokens, this.#rest);
  }

  /** null when the text is nested too deep for the parser. */
  #tryParse(source: string): ParsedMarkdown | null {
    if (tooDeep.test(source)) return null;
    try {
      return this.#parse(source, { ...this.#links });
    } catch (error) {
      // Nested too deep in some other way.
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  /** Freezes what is settled of `source`; the rest becomes the tail. True when the tail is a fence to be read. */
  #take(tokens: Token[], source: string): boolean {
    const { settled, length } = settledTokens(tokens, source);
    for (const token of settled) this.#freeze(token);
    this.#rest = source.slice(length);
    const open = tokens.slice(settled.length).filter((token) => token.type !== "space");
    const only = open.length === 1 ? open[0] : undefined;
    this.#fence = only?.type === "code" && this.#rest.startsWith(only.raw) ? openingFence(only.raw) : null;
    if (this.#fence) {
      this.#rest = this.#rest.slice(this.#rest.indexOf("\n") + 1);
      return true;
    }
    this.#tail = open.map((token, index) => toBlock(token, this.#frozen.length + index));
    return false;
  }

  #readFence(fence: OpenFence): boolean {
    let from = 0;
    for (let end = this.#rest.indexOf("\n"); end !== -1; end = this.#rest.indexOf("\n", from)) {
      const line = this.#rest.slice(from, end);
      from = end + 1;
      if (fence.closing.test(line)) {
        this.#frozen.push(this.#codeBlock(fence, fence.code, false));
        this.#fence = null;
        this.#rest = this.#rest.slice(from);
        this.#tail = [];
        return this.#rest !== "";
      }
      fence.code += `${unindent(line, fence.indent)}\n`;
    }
    this.#rest = this.#rest.slice(from);
    const closed = fence.closing.test(this.#rest);
    const code =
      closed || fence.beginning.test(this.#rest) ? fence.code : fence.code + unindent(this.#rest, fence.indent);
    this.#tail = [this.#codeBlock(fence, code, !closed)];
    return false;
  }

  #codeBlock(fence: OpenFence, code: string, open: boolean): Block {
    const text = code.endsWith("\n") ? code.slice(0, -1) : code;
    return { kind: "code", key: this.#frozen.length, language: fence.language, code: text, open };
  }

  #freeze(token: Token): void {
    if (token.type === "def") this.#links[token.tag] ??= { href: token.href, title: token.title };
    if (token.type !== "space") this.#frozen.push(toBlock(token, this.#frozen.length));
  }

  /** Freezes the rest up to its last line break as plain text. */
  #freezePlain(): void {
    this.#tail = [];
    const end = this.#rest.lastIndexOf("\n") + 1 || this.#rest.length;
    this.#frozen.push({ kind: "plain", key: this.#frozen.length, text: this.#rest.slice(0, end) });
    this.#rest = this.#rest.slice(end);
  }
}

export function parseMarkdown(source: string, links: Links): ParsedMarkdown {
  const lexer = new Lexer(mathOptions);
  lexer.tokens.links = links;
  const tokens = lexer.lex(source);
  return { tokens: [...tokens], links: tokens.links };
}

/**
 * How many characters of a text to read at once: lines of up to `most` characters, at least one. One that is nested too
 * deep is read alone, after those before it: they may open a fence in which it is code.
 */
function firstPiece(text: string, most: number): number {
  const firstLine = text.indexOf("\n") + 1 || text.length;
  const lines = text.length <= most ? text.length : text.lastIndexOf("\n", most - 1) + 1;
  const deep = text.slice(0, lines).search(tooDeep);
  return Math.max(firstLine, deep === -1 ? lines : deep);
}

/** The leading tokens that later text cannot change, and how many characters of `source` they cover. */
function settledTokens(tokens: Token[], source: string): { settled: Token[]; length: number } {
  // From the end: the last token whose first line is complete may still grow, those before it may not.
  let length = tokens.reduce((sum, token) => sum + token.raw.length, 0);
  for (let last = tokens.length - 1; last > 0; last--) {
    const { raw, type } = tokens[last]!;
    length -= raw.length;
    const complete = type === "math" ? isOver(tokens[last]!) : type !== "space" && source.indexOf("\n", length) !== -1;
    // Where marked changed the text, places cannot be told and nothing is settled yet.
    if (complete) return source.startsWith(raw, length) ? { settled: tokens.slice(0, last), length } : nothingSettled;
  }
  return nothingSettled;
}

/** Until the line of its closing sign is over, math may still turn out to be a part of the paragraph before. */
function isOver({ raw, open }: Tokens.Generic): boolean {
  return !open && raw.endsWith("\n");
}

const nothingSettled = { settled: [], length: 0 };

function toBlock(token: Token, key: number): Block {
  if (token.type === "code" && typeof token.text === "string")
    return { kind: "code", key, language: languageOf(token.lang), code: token.text, open: isOpenFence(token.raw) };
  return { kind: "markdown", key, token };
}

/** A fence whose closing line has not come; code by indentation is none. */
export function isOpenFence(raw: string): boolean {
  if (!/^ {0,3}(```|~~~)/.test(raw)) return false;
  const fence = openingFence(raw);
  const inside = raw.slice(raw.indexOf("\n") + 1).trimEnd();
  return !fence?.closing.test(inside.slice(inside.lastIndexOf("\n") + 1));
}

/** The language of a fence's info string: its first word, lower case. */
export function languageOf(info: unknown): string {
  return typeof info === "string" ? (info.trim().split(/[\s,{]/)[0] ?? "").toLowerCase() : "";
}

/** The fence that begins `raw`; null when there is none or its first line is not complete. */
function openingFence(raw: string): OpenFence | null {
  const match = /^( {0,3})(`{3,}|~{3,})([^\n]*)\n/.exec(raw);
  if (!match) return null;
  const [, indent = "", marker = "", info = ""] = match;
  return {
    closing: new RegExp(`^ {0,3}${marker}[~\`]* *$`),
    beginning: new RegExp(`^ {0,3}${marker[0]}{1,${marker.length}}$`),
    indent: indent.length,
    language: languageOf(info),
    code: "",
  };
}

function unindent(line: string, indent: number): string {
  let spaces = 0;
  while (spaces < indent && line[spaces] === " ") spaces++;
  return line.slice(spaces);
}
