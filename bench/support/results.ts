/** Where a benchmark leaves what it found: to be read by programs and by people, and to be looked at. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ResultFiles {
  /** A folder; made where there is none. */
  out: string;
  name: string;
}

export function writeResults({ out, name }: ResultFiles, report: unknown, markdown: string, picture: string): void {
  mkdirSync(out, { recursive: true });
  write(join(out, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
  write(join(out, `${name}.md`), `${markdown.trimEnd()}\n\n![the figures](${name}.svg)\n`);
  write(join(out, `${name}.svg`), picture);
}

/** Whole or not at all: an interrupted benchmark goes on from it. */
function write(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
