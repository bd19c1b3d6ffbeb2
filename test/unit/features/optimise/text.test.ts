import { describe, expect, it } from "vitest";
import { outcomeText, progressText } from "../../../../src/features/optimise/text.ts";

const calibration = { model: "Toy", made: "2026-01-01T00:00:00.000Z", adopted: {}, missing: 0 };

describe("outcomeText", () => {
  it("says what effort auto does now", () => {
    const text = outcomeText({ ...calibration, adopted: { value: "trace", reasoning: "draft" } });
    expect(text).toBe(
      "For questions to Toy, effort “auto” now uses: trace for what code returns, draft for other questions. Explain, Fix and the other commands think as before.",
    );
  });

  it("says where it answers without a thought", () => {
    const adopted = { value: "trace", reasoning: "draft", answerFirst: { value: 0.1 } } as const;
    expect(outcomeText({ ...calibration, adopted })).toContain(
      "trace for what code returns (no thought where an answer without one is likely enough), draft for other questions.",
    );
  });

  it("says when all was measured and the tasks were too hard", () => {
    expect(outcomeText(calibration)).toBe(
      "The tasks are too hard for Toy to tell how it thinks best. Effort “auto” chooses by its rules.",
    );
  });

  it("does not say that answers without a thought stand while that is not measured", () => {
    const adopted = { value: "trace", reasoning: "draft", answerFirst: { value: null } } as const;
    expect(outcomeText({ ...calibration, adopted, missing: 9 })).not.toContain("no thought");
  });

  it("says when too little is known, and how to go on", () => {
    expect(outcomeText({ ...calibration, missing: 230 })).toMatch(/not measured enough.*230 answers are missing/);
    expect(outcomeText({ ...calibration, adopted: { reasoning: "draft" } })).not.toContain("undefined");
  });
});

describe("progressText", () => {
  it("says how far it is and how long it takes", () => {
    expect(progressText({ done: 0, total: 240, secondsLeft: null })).toBe("0 of 240 answers");
    expect(progressText({ done: 12, total: 240, secondsLeft: 480 })).toBe("12 of 240 answers, 8 min left");
    expect(progressText({ done: 240, total: 240, secondsLeft: 0 })).toBe("240 of 240 answers");
  });
});
