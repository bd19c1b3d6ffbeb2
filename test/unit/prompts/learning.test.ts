import { describe, expect, it } from "vitest";
import { compose } from "../../../src/prompts/compose.ts";
import { describeLearning } from "../../../src/prompts/describeLearning.ts";
import { ordinaryArms } from "../../../src/prompts/effort.ts";
import {
  type Arm,
  type Arms,
  learn,
  learntArm,
  type UseEvidence,
  type UseSignal,
} from "../../../src/prompts/learning.ts";

const low: Arm = { effort: "low", template: "draft" };
const sketch: Arm = { effort: "low", template: "sketch" };
const medium: Arm = { effort: "medium", template: "concise" };
const off: Arm = { effort: "off", template: "none" };
const arms: Arms = { usual: low, others: [sketch, off, medium] };

function taught(signals: UseSignal[], arm = low, from: UseEvidence[] = []): UseEvidence[] {
  return signals.reduce((log, signal) => learn(log, { task: "explain", ...arm }, signal), from);
}
const times = (count: number, signal: UseSignal): UseSignal[] => Array(count).fill(signal);
const chosen = (log: UseEvidence[]) => learntArm(log, "explain", arms);

describe("learntArm", () => {
  it("is the rules' choice before anything is learnt", () => {
    expect(chosen([])).toBe(low);
  });

  it("goes up after answers asked for again, not after the first", () => {
    expect(chosen(taught(["regenerated"]))).toBe(low);
    expect(chosen(taught(times(3, "regenerated")))).toBe(medium);
  });

  it("goes down after thoughts that were ended early", () => {
    expect(chosen(taught(times(5, "answeredNow")))).toBe(off);
  });

  it.each(["inserted", "applied", "liked"] as const)(
    "stays where answers are used (%s), in spite of a few complaints",
    (signal) => {
      expect(chosen(taught([...times(6, signal), "regenerated", "answeredNow"]))).toBe(low);
    },
  );

  it("takes another template where more thought did not help either, and less would be wrong", () => {
    const worse = taught(times(6, "disliked"), medium, taught(times(4, "disliked")));
    expect(chosen(worse)).toBe(sketch);
  });

  it("holds on to a template that is rewarded, and leaves one that is not", () => {
    const both = taught(times(6, "disliked"), medium, taught(times(4, "disliked")));
    expect(chosen(taught(times(3, "applied"), sketch, both))).toBe(sketch);
    expect(chosen(taught(times(6, "contradicted"), sketch, both))).not.toBe(sketch);
  });

  it("knows the templates of a level apart", () => {
    const bad = taught(times(5, "disliked"), sketch);
    expect(chosen(taught(times(3, "liked"), low, bad))).toBe(low);
    expect(chosen(bad)).toBe(low);
  });

  it("knows tasks apart", () => {
    expect(learntArm(taught(times(9, "regenerated")), "fix", arms)).toBe(low);
  });

  it("forgets: old evidence fades, that of other tasks does not", () => {
    const log = taught(times(200, "inserted"), low, learn([], { task: "fix", ...low }, "liked"));
    expect(log.map(({ task, rewards }) => [task, Math.round(rewards)])).toEqual([
      ["fix", 1],
      ["explain", 33],
    ]);
  });

  it("keeps evidence of arms that were in use only", () => {
    const log = taught([...times(5, "regenerated"), ...times(5, "answeredNow")]);
    expect(log.map(({ effort, template }) => [effort, template])).toEqual([["low", "draft"]]);
  });

  it("does not change what it is given", () => {
    const log = taught(["inserted"]);
    const before = structuredClone(log);
    learn(log, { task: "explain", ...low }, "regenerated");
    expect(log).toEqual(before);
  });
});

describe("effort auto", () => {
  const format = { family: "elicited", native: false, canDisable: true, instructions: "system" } as const;
  const asked = { task: "explain", question: "", code: [], history: [], format } as const;
  const plan = (use: UseEvidence[], effort: "auto" | "low" = "auto") => {
    const { effort: level, template } = compose({ ...asked, effort, use });
    return [level, template];
  };

  it("chooses effort and template by use; a chosen effort does not", () => {
    const use = taught(times(9, "regenerated"));
    expect(plan(use)).toEqual(["medium", "concise"]);
    expect(plan(use, "low")).toEqual(["low", "draft"]);
    expect(plan(taught(times(9, "disliked"), medium, use))).toEqual(["low", "concise"]);
  });

  it("is one step away at most, and never without need: what use teaches of other arms changes nothing", () => {
    expect(plan(taught(times(50, "liked"), { effort: "high", template: "plain" }))).toEqual(["low", "draft"]);
    expect(plan(taught(times(50, "disliked"), { effort: "max", template: "plain" }))).toEqual(["low", "draft"]);
  });

  it("counts what a model did that can not be stopped from thinking", () => {
    const endless = { ...format, canDisable: false };
    const use = Array.from({ length: 9 }).reduce<UseEvidence[]>(
      (log) => learn(log, { task: "docs", effort: "off", template: "draft" }, "disliked"),
      [],
    );
    const docs = (log: UseEvidence[]) =>
      compose({ ...asked, task: "docs", effort: "auto", format: endless, use: log }).effort;
    expect([docs([]), docs(use)]).toEqual(["off", "low"]);
  });
});

describe("ordinaryArms", () => {
  it("offers templates of the task at its effort, and the efforts beside it", () => {
    const { usual, others } = ordinaryArms("explain", {});
    expect(usual).toEqual(low);
    expect(others).toEqual([{ effort: "low", template: "concise" }, sketch, off, medium]);
    expect(ordinaryArms("docs", {}).others).toEqual([{ effort: "low", template: "draft" }]);
  });

  it("begins with what calibration found; where that is not to think, more effort does think", () => {
    expect(ordinaryArms("ask", { reasoning: "sketch" }).usual).toEqual(sketch);
    const { usual, others } = ordinaryArms("ask", { reasoning: "none" });
    expect(usual).toEqual({ effort: "low", template: "none" });
    expect(others).toContainEqual(medium);
    expect(others.map(({ template }) => template)).not.toContain("none");
    expect(ordinaryArms("fix", { reasoning: "none" })).toEqual(ordinaryArms("fix", {}));
  });
});

describe("describeLearning", () => {
  it("says what changes and why, or that there is nothing", () => {
    expect(describeLearning([], () => arms)).toContain("Nothing yet.");
    const text = describeLearning(taught([...times(3, "regenerated"), "answeredNow"]), () => arms);
    expect(text).toContain("effort **medium** with template **concise** in place of low with draft");
    expect(text).toMatch(/\| low \| draft \| 0\.0 \| 3\.3 \| 2\.8 \| 1\.0 \|/);
    expect(text.match(/^\| (off|low|medium|high|max) /gm)).toHaveLength(1);
    expect(describeLearning(taught(["liked"]), () => arms)).toContain(
      "effort low with template draft, as without learning",
    );
  });
});
