import { describe, expect, it } from "vitest";
import { compose } from "../../../src/prompts/compose.ts";
import {
  describeLearning,
  learn,
  learntEffort,
  type UseEvidence,
  type UseSignal,
} from "../../../src/prompts/learning.ts";

const plan = { task: "explain", effort: "low", template: "draft" } as const;

function taught(signals: UseSignal[], from: UseEvidence[] = []): UseEvidence[] {
  return signals.reduce((log, signal) => learn(log, plan, signal), from);
}

describe("learntEffort", () => {
  it("is the rules' choice before anything is learnt, whatever the level", () => {
    for (const level of ["off", "low", "medium", "high", "max"] as const)
      expect(learntEffort([], "ask", level)).toBe(level);
  });

  it("goes up after answers asked for again, not after the first", () => {
    expect(learntEffort(taught(["regenerated"]), "explain", "low")).toBe("low");
    expect(learntEffort(taught(["regenerated", "regenerated", "regenerated"]), "explain", "low")).toBe("medium");
  });

  it("goes down after thoughts that were ended early", () => {
    expect(learntEffort(taught(Array(5).fill("answeredNow")), "explain", "low")).toBe("off");
  });

  it("stays where answers are used, in spite of a few complaints", () => {
    expect(learntEffort(taught([...Array(6).fill("inserted"), "regenerated", "answeredNow"]), "explain", "low")).toBe(
      "low",
    );
  });

  it("comes back when the other level is worse", () => {
    const up = taught(Array(4).fill("regenerated"));
    const higher = { task: "explain", effort: "medium", template: "concise" } as const;
    const back = Array.from({ length: 6 }).reduce<UseEvidence[]>((log) => learn(log, higher, "disliked"), up);
    expect(learntEffort(up, "explain", "low")).toBe("medium");
    expect(learntEffort(back, "explain", "low")).not.toBe("medium");
  });

  it("never moves by more than a level, and not past the ends", () => {
    const none = { ...plan, effort: "off", template: "none" } as const;
    const max = { ...plan, effort: "max", template: "plain" } as const;
    const many = Array(50);
    const least = many.fill(0).reduce<UseEvidence[]>((log) => learn(log, none, "answeredNow"), []);
    const most = many.fill(0).reduce<UseEvidence[]>((log) => learn(log, max, "regenerated"), []);
    expect(learntEffort(least, "explain", "off")).toBeOneOf(["off", "low"]);
    expect(learntEffort(most, "explain", "max")).toBeOneOf(["high", "max"]);
    expect(learntEffort(taught(Array(50).fill("regenerated")), "explain", "high")).toBeOneOf(["medium", "high", "max"]);
  });

  it("knows tasks apart", () => {
    expect(learntEffort(taught(Array(9).fill("regenerated")), "fix", "low")).toBe("low");
  });

  it("forgets: old evidence fades", () => {
    const log = taught(Array(200).fill("inserted"));
    expect(log[0]!.rewards).toBeLessThan(35);
  });

  it("does not change what it is given", () => {
    const log = taught(["inserted"]);
    const before = structuredClone(log);
    learn(log, plan, "regenerated");
    expect(log).toEqual(before);
  });

  it("counts with effort auto only", () => {
    const use = taught(Array(9).fill("regenerated"));
    const format = { family: "elicited", native: false, canDisable: true, instructions: "system" } as const;
    const effort = (chosen: "auto" | "low") =>
      compose({ task: "explain", question: "", code: [], history: [], effort: chosen, format, use }).effort;
    expect([effort("auto"), effort("low")]).toEqual(["medium", "low"]);
  });
});

describe("describeLearning", () => {
  it("says what changes and why, or that there is nothing", () => {
    expect(describeLearning([], () => "low")).toContain("Nothing yet.");
    const text = describeLearning(taught(Array(4).fill("regenerated")), () => "low");
    expect(text).toContain("effort **medium** in place of low");
    expect(text).toMatch(/\| low \| draft \| 0\.0 \| 3\.\d \|/);
  });
});
