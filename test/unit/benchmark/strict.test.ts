/** Which runs of bench:strict are gone on with. */
import { expect, test } from "vitest";
import { isDone, type StrictRun } from "../../../bench/strict/report.ts";

const compared = { isIdentical: true, firstDifference: null, drafted: 9, accepted: 8, targetPasses: 5 };
const run: StrictRun = {
  prompt: { index: 1, kind: "edit", tokens: 50, variant: 0 },
  temperature: 0,
  outputTokens: 20,
  modes: { strict: compared },
};

test("a run is made again for a mode it lacks, or where its text was too short", () => {
  const maxTokens = 20;
  expect(isDone(run, ["strict"], { maxTokens })).toBe(true);
  expect(isDone(run, ["strict", "auto"], { maxTokens })).toBe(false);
  expect(isDone({ ...run, modes: { strict: compared, auto: compared } }, ["strict", "auto"], { maxTokens })).toBe(true);
  expect(isDone(run, ["strict"], { maxTokens: 21 })).toBe(false);
});
