/**
 * An answer that grows, as terminal lines: those that can no longer change, once, and those that may, anew each time.
 *
 * A block is final when a later one has a complete first line: until then that line could still belong to it (a list
 * that goes on after an empty line). Of a block that is still open, code gives its finished lines early, and any block
 * gives what would not fit on the screen.
 */
import type { Token } from "marked";
import { printable } from "./ansi.ts";
import { parseMarkdown, renderBlock } from "./markdown.ts";

export interface StreamedLines {
  /** New final lines. */
  lines: string[];
  /** The open end, replaced by the next result. */
  live: string[];
}

export class MarkdownStream {
  readonly #width: () => number;
  #rest = "";
  /** Final lines of the open block that were given already. */
  #given = 0;
  #isFirst = true;

  /** @param width cells a line may have, asked for each time since windows are resized */
  constructor(width: () => number) {
    this.#width = width;
  }

  /** @param maxLive lines that may stay open; what is above them becomes final */
  push(text: string, maxLive: number): StreamedLines {
    this.#rest += printable(text);
    const tokens = parseMarkdown(this.#rest);
    const last = tokens.findLastIndex((token) => token.type !== "space");
    const lines = hasCompleteLine(tokens[last]) ? this.#finish(tokens.splice(0, last)) : [];
    const blocks = tokens.map((token) => this.#render(token)).filter((block) => block.length > 0);
    const [open = []] = blocks;
    const live = blocks.flatMap((block, index) => [...(index > 0 || !this.#isFirst ? [""] : []), ...block]);
    const openLines = open.length + (this.#isFirst ? 0 : 1);
    const early = tokens.find((token) => token.type !== "space")?.type === "code" ? openLines - 1 : 0;
    const final = Math.min(openLines, Math.max(this.#given, live.length - maxLive, early));
    lines.push(...live.slice(this.#given, final));
    this.#given = Math.max(this.#given, final);
    return { lines, live: live.slice(this.#given) };
  }

  /** The lines that are left when nothing more comes. */
  end(): string[] {
    return this.#finish(parseMarkdown(this.#rest));
  }

  /** `tokens`: those at the beginning of the rest that can not change any more. */
  #finish(tokens: readonly Token[]): string[] {
    const lines: string[] = [];
    for (const token of tokens) {
      this.#rest = this.#rest.slice(token.raw.length);
      const block = this.#render(token);
      if (block.length === 0) continue;
      lines.push(...[...(this.#isFirst ? [] : [""]), ...block].slice(this.#given));
      this.#given = 0;
      this.#isFirst = false;
    }
    return lines;
  }

  #render(token: Token): string[] {
    return renderBlock(token, this.#width());
  }
}

function hasCompleteLine(block: Token | undefined): boolean {
  return block?.raw.trimStart().includes("\n") ?? false;
}
