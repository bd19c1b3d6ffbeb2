/**
 * An answer on its way into VS Code's chat, without images: an address that a file talked the model into could carry
 * what it read to someone. Text goes on as soon as no later text can make an image of it: word by word where no image has
 * begun, else at the end of a paragraph, and inside a fence of code at the end of a line.
 */
import { Lexer } from "marked";
import { withoutImages } from "../explain/markdown.ts";

export class SafeStream {
  readonly #send: (markdown: string) => void;
  /** As it came, without what is sent. */
  #waiting = "";
  /** As it was sent. */
  #sent = "";

  constructor(send: (markdown: string) => void) {
    this.#send = send;
  }

  push(text: string): void {
    this.#waiting += text;
    const settled = settledLength(this.#sent + this.#waiting) - this.#sent.length;
    if (settled > 0) this.#sendNext(settled);
  }

  end(): void {
    if (this.#waiting !== "") this.#sendNext(this.#waiting.length);
  }

  #sendNext(length: number): void {
    const next = this.#waiting.slice(0, length);
    // With what precedes it: only then is it known to be in a list, or in a fence.
    const whole = safe(this.#sent + next);
    // When the very text of an image stood as code before, that would be changed too.
    const safeNext = whole.startsWith(this.#sent) ? whole.slice(this.#sent.length) : next.replaceAll("![", "!\\[");
    this.#waiting = this.#waiting.slice(length);
    this.#sent += safeNext;
    this.#send(safeNext);
  }
}

/** Characters of a beginning that keeps its meaning whatever follows. */
function settledLength(text: string): number {
  const lines = text.lastIndexOf("\n") + 1;
  const last = new Lexer({ gfm: true }).lex(text.slice(0, lines)).at(-1);
  const openFence = last?.type === "code" && /^ {0,3}(`{3,}|~{3,})/.test(last.raw) && !isClosed(last.raw);
  if (openFence) return lines;
  const paragraphs = text.lastIndexOf("\n\n");
  const settled = paragraphs < 0 ? 0 : paragraphs + 2;
  const words = lastSpace(text, settled) + 1;
  // Neither an image nor HTML begins without its mark, which no space divides.
  return words > settled && !/!\[|</.test(text.slice(settled, words)) ? words : settled;
}

/** Where the last white space at or after `from` is, else `from` - 1. One way only: a regular expression would try each place. */
function lastSpace(text: string, from: number): number {
  let at = text.length - 1;
  while (at >= from && !/\s/.test(text.charAt(at))) at--;
  return at;
}

function isClosed(fence: string): boolean {
  const [, mark = ""] = /^ {0,3}(`{3,}|~{3,})/.exec(fence) ?? [];
  const last = fence.trimEnd().split("\n").slice(1).at(-1)?.trim() ?? "";
  return last.length >= mark.length && last === mark.charAt(0).repeat(last.length);
}

/** Without images, also those whose address comes later: every label counts as defined. */
function safe(text: string): string {
  const labels = new Set([...text.matchAll(/\[([^[\]]+)\]/g)].map((match) => match[1] ?? ""));
  const definitions = [...labels].map((label) => `\n[${label.replace(/\s+/g, " ")}]: x`).join("");
  const end = `\n\n${definitions}`;
  const whole = withoutImages(text + end);
  return whole.slice(0, whole.length - end.length);
}
