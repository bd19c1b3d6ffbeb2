/**
 * The files of `hunch bench speed`: JSON that the same command goes on from, a table and a picture. Hours of measurements
 * are in one file, so it is replaced whole or not at all.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { baseline } from "../benchmark/arms.ts";
import { chart } from "../benchmark/chart.ts";
import { isSameMeasurement, markdown, type Report, withoutOtherServers } from "../benchmark/report.ts";
import { writeWhole } from "../common/writeWhole.ts";
import { keeping } from "../evaluation/records.ts";
import { earlierResult } from "./earlierResult.ts";

export interface ResultFiles {
  /** A folder; made where there is none. */
  out: string;
  name: string;
}

/**
 * A benchmark of the same things in the same way, interrupted or of other prompts; null when there is none.
 * @param tell told, as a sentence, why one that is there is of no use
 */
export async function readEarlier(
  files: ResultFiles,
  report: Report,
  tell: (why: string) => void,
): Promise<Report | null> {
  const file = fileOf(files, "json");
  const earlier = await earlierResult<Report>(file, tell);
  if (!earlier) return null;
  if (!isSameMeasurement(earlier, report)) {
    tell(`${file} is of another model, program, version or setting: begun anew.`);
    return null;
  }
  const taken = withoutOtherServers(earlier);
  if (taken.measured.length < earlier.measured.length)
    tell(`${file} holds runs of llama-servers that were started with other options: those are not taken up.`);
  return taken;
}

/** @throws HunchError diskFull; what was there before is then still there */
export async function writeResults(files: ResultFiles, report: Report): Promise<void> {
  if (report.measured.length === 0) return;
  await keeping(async () => {
    await mkdir(files.out, { recursive: true });
    await writeWhole(fileOf(files, "json"), `${JSON.stringify(report, null, 1)}\n`);
    await writeWhole(fileOf(files, "md"), markdown(report, baseline));
    await writeWhole(fileOf(files, "svg"), chart(report, baseline));
  });
}

function fileOf({ out, name }: ResultFiles, ending: string): string {
  return join(out, `${name}.${ending}`);
}
