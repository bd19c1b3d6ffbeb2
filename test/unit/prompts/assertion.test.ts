import { describe, expect, it } from "vitest";
import { assertionOpening } from "../../../src/prompts/assertion.ts";
import { compose } from "../../../src/prompts/compose.ts";

const piece = (code: string, languageId = "python") => [
  { label: "f.py", languageId, startLine: 1, endLine: code.split("\n").length, code },
];
const f = piece("def f(a, b):\n    return a + b");
const lead = (question: string, code = f) => assertionOpening(question, code)?.lead;

describe("an answer is begun as an assertion", () => {
  it("of the call that the question is after", () => {
    expect(lead("What does `f(1, 2)` return?")).toBe("```python\nassert f(1, 2) ==");
    expect(lead("What does f([1, (2)], ')') return? Use `Answer: VALUE`.")).toBe(
      "```python\nassert f([1, (2)], ')') ==",
    );
    expect(lead("Was gibt `f('it\\'s)', {})` zurück?")).toBe("```python\nassert f('it\\'s)', {}) ==");
    expect(lead("What is the value of m.f(1)?")).toBe("```python\nassert m.f(1) ==");
    expect(lead("What does `f(1)` return? I think `f(1)` returns 2.")).toBe("```python\nassert f(1) ==");
  });

  it("and not where there is none, several, or no code that defines it", () => {
    for (const question of [
      "Explain `f(1, 2)`.",
      "What does f return?",
      "What do `f(1)` and `f(2)` return?",
      "What does `f(1) + 1` return?",
      "What does `f(1` return?",
      "What does `g(1)` return?",
    ])
      expect(assertionOpening(question, f), question).toBeNull();
    expect(assertionOpening("What does `f(1)` return?", [])).toBeNull();
    expect(assertionOpening("What does `f(1)` return?", piece("function f(a) { return a; }", "javascript"))).toBeNull();
  });
});

describe("composed", () => {
  const format = { family: "elicited", native: false, canDisable: true } as never;
  const input = { task: "ask", question: "What does `f(1, 2)` return?", code: f, history: [], format } as const;

  it("it begins the answer where there is no thought, and is the trial's beginning where there is one", () => {
    const off = compose({ ...input, effort: "off" });
    expect(off).toMatchObject({ thinking: "off", opening: "```python\nassert f(1, 2) ==" });
    const on = compose({ ...input, effort: "auto" });
    expect(on.opening).not.toMatch(/assert/);
    expect(on.controls.answerFirst?.opening).toEqual({ lead: off.opening, close: "\n```\n\n" });
    for (const { controls } of [off, compose({ ...input, effort: "medium" })])
      expect(controls).not.toHaveProperty("answerFirst");
  });

  it("is the whole answer where nothing else is asked for than the value of a call", () => {
    const isWhole = (question: string) => compose({ ...input, question, effort: "auto" }).firstAnswer?.isWhole;
    expect(isWhole("What does `f(1, 2)` return?")).toBe(true);
    for (const question of ["What does `f(1, 2)` return, and why?", "What does this return?", "What is this?"])
      expect(isWhole(question), question).toBe(false);
  });

  it("only a surer one stands where the effort is high, and none where it is the highest", () => {
    const least = (more: object) => compose({ ...input, effort: "high", ...more }).controls.answerFirst?.least;
    expect(least({})).toBe(0.25);
    expect(least({ learnt: { value: "plain", answerFirst: { value: 0.1 } } })).toBe(0.25);
    expect(least({ learnt: { value: "plain", answerFirst: { value: 0.5 } } })).toBe(0.5);
    for (const more of [
      { learnt: { value: "plain" } },
      { learnt: { value: "draft", answerFirst: { value: 0.1 } } },
      { question: "Why is this slow?", learnt: { reasoning: "plain", answerFirst: { reasoning: 0.1 } } },
      { effort: "max" },
      { thoughts: 4 },
    ])
      expect(least(more), JSON.stringify(more)).toBeUndefined();
  });

  it("a likely one stands before a plain thought where the effort is auto, until calibration says otherwise", () => {
    const least = (more: object) => compose({ ...input, effort: "auto", ...more }).controls.answerFirst?.least;
    expect(least({})).toBe(0.1);
    expect(least({ learnt: { value: "plain", answerFirst: { value: 0.3 } } })).toBe(0.3);
    for (const more of [
      { learnt: { value: "plain" } },
      { learnt: { value: "draft" } },
      { effort: "medium" },
      { template: "plain" },
      { question: "What do `f(1, 2)` and `f(2, 1)` return?" },
    ])
      expect(least(more), JSON.stringify(more)).toBeUndefined();
  });

  it("nothing is begun for another task, or a model that is trained to think", () => {
    expect(compose({ ...input, task: "explain", effort: "off" }).opening).toBe("");
    expect(compose({ ...input, effort: "off", format: { ...(format as object), native: true } as never }).opening).toBe(
      "",
    );
  });
});
