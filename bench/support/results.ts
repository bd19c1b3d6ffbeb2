/** Where a benchmark leaves what it found: to be read by programs and by people, and to be looked at. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ResultFiles {
  /** A folder; made where there is none. */
  out: string;
  name: string;
}

export function writeResults({ out, name }: ResultFiles, report: unknown, markdown: string, picture: string): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(out, `${name}.md`), `${markdown.trimEnd()}\n\n![the figures](${name}.svg)\n`);
  writeFileSync(join(out, `${name}.svg`), picture);
}
