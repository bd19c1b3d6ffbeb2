import { describe, expect, it } from "vitest";
import { type EndReason, ThoughtMonitor, wrapUp } from "../../../../src/engine/thinking/budget.ts";
import { families } from "../../../../src/engine/thinking/families.ts";
import { type FamilyName, formatOf } from "../../../../src/engine/thinking/formats.ts";
import { SegmentParser } from "../../../../src/engine/thinking/segmenter.ts";
import { endsLine } from "../../../../src/engine/thinking/textContext.ts";
import { loops, tokensOf } from "./thoughts.ts";

/** Reads tokens until the thought has to end. */
function run(
  tokens: readonly string[],
  budget: number | null,
  loopGuard = false,
): { at: number; reason: EndReason | null } {
  const monitor = new ThoughtMonitor({ budget, loopGuard });
  for (const [i, token] of tokens.entries()) {
    const reason = monitor.observe(token, endsLine(token));
    if (reason) return { at: i + 1, reason };
  }
  return { at: tokens.length, reason: null };
}

const words = (count: number) => Array.from({ length: count }, () => " word");

describe("budget", () => {
  it("ends a thought at the first sentence's end behind it", () => {
    expect(run([...words(22), ".", ...words(10)], 20)).toEqual({ at: 23, reason: "budget" });
    expect(run([...words(10), ".", ...words(11), "\n", ...words(10)], 20)).toEqual({ at: 23, reason: "budget" });
  });

  it("ends it at a line's end, which the segmenter holds back until something follows", () => {
    const monitor = new ThoughtMonitor({ budget: 20, loopGuard: false });
    const parser = new SegmentParser(formatOf("elicited"), { startsInside: true });
    const tokens = Array.from({ length: 6 }, (_, i) => [`step ${i}:`, " x", " =", ` ${i}`, "\n"]).flat();
    const at = tokens.findIndex((token, i) => {
      const released = parser
        .push(token, i)
        .map(({ text }) => text)
        .join("");
      return monitor.observe(released, endsLine(token)) === "budget";
    });
    expect([at + 1, tokens[at]]).toEqual([20, "\n"]);
  });

  it("ends it where it is, a quarter above", () => {
    expect(run(words(40), 20)).toEqual({ at: 25, reason: "budget" });
    expect(run(words(40), 0)).toEqual({ at: 1, reason: "budget" });
  });

  it("takes no full stop for a sentence's end inside numbers, short forms and code", () => {
    const behind = (...tokens: string[]) => run([...words(20), ...tokens, ...words(20)], 20).at;
    expect(behind(" it", " is", " 3", ".", "1", "4")).toBe(25);
    expect(behind(" that", " is", " i", ".e", ".")).toBe(25);
    expect(behind(" x", ".", "y")).toBe(25);
    expect(behind(" call", " `", "list", ".", "sort")).toBe(25);
    expect(run(["```\n", ...words(20), ".\n", "done", ".", ...words(9)], 20).at).toBe(25);
    expect(behind(" (really", ")", ".")).toBe(23);
  });

  it("has no limit without a budget", () => {
    expect(run(words(500), null)).toEqual({ at: 500, reason: null });
  });
});

describe("a thought that is carried on", () => {
  const carryOn = (text: string, tokens: number, options: { budget: number | null; room?: number }) => {
    const monitor = new ThoughtMonitor({ ...options, loopGuard: true, earlier: { text, tokens } });
    let count = 0;
    while (count < 2_000) {
      count++;
      // All different, so that only a limit ends it.
      if (monitor.observe(` word${count}`, false) === "budget") return count;
    }
    return null;
  };

  it("has what is left of its budget", () => {
    expect(carryOn("I look at it", 440, { budget: 448 })).toBe(448 * 1.25 - 440);
    expect(carryOn("I look at it", 600, { budget: 448 })).toBe(1);
    expect(carryOn("I look at it", 440, { budget: null })).toBeNull();
  });

  it("has the room of this generation, whatever was written before", () => {
    expect(carryOn("I look at it", 440, { budget: null, room: 100 })).toBe(125);
    expect(carryOn("I look at it", 440, { budget: 500, room: 100 })).toBe(125);
    expect(carryOn("I look at it", 440, { budget: 448, room: 1_000 })).toBe(120);
  });

  it("is still in the code and in the circles that it was in", () => {
    const roomy = { budget: 10, loopGuard: false };
    expect(
      new ThoughtMonitor({ ...roomy, earlier: { text: "see:\n```\n", tokens: 10 } }).observe("Done.", false),
    ).toBeNull();
    expect(new ThoughtMonitor({ ...roomy, earlier: { text: "see: ", tokens: 10 } }).observe("Done.", false)).toBe(
      "budget",
    );
    const before = loops["one sentence over and over"] ?? "";
    const circling = new ThoughtMonitor({ budget: null, loopGuard: true, earlier: { text: before, tokens: 100 } });
    expect(
      tokensOf(before)
        .slice(-60)
        .map((token) => circling.observe(token, endsLine(token))),
    ).toContain("loop");
  });
});

describe("other ends", () => {
  it("answers now with the next token", () => {
    const monitor = new ThoughtMonitor({ budget: 100, loopGuard: true });
    expect(monitor.observe(" one", false)).toBeNull();
    monitor.answerNow();
    expect(monitor.observe(" two", false)).toBe("answerNow");
  });

  it("ends a loop, unless told not to", () => {
    const tokens = tokensOf(loops["one sentence over and over"] ?? "");
    expect(run(tokens, null, true).reason).toBe("loop");
    expect(run(tokens, null, false).reason).toBeNull();
  });
});

describe("wrap-up", () => {
  const thoughts = {
    plain: "I look at it",
    fence: "see:\n```py\nx = 1",
    longFence: "see:\n````\n```\nx",
    closedFence: "see:\n```\nx\n```",
    inlineCode: "see `x",
    nested: "see:\n<think>\nx",
  };

  it.each(Object.keys(families) as FamilyName[])("ends the thought and begins the answer, %s", (family) => {
    const format = formatOf(family);
    for (const thought of Object.values(thoughts))
      for (const reason of ["budget", "answerNow", "loop", "model"] as const) {
        const parser = new SegmentParser(format, { startsInside: true });
        const runs = parser.push(thought, 0);
        parser.declareThoughtEnd();
        runs.push(...parser.push(wrapUp(format, reason, thought), 1), ...parser.push("The answer", 2), ...parser.end());
        const answer = runs.filter((part) => part.segment === "answer");
        expect(answer).toEqual([{ text: "The answer", segment: "answer", token: 2 }]);
      }
  });

  it("says so in a sentence of its own, and closes an open fence", () => {
    const format = formatOf("elicited");
    expect(wrapUp(format, "budget", "a")).toMatch(/^\n\nI have .*\.\n<\/think>\n\n$/);
    expect(wrapUp(format, "loop", thoughts.longFence)).toMatch(/^\n````\n\nI am /);
    expect(wrapUp(format, "answerNow", thoughts.closedFence)).toMatch(/^\n\nI am asked /);
    expect(wrapUp(format, "model", "a")).toBe("\n</think>\n\n");
  });
});
