/** A benchmark that goes on where an earlier run of the same command stopped: its results, and how it ends. */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { earlierResult } from "../../src/cli/earlierResult.ts";
import type { Interrupts } from "../../src/cli/interrupts.ts";
import type { BuildOrigin } from "./origin.ts";
import { type ResultFiles, writeResults } from "./results.ts";

export interface RunsReport {
  /** Of its last run. */
  made: string;
  /** Absent: of an earlier version of Hunch. */
  origin?: BuildOrigin;
  runs: unknown[];
}

/**
 * The report of an interrupted benchmark with the same origin and the same values under `keys`; null when there is no
 * such one.
 * @param tell told, as a sentence, why one that is there is of no use
 */
export async function earlierReport<R extends RunsReport>(
  { out, name }: ResultFiles,
  report: R,
  keys: readonly (keyof R)[],
  tell: (why: string) => void = console.error,
): Promise<R | null> {
  const file = join(out, `${name}.json`);
  const earlier = await earlierResult<R>(file, tell);
  if (!earlier || [...keys, "origin" as const].every((key) => isDeepStrictEqual(earlier[key], report[key])))
    return earlier;
  tell(`${file} is of another model, machine, state of Hunch or setting: begun anew.`);
  return null;
}

/** While nothing has run, what is there stays. */
export async function writeRuns<R extends RunsReport>(
  files: ResultFiles,
  report: R,
  markdown: (report: R) => string,
  picture: (report: R) => string,
): Promise<void> {
  if (report.runs.length > 0) await writeResults(files, report, markdown(report), picture(report));
}

/** Says what is bad and whether it was stopped, and sets the exit status: the signal's, 1 for anything bad, else 0. */
export function conclude(interrupts: Interrupts, bad: readonly string[]): void {
  for (const line of bad) console.error(line);
  if (interrupts.signal.aborted) console.error("Stopped. The same command goes on from here.");
  process.exitCode = interrupts.status ?? (bad.length > 0 ? 1 : 0);
}
