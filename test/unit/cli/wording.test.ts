import { expect, it } from "vitest";
import { thinkingEndLine } from "../../../src/cli/wording.ts";
import type { FirstAnswerStats } from "../../../src/common/stats.ts";
import { result } from "./samples.ts";
import { contractErrors } from "./schema.ts";

it("tells a thought that was ended early from one that was not begun", () => {
  const ended = (firstAnswer?: FirstAnswerStats) => {
    const all = { ...result, thinkingEnd: "earlyExit", stats: { ...result.stats, firstAnswer } } as const;
    expect(contractErrors(JSON.parse(JSON.stringify({ type: "done", ...all })))).toBe("");
    return thinkingEndLine(all);
  };
  expect(ended()).toContain("the answer no longer changed");
  expect(ended({ text: "42", probability: 0.02, stands: false })).toContain("the answer no longer changed");
  expect(ended({ text: "42", probability: 0.87, stands: true })).toBe(
    "No thought: the answer without one was likely enough (87 %).",
  );
});
