/** A benchmark that goes on where an earlier run of the same command stopped: its results, and how it ends. */
import { join } from "node:path";
import { earlierResult } from "../../src/cli/earlierResult.ts";
import type { Interrupts } from "../../src/cli/interrupts.ts";
import type { ResultFiles } from "./results.ts";

/** Runs of an interrupted benchmark whose report has the same values under `keys`; none when there is no such one. */
export async function earlierRuns<R extends { runs: unknown[] }>(
  { out, name }: ResultFiles,
  report: R,
  keys: readonly (keyof R)[],
): Promise<R["runs"]> {
  const earlier = await earlierResult<R>(join(out, `${name}.json`), (why) => console.error(why));
  return earlier && keys.every((key) => earlier[key] === report[key]) ? earlier.runs : [];
}

/** Says what is bad and whether it was stopped, and sets the exit status: the signal's, 1 for anything bad, else 0. */
export function conclude(interrupts: Interrupts, bad: readonly string[]): void {
  for (const line of bad) console.error(line);
  if (interrupts.signal.aborted) console.error("Stopped. The same command goes on from here.");
  process.exitCode = interrupts.status ?? (bad.length > 0 ? 1 : 0);
}
