import { describe, expect, it } from "vitest";
import { type EndedThought, settleThoughts } from "../../../../src/engine/thinking/savings.ts";
import { ThoughtLengths } from "../../../../src/engine/thinking/thoughtLengths.ts";
import { seededRandom } from "../../support/random.ts";

/** Lengths below zero are of thoughts that were cut there. */
function filled(...tokens: number[]): ThoughtLengths {
  const lengths = new ThoughtLengths();
  for (const count of tokens) lengths.observe("ask/draft", Math.abs(count), count < 0);
  return lengths;
}

const repeated = (tokens: number, times: number) => Array.from({ length: times }, () => tokens);

describe("what a thought has still ahead", () => {
  it("is told from those that went on, not from all", () => {
    const whole = filled(100, 200, 300, 400, 900);
    expect(whole.remaining("ask/draft", 0)).toBeCloseTo(380);
    expect(whole.remaining("ask/draft", 250)).toBeCloseTo((50 + 150 + 650) / 3);
    expect(whole.remaining("ask/draft", 899)).toBeCloseTo(1);
  });

  it("is something at a budget, where all that ended by themselves were shorter", () => {
    // The median of the natural ends less the budget would be nothing, whatever the thoughts.
    const budgeted = filled(...repeated(100, 6), ...repeated(-200, 4));
    expect(budgeted.remaining("ask/draft", 200)).toBeCloseTo(200);
    const hardlyCut = filled(...repeated(100, 18), ...repeated(-200, 2));
    expect(hardlyCut.remaining("ask/draft", 200)).toBeCloseTo(200 / Math.log(10));
  });

  it("counts a thought that was cut as one that had come that far", () => {
    // Of the four that reached 300, two ended there and two at 500; those cut at 100 and 200 say nothing of that.
    const some = filled(-100, 150, -200, 300, 300, 500, 500);
    expect(some.remaining("ask/draft", 250)).toBeCloseTo(50 + 0.5 * 200);
  });

  it("is about right for thoughts that end at a steady rate, under one budget", () => {
    const random = seededRandom(5);
    const estimates = Array.from({ length: 40 }, () => {
      const lengths = Array.from({ length: 64 }, () => Math.ceil(-300 * Math.log(1 - random())));
      return filled(...lengths.map((tokens) => (tokens > 448 ? -448 : tokens))).remaining("ask/draft", 448)!;
    });
    const mean = estimates.reduce((sum, tokens) => sum + tokens, 0) / estimates.length;
    expect(mean).toBeGreaterThan(270);
    expect(mean).toBeLessThan(330);
  });

  it("is not told from few, nor from those for something else, nor where all had ended by then", () => {
    expect(filled(100, 200, 300, 400, -500, -500).remaining("ask/draft", 10)).toBeNull();
    expect(filled(100, 200, 300, 400, 500).remaining("explain/draft", 10)).toBeNull();
    expect(filled(100, 200, 300, 400, 500).remaining("ask/draft", 500)).toBeNull();
  });

  it("follows what was seen last", () => {
    expect(filled(...repeated(1_000, 70), ...repeated(100, 64)).remaining("ask/draft", 0)).toBeCloseTo(100);
  });

  it("survives being kept on disk, and what is broken there does not", () => {
    const kept = JSON.parse(JSON.stringify(filled(100, 200, 300, 400, 500, -600)));
    expect(kept["ask/draft"].at(-1)).toEqual({ tokens: 600, cut: true });
    expect(ThoughtLengths.fromJSON(kept).toJSON()).toEqual(kept);
    for (const broken of [null, 3, [1], { "ask/draft": "long" }, { "ask/draft": [1, 2, 3, 4, 5] }])
      expect(ThoughtLengths.fromJSON(broken).toJSON()).toEqual({});
  });
});

describe("thinking tokens saved", () => {
  const thought = (thinkingEnd: EndedThought["thinkingEnd"], own: number, wrapUp = 0): EndedThought => ({
    thinkingEnd,
    thinkingTokens: own + wrapUp,
    ownThinkingTokens: own,
  });

  it("are what was ahead, less what ended the thought", () => {
    const lengths = filled(...repeated(300, 9));
    expect(settleThoughts(lengths, "ask/draft", [thought("answerNow", 100, 20)])).toBe(180);
    expect(settleThoughts(lengths, "ask/draft", [thought("earlyExit", 120, 5)])).toBe(175);
    expect(settleThoughts(lengths, "ask/draft", [thought("loop", 290, 20)])).toBe(0);
    expect(settleThoughts(lengths, "ask/draft", [thought("model", 300)])).toBe(0);
  });

  it("are told at a budget that has always been the same", () => {
    const lengths = new ThoughtLengths();
    const told = Array.from({ length: 20 }, (_, i) =>
      settleThoughts(lengths, "ask/plain", [i % 3 === 0 ? thought("budget", 448, 24) : thought("model", 150 + 10 * i)]),
    );
    // A third is cut: those that are told of have more ahead than the wrap-up took, and no more than as long again.
    const cuts = told.filter((_, i) => i % 3 === 0).slice(3);
    for (const saved of cuts) {
      expect(saved).toBeGreaterThan(200);
      expect(saved).toBeLessThanOrEqual(448 - 24);
    }
    expect(told.filter((_, i) => i % 3 !== 0).every((saved) => saved === 0)).toBe(true);
  });

  it("are those of the thoughts side by side too, and what they came to by themselves is learnt", () => {
    const lengths = filled(...repeated(300, 9));
    const thoughts = [thought("model", 300), thought("model", 300), thought("none", 200), thought("none", 250)];
    expect(settleThoughts(lengths, "ask/draft", thoughts)).toBe(150);
    expect(lengths.toJSON()).toEqual(filled(...repeated(300, 11)).toJSON());
  });

  it("learn nothing from an end that comes from what was thought", () => {
    const lengths = filled(...repeated(300, 9));
    settleThoughts(lengths, "ask/draft", [thought("earlyExit", 90), thought("loop", 200), thought("none", 50)]);
    expect(lengths.toJSON()).toEqual(filled(...repeated(300, 9)).toJSON());
  });
});
