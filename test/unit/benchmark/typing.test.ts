/** The figures of bench:typing. */
import { expect, test } from "vitest";
import { figuresOf, type TypingRun } from "../../../bench/typing/report.ts";

test("of an even number of rounds or keys the median lies between the two in the middle", () => {
  const run = (arm: string, round: number, times: number[], tokensPerSecond: number | null): TypingRun => ({
    ...{ arm, round, times, tokensPerSecond },
  });
  const measured = [1, 2, 3, 9].flatMap((ratio, round) => [
    run("resting", round, [10, 20], null),
    run("writing", round, [10 * ratio, 20 * ratio], ratio),
  ]);
  expect(figuresOf(["resting", "writing"], measured)).toEqual([
    { arm: "resting", keys: 8, medianMs: 15, p95Ms: 20, longestMs: 20, medianRatio: 1, p95Ratio: 1 },
    {
      ...{ arm: "writing", keys: 8, medianMs: 35, p95Ms: 180, longestMs: 180 },
      ...{ medianRatio: 2.5, p95Ratio: 2.5, tokensPerSecond: 2.5 },
    },
  ]);
});
