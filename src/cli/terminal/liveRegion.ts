/**
 * The lines at the bottom of the terminal that are drawn anew as a text grows, below those that stay. Each update is
 * one write, each line is overwritten and not erased first, so that nothing flickers.
 */
import stringWidth from "string-width";
import { cursor } from "./ansi.ts";

/** What is needed of a terminal's stream. */
export interface Screen {
  write(text: string): unknown;
  columns: number;
  rows: number;
}

export class LiveRegion {
  readonly #screen: Screen;
  #live: readonly string[] = [];
  #open = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Lines that an update may keep live: what has left the screen can not be overwritten. */
  get maxLines(): number {
    return Math.max(1, this.#screen.rows - 1);
  }

  /** Prints `lines` for good, and below them `live`, which the next call replaces. No line may contain a newline. */
  update(lines: readonly string[], live: readonly string[]): void {
    if (lines.length === 0 && sameLines(live, this.#live)) return;
    const shown = live.slice(-this.maxLines);
    const out = [cursor.beginUpdate];
    if (!this.#open) out.push(cursor.hide);
    this.#open = true;
    out.push(this.#toTop());
    out.push(...lines.map((line) => `${line}${cursor.eraseLineEnd}\n`));
    out.push(shown.map((line) => `${line}${cursor.eraseLineEnd}`).join("\n"));
    out.push(cursor.eraseDown, cursor.endUpdate);
    this.#screen.write(out.join(""));
    this.#live = shown;
  }

  /** Removes the live lines and gives the cursor back. */
  close(): void {
    if (!this.#open) return;
    this.#screen.write(`${this.#toTop()}${cursor.eraseDown}${cursor.show}`);
    this.#open = false;
    this.#live = [];
  }

  /** To the first column of the first live line. A line wraps when the window has become narrower since. */
  #toTop(): string {
    const { columns } = this.#screen;
    const rows = this.#live.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    return `\r${cursor.up(rows - 1)}`;
  }
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
