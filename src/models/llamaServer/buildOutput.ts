/** Reads along what CMake, make, ninja and the compilers say: how far they are, and what went wrong. */
import { t } from "../../common/l10n.ts";

/** More than any error, less than a build with all its warnings. */
const keptCharacters = 1_000_000;
const reasonCharacters = 300;

export class BuildOutput {
  readonly #onProgress: (ratio: number) => void;
  #text = "";
  #line = "";
  #told = -1;

  /** @param onProgress gets the built share (0..1), each only once */
  constructor(onProgress: (ratio: number) => void = () => {}) {
    this.#onProgress = onProgress;
  }

  /** The end of all that was said. */
  get text(): string {
    return this.#text;
  }

  /** In pieces, as they come. */
  add(piece: string): void {
    this.#text = (this.#text + piece).slice(-keptCharacters);
    const lines = (this.#line + piece).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) {
      const ratio = builtShare(line);
      if (ratio === null || ratio <= this.#told) continue;
      this.#told = ratio;
      this.#onProgress(ratio);
    }
  }

  /** The first error with the two lines that follow it, else the last line. */
  reason(): string {
    const lines = this.#text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const first = lines.findIndex((line) => /\b(error|undefined reference)\b/i.test(line));
    const chosen = first === -1 ? lines.slice(-1) : lines.slice(first, first + 3);
    return chosen.join(" ").slice(0, reasonCharacters).replace(/\.$/, "") || t("no message");
  }

  /** An error as the file system gives it, when one of the programs found the disk full; else null. */
  diskFull(): Error | null {
    const found = /No space left on device|Disk quota exceeded|disk full/i.test(this.#text);
    return found ? Object.assign(new Error(this.reason()), { code: "ENOSPC" }) : null;
  }
}

/** make's "[ 12%] Building …", ninja's "[12/345] Building …"; null for any other line. */
export function builtShare(line: string): number | null {
  const percent = /^\[\s*(\d{1,3})%\]/.exec(line);
  if (percent) return Math.min(1, Number(percent[1]) / 100);
  const count = /^\[(\d+)\/(\d+)\]/.exec(line);
  return count && Number(count[2]) > 0 ? Math.min(1, Number(count[1]) / Number(count[2])) : null;
}
