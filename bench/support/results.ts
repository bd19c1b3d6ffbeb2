/** Where a benchmark leaves what it found: to be read by programs and by people, and to be looked at. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../src/common/writeWhole.ts";

export interface ResultFiles {
  /** A folder; made where there is none. */
  out: string;
  name: string;
}

/** Each file whole or not at all: an interrupted benchmark goes on from them. */
export async function writeResults(
  { out, name }: ResultFiles,
  report: unknown,
  markdown: string,
  picture: string,
): Promise<void> {
  await mkdir(out, { recursive: true });
  await writeWhole(join(out, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
  await writeWhole(join(out, `${name}.md`), `${markdown.trimEnd()}\n\n![the figures](${name}.svg)\n`);
  await writeWhole(join(out, `${name}.svg`), picture);
}
