import { bars } from "../../src/evaluation/bars.ts";
import { endings } from "./plan.ts";
import type { EndingRun, EndingsReport } from "./report.ts";

/** How many of the thoughts that were ended from outside led to an answer in the form asked. */
export function picture({ cpu, model, runs }: EndingsReport): string {
  const good = (part: readonly EndingRun[]) =>
    part.filter((run) => !run.isEmpty && run.isInFormat && !run.leaks).length;
  return bars(`How thoughts end: ${runs.length} thoughts, ${model}, ${cpu}`, [
    {
      name: "answers in the form asked, by what ended the thought",
      bars: endings
        .map((ending) => ({ ending, part: runs.filter((run) => run.ending === ending) }))
        .filter(({ part }) => part.length > 0)
        .map(({ ending, part }) => ({
          label: ending,
          value: good(part) / part.length,
          shown: `${good(part)} of ${part.length}`,
        })),
      most: 1,
    },
  ]);
}
