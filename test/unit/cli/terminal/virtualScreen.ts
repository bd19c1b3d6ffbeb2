/** A terminal in memory (xterm's own engine without a window), to see what a user would see. */
import xterm from "@xterm/headless";
import type { Screen } from "../../../../src/cli/terminal/liveRegion.ts";

export class VirtualScreen implements Screen {
  readonly #terminal: xterm.Terminal;
  #written = "";

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 10_000,
      convertEol: true,
      allowProposedApi: true,
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** All that was written, codes included. */
  get written(): string {
    return this.#written;
  }

  write(text: string): void {
    this.#written += text;
    this.#terminal.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** Lines from the first that scrolled away to the last with text. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#terminal.write("", resolve));
    const buffer = this.#terminal.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? "");
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }
}
