/** Finished runs on disk, a JSON object a line, so that a run goes on where it was stopped, however it was stopped. */
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { RunRecord } from "./runner.ts";

/** None when there is no file. A last line that was cut off is left out: its item runs again. */
export async function readRecords(path: string): Promise<RunRecord[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => parse(line) ?? []);
}

export async function appendRecord(path: string, record: RunRecord): Promise<void> {
  await keeping(async () => {
    await mkdir(dirname(path), { recursive: true });
    // Begins with a line break, so that a line that was cut off spoils no other.
    await appendFile(path, `\n${JSON.stringify(record)}`);
  });
}

/** Writes results. @throws HunchError diskFull; any other failure as it is */
export async function keeping<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOSPC") throw cause;
    throw new HunchError("diskFull", t("The disk is full: results can not be kept."), {
      hint: t("Free some space and start it again: it goes on from what is finished."),
      cause,
    });
  }
}

function parse(line: string): RunRecord | null {
  if (line.trim() === "") return null;
  try {
    return JSON.parse(line) as RunRecord;
  } catch {
    return null;
  }
}
