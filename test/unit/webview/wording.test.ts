import { describe, expect, it } from "vitest";
import type { TurnStatus } from "../../../src/common/panel.ts";
import {
  announcement,
  chipTexts,
  statsSummary,
  thinkingProgress,
  thoughtSummary,
  waitingFor,
} from "../../../src/webview/wording.ts";
import { head, live, stats } from "./support.ts";

const narrow = "\u202f";

describe("waiting", () => {
  it("says what is waited for", () => {
    expect(waitingFor(head({ status: "lookup" }))).toBe("Looking up what the code uses");
    expect(waitingFor(head({ status: "queued", queuePosition: 2 }))).toBe("Waiting, 2 ahead");
    expect(waitingFor(head({ status: "loading" }))).toBe("Loading the model");
    const prefill = { processedTokens: 1_240, totalTokens: 3_000, cachedTokens: 0 };
    expect(waitingFor(head({ status: "prefill", prefill }))).toBe(`Reading 1${narrow}240 of 3${narrow}000 tokens`);
    expect(waitingFor(head({ status: "thinking" }))).toBeNull();
  });
});

describe("chips", () => {
  const chip = (full: string) => ({ short: full.split("/").at(-1) ?? full, full });
  const texts = (...names: string[]) => chipTexts(names.map(chip));

  it("have short names, but where files of two folders have the same one", () => {
    expect(texts("a/src/cart.ts:8-15", "notes.md")).toEqual(["cart.ts:8-15", "notes.md"]);
    expect(texts("a/cart.ts", "b/cart.ts:8-15", "notes.md")).toEqual(["a/cart.ts", "b/cart.ts:8-15", "notes.md"]);
  });

  it("of one file's parts stay short", () => {
    expect(texts("a/cart.ts:1-3", "a/cart.ts:8", "a/cart.ts")).toEqual(["cart.ts:1-3", "cart.ts:8", "cart.ts"]);
  });
});

describe("thoughts", () => {
  it("shows the budget while thinking, if there is one", () => {
    expect(thinkingProgress(live({ thinkingTokens: 184, thinkingBudget: 400 }), 6_200)).toBe("184 / 400 tokens · 6 s");
    expect(thinkingProgress(live({ thinkingTokens: 184, thinkingBudget: null }), 6_200)).toBe("184 tokens · 6 s");
  });

  it("counts thoughts side by side together", () => {
    const several = live({ thinkingTokens: 184, thinkingBudget: 400, thoughts: 4 });
    expect(thinkingProgress(several, 6_200)).toBe("4 thoughts · 184 tokens · 6 s");
  });

  it("says how long a thought took, and why it ended where the model did not end it", () => {
    const done = { thinkingMs: 12_300, stats: stats({ thinkingTokens: 240 }) };
    expect(thoughtSummary(head({ ...done, thinkingEnd: "model" }))).toBe("Thought for 12 s · 240 tokens");
    expect(thoughtSummary(head({ ...done, thinkingEnd: "answerNow" }))).toBe(
      "Thought for 12 s · 240 tokens · ended by you",
    );
    expect(thoughtSummary(head({ ...done, thinkingEnd: "loop" }))).toContain("it repeated itself");
  });
});

describe("figures", () => {
  const drafter = (acceptedTokens: number) => ({
    rounds: 100,
    draftedTokens: 400,
    acceptedTokens,
    draftMs: 1,
    acceptedPerPosition: [],
  });

  it("sums up speed and where it came from", () => {
    const figures = stats({
      tokensPerSecond: 41,
      plainTokensPerSecond: 19.5,
      draftedTokens: 502,
      acceptedTokens: 311,
      thinkingTokens: 240,
      byDrafter: { draft: drafter(0), recycling: drafter(21), suffix: drafter(290) },
    });
    expect(statsSummary(figures)).toEqual([
      "41 tok/s",
      "2.1× from speculation",
      "62 % accepted (suffix 290, recycling 21)",
      "240 thinking tokens",
    ]);
  });

  it("says what was saved of which thoughts, also where there was none", () => {
    const saved = (thinkingTokens: number) =>
      statsSummary(stats({ thinkingTokens, thinkingTokensSaved: 120 }))
        .slice(-2)
        .join(" · ");
    expect(saved(240)).toBe("240 thinking tokens · about 120 saved");
    expect(saved(0)).toMatch(/tok\/s · about 120 thinking tokens saved$/);
  });

  it("says that an answer came without a thought, and how likely it was", () => {
    const firstAnswer = { text: "4", probability: 0.62, stands: true };
    const last = (stands: boolean) => statsSummary(stats({ firstAnswer: { ...firstAnswer, stands } })).at(-1);
    expect(last(true)).toMatch(/^no thought, 62\s%\slikely$/u);
    expect(last(false)).not.toContain("no thought");
  });

  it("says nothing of speculation that did not happen", () => {
    expect(statsSummary(stats({ tokensPerSecond: 19, plainTokensPerSecond: 19 }))).toEqual(["19 tok/s"]);
  });
});

describe("announcements", () => {
  const said = (statuses: TurnStatus[]) =>
    statuses.map((status, i) =>
      announcement(i === 0 ? undefined : head({ status: statuses[i - 1]! }), head({ status })),
    );

  it("speaks once per change of status", () => {
    expect(said(["lookup", "queued", "prefill", "thinking", "thinking", "answering", "done"])).toEqual([
      null,
      null,
      "Reading the question.",
      "Thinking.",
      null,
      "Thought for 0 s. Answering.",
      "Answer ready.",
    ]);
  });

  it("reads out an error with its hint", () => {
    const error = { code: "engineCrashed" as const, message: "The engine stopped.", hint: "Continue or retry." };
    expect(announcement(head({ status: "answering" }), head({ status: "failed", error }))).toBe(
      "The engine stopped. Continue or retry.",
    );
  });

  it("says when an answer was cut off", () => {
    const after = head({ status: "done", stopReason: "contextFull" });
    expect(announcement(head({ status: "answering" }), after)).toBe(
      "Answer ready. The context is full. Start a new chat to go on.",
    );
  });
});
