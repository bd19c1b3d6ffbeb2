/** What bench:endings runs, and which of its runs count as bad. */
import { describe, expect, it } from "vitest";
import { endings, formats, plan, thoughts } from "../../../bench/endings/plan.ts";
import { type EndingRun, type EndingsReport, failures, markdown } from "../../../bench/endings/report.ts";

const good: EndingRun = {
  index: 0,
  format: "elicited",
  ending: "answerNow",
  temperature: 0,
  asked: "value",
  moment: 10,
  thinkingEnd: "answerNow",
  stopReason: "stop",
  thinkingTokens: 12,
  chosenTokens: 4,
  isEmpty: false,
  isInFormat: true,
  leaks: false,
  answerNow: { passes: 3, wrapUpTokens: 20, ms: 100 },
  answer: "Answer: 4",
};
const report: EndingsReport = {
  made: "2026-01-01T00:00:00.000Z",
  cpu: "some CPU",
  gpu: "off",
  model: "m.gguf",
  threads: 2,
  seed: 1,
  maxTokens: 400,
  endings: "",
  runs: [good],
};

describe("bench:endings", () => {
  it("runs every way of ending in every format that has it, the same for the same seed", () => {
    const planned = plan(210, 1);
    expect(plan(210, 1)).toEqual(planned);
    expect(planned.map(({ index }) => index).sort((a, b) => a - b)).toEqual(planned.map((_, i) => i));
    for (const format of formats)
      for (const ending of endings) {
        const some = planned.filter((run) => run.format === format && run.ending === ending);
        const isPossible = format !== "gptOss" || ending !== "severalNow";
        expect(some.length, `${format} ${ending}`)[isPossible ? "toBeGreaterThan" : "toBe"](0);
      }
    const several = planned.filter(({ ending }) => ending === "severalNow");
    expect(several.every(({ moment }) => moment % thoughts === 0 && moment > 0)).toBe(true);
  });

  it("takes a run for bad without an answer, without its form, with a leak, or when it answers late", () => {
    const bad: EndingRun[] = [
      { ...good, isEmpty: true },
      { ...good, isInFormat: false },
      { ...good, leaks: true },
      { ...good, answerNow: { passes: 4, wrapUpTokens: 20, ms: 100 } },
    ];
    expect(failures({ runs: [good, ...bad] })).toEqual(bad);
  });

  it("gives least, median and most of what answer now took", () => {
    const runs = [1, 2, 3, 40].map((ms) => ({ ...good, answerNow: { passes: 1, wrapUpTokens: 20, ms: 1000 * ms } }));
    expect(markdown({ ...report, runs })).toContain("1.00, 2.50, 40.00 s after the request (least, median, most)");
  });
});
