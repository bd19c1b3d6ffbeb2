/** Plain text that grows, as wrapped terminal lines; only the line at the end may still change. */
import wrapAnsi from "wrap-ansi";
import { printable } from "./ansi.ts";
import type { StreamedLines } from "./markdownStream.ts";

export class TextStream {
  readonly #width: () => number;
  readonly #style: (line: string) => string;
  #rest = "";

  constructor(width: () => number, style: (line: string) => string) {
    this.#width = width;
    this.#style = style;
  }

  push(text: string): StreamedLines {
    this.#rest += printable(text);
    const wrapped = this.#wrap();
    const last = wrapped.at(-1) ?? "";
    this.#rest = last;
    return { lines: wrapped.slice(0, -1).map(this.#style), live: last.trim() === "" ? [] : [this.#style(last)] };
  }

  end(): string[] {
    const lines = this.#rest.trim() === "" ? [] : this.#wrap().map(this.#style);
    this.#rest = "";
    return lines;
  }

  #wrap(): string[] {
    return wrapAnsi(this.#rest, this.#width(), { hard: true, trim: false }).split("\n");
  }
}
