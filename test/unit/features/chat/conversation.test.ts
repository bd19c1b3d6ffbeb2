import { describe, expect, it } from "vitest";
import { HunchError } from "../../../../src/common/errors.ts";
import { type AssistantTurn, runsText } from "../../../../src/common/panel.ts";
import { codeBehind } from "../../../../src/features/chat/attachedCode.ts";
import {
  type AttachedCode,
  applyEvent,
  ask,
  begin,
  type Conversation,
  fail,
  finish,
  historyBefore,
  loading,
  newConversation,
  type RunBase,
  restoreConversation,
} from "../../../../src/features/chat/conversation.ts";
import { live, result, stats, token, tokens } from "../support.ts";
import { code as attached } from "./sessionSupport.ts";

const [code] = attached as [AttachedCode];

function asked(text = "What is this?"): { conversation: Conversation; turn: AssistantTurn; base: RunBase } {
  const conversation = newConversation("c");
  const turn = ask(conversation, { task: "ask", text, code: [] }, "auto");
  const base = begin(turn, "drop");
  return { conversation, turn, base };
}

describe("ask", () => {
  it("adds the question and a turn to answer in, with ids of their own", () => {
    const { conversation } = asked();
    ask(conversation, { task: "ask", text: "And that?", code: [] }, "low");
    expect(conversation.turns.map((turn) => turn.role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(new Set(conversation.turns.map((turn) => turn.id)).size).toBe(4);
  });

  it("names the conversation after the first line of the first question", () => {
    const { conversation } = asked(`${"long ".repeat(30)}\nsecond line`);
    ask(conversation, { task: "ask", text: "Another", code: [] }, "low");
    expect(conversation.title).toMatch(/^long long .*…$/);
    expect(conversation.title.length).toBeLessThanOrEqual(60);
  });
});

describe("codeBehind", () => {
  it("is the code of the question, else of the nearest one before it that had code", () => {
    const conversation = newConversation("c");
    const withCode = (label: string) => [{ ...code, piece: { ...code.piece, label } }];
    const answers = [[], withCode("a.ts"), [], withCode("b.ts"), []].map(
      (pieces) => ask(conversation, { task: "ask", text: "Why?", code: pieces }, "low").id,
    );
    const labels = (id: string) => codeBehind(conversation, id).map(({ piece: { label } }) => label);
    expect(answers.map(labels)).toEqual([[], ["a.ts"], ["a.ts"], ["b.ts"], ["b.ts"]]);
    expect(labels("unknown")).toEqual([]);
  });
});

describe("applyEvent", () => {
  it("goes from the queue to the prompt, the thought and the answer", () => {
    const { turn, base } = asked();
    const statuses = (
      [
        { type: "queue", position: 2 },
        { type: "queue", position: 0 },
        { type: "prefill", processedTokens: 10, totalTokens: 40, cachedTokens: 5 },
        tokens("thinking", ["Let", " me"], { elapsedMs: 100 }),
        tokens("thinking", [" see."], { elapsedMs: 160 }),
        { type: "thinkingEnd", reason: "answerNow" },
        tokens("answer", ["It", " sums."], { elapsedMs: 300 }),
      ] as const
    ).map((event) => {
      applyEvent(turn, event, base);
      return [turn.status, turn.queuePosition, turn.progress];
    });
    expect(statuses).toEqual([
      ["queued", 2, null],
      ["prefill", 0, null],
      ["prefill", 0, 0.25],
      ["thinking", 0, null],
      ["thinking", 0, null],
      ["thinking", 0, null],
      ["answering", 0, null],
    ]);
    expect(runsText(turn.thinking)).toBe("Let me see.");
    expect(runsText(turn.answer)).toBe("It sums.");
    expect(turn).toMatchObject({ thinkingEnd: "answerNow", thinkingMs: 60, prefill: null });
  });

  it("keeps who proposed which token", () => {
    const { turn, base } = asked();
    const batch = [
      token("a", "answer"),
      token("b", "answer", { origin: "suffix" }),
      token("c", "answer", { origin: "suffix" }),
    ];
    applyEvent(turn, { type: "tokens", tokens: batch, live: live() }, base);
    expect(turn.answer).toEqual([
      { text: "a", origin: "target" },
      { text: "bc", origin: "suffix" },
    ]);
  });

  it("splits a batch that holds the end of the thought and the start of the answer", () => {
    const { turn, base } = asked();
    applyEvent(
      turn,
      { type: "tokens", tokens: [token("so.", "thinking"), token("Yes", "answer")], live: live() },
      base,
    );
    expect([runsText(turn.thinking), runsText(turn.answer), turn.status]).toEqual(["so.", "Yes", "answering"]);
  });

  it("shows a notice once", () => {
    const { turn, base } = asked();
    const notice = { code: "draftIgnored", message: "The draft model has another vocabulary." };
    applyEvent(turn, { type: "notice", notice }, base);
    applyEvent(turn, { type: "notice", notice }, base);
    expect(turn.notices).toEqual([notice]);
  });
});

describe("the end of a turn", () => {
  it.each([
    ["stop", "done", false],
    ["length", "done", true],
    ["contextFull", "done", false],
    ["cancelled", "stopped", true],
  ] as const)("%s: %s, can be continued: %s", (stopReason, status, canContinue) => {
    const { turn, base } = asked();
    applyEvent(turn, tokens("answer", ["text"]), base);
    finish(turn, result({ stopReason, stats: stats({ answerTokens: 1 }) }), base);
    expect(turn).toMatchObject({ status, stopReason, canContinue, stats: { answerTokens: 1 }, error: null });
    expect(runsText(turn.answer)).toBe("text");
  });

  it("a dead engine: the text stays, the error is shown, it can be carried on", () => {
    const { turn, base } = asked();
    applyEvent(turn, tokens("thinking", ["half a thou"]), base);
    fail(turn, new HunchError("engineCrashed", "The engine stopped.", { hint: "Continue." }));
    expect(turn).toMatchObject({
      status: "failed",
      canContinue: true,
      error: { code: "engineCrashed", hint: "Continue." },
    });
    expect(runsText(turn.thinking)).toBe("half a thou");
  });

  it("a failure before the first token can not be carried on", () => {
    const { turn } = asked();
    fail(turn, new HunchError("modelNotFound", "No model."));
    expect(turn).toMatchObject({ status: "failed", canContinue: false });
  });

  it("waits while its model has to wait, and is loading from then on", () => {
    const { turn } = asked();
    loading(turn, null);
    expect(turn).toMatchObject({ status: "queued", queuePosition: 0, progress: null });
    loading(turn, 0);
    expect(turn).toMatchObject({ status: "loading", progress: 0 });
  });

  it("a stop while the model loads is a stop, not a failure", () => {
    const { turn } = asked();
    fail(turn, new HunchError("cancelled", "Stopped."));
    expect(turn).toMatchObject({ status: "stopped", stopReason: "cancelled", error: null });
  });

  it("carrying on keeps text and time of the thought, trying again drops them", () => {
    const { turn, base } = asked();
    applyEvent(turn, tokens("thinking", ["a"], { elapsedMs: 10, thinkingTokens: 1 }), base);
    applyEvent(turn, tokens("thinking", ["b"], { elapsedMs: 30, thinkingTokens: 2 }), base);
    fail(turn, new HunchError("engineCrashed", "Died."));
    const second = begin(turn, "keep");
    expect(turn).toMatchObject({ status: "loading", error: null, canContinue: false, thinkingMs: 20 });
    applyEvent(turn, tokens("thinking", ["c"], { elapsedMs: 5, thinkingTokens: 1 }), second);
    expect([runsText(turn.thinking), turn.thinkingMs, turn.live?.thinkingTokens]).toEqual(["abc", 20, 3]);
    finish(turn, result({ stopReason: "cancelled", stats: stats({ thinkingTokens: 1, answerTokens: 0 }) }), second);
    expect(turn.stats?.thinkingTokens).toBe(3);
    expect(begin(turn, "keep").thinkingTokens).toBe(3);
    begin(turn, "drop");
    expect([turn.thinking, turn.thinkingMs]).toEqual([[], 0]);
  });
});

describe("the figures of an answer that was carried on", () => {
  const drafter = { rounds: 60, draftedTokens: 400, acceptedTokens: 300, draftMs: 5, acceptedPerPosition: [60, 50] };
  const first = stats({
    thinkingTokens: 240,
    answerTokens: 260,
    thinkingMs: 6_000,
    thinkingTokensSaved: 90,
    targetPasses: 200,
    draftedTokens: 400,
    acceptedTokens: 300,
    meanAcceptanceLength: 6,
    decodeMs: 9_000,
    tokensPerSecond: 50,
    thinkingBudget: 240,
    trialMs: 40,
    byDrafter: { suffix: drafter },
    costCurve: [
      { size: 1, ms: 50, passes: 140 },
      { size: 8, ms: 90, passes: 60 },
    ],
  });
  const second = stats({
    thinkingTokens: 0,
    answerTokens: 20,
    thinkingMs: 0,
    targetPasses: 15,
    draftedTokens: 10,
    acceptedTokens: 5,
    meanAcceptanceLength: 3,
    decodeMs: 1_000,
    tokensPerSecond: 20,
    byDrafter: {
      suffix: { rounds: 1, draftedTokens: 4, acceptedTokens: 3, draftMs: 1, acceptedPerPosition: [1, 1, 1] },
      recycling: { rounds: 3, draftedTokens: 6, acceptedTokens: 2, draftMs: 2, acceptedPerPosition: [2] },
    },
    costCurve: [
      { size: 1, ms: 52, passes: 11 },
      { size: 2, ms: 60, passes: 4 },
    ],
  });

  function cutOff() {
    const { conversation, turn, base } = asked();
    applyEvent(turn, tokens("thinking", ["Hm."], { thinkingTokens: 240 }), base);
    applyEvent(turn, { type: "thinkingEnd", reason: "budget" }, base);
    applyEvent(turn, tokens("answer", ["It"], { thinkingTokens: 240, answerTokens: 260 }), base);
    finish(turn, result({ stopReason: "length", thinkingEnd: "budget", stats: first }), base);
    return { conversation, turn };
  }

  it("are those of all runs, and the thought ended as it did", () => {
    const { turn } = cutOff();
    const base = begin(turn, "keep");
    expect(turn.thinkingEnd).toBe("budget");
    applyEvent(turn, tokens("answer", [" sums."], { answerTokens: 20 }), base);
    finish(turn, result({ thinkingEnd: "none", stats: second }), base);
    expect(turn.thinkingEnd).toBe("budget");
    expect(turn.stats).toMatchObject({
      thinkingTokens: 240,
      answerTokens: 280,
      thinkingMs: 6_000,
      thinkingTokensSaved: 90,
      targetPasses: 215,
      draftedTokens: 410,
      acceptedTokens: 305,
      meanAcceptanceLength: (60 * 6 + 4 * 3) / 64,
      decodeMs: 10_000,
      tokensPerSecond: 47,
      thinkingBudget: 240,
      trialMs: 40,
      byDrafter: {
        suffix: { rounds: 61, draftedTokens: 404, acceptedTokens: 303, draftMs: 6, acceptedPerPosition: [61, 51, 1] },
        recycling: { rounds: 3, acceptedTokens: 2 },
      },
      costCurve: [
        { size: 1, ms: 52, passes: 151 },
        { size: 2, ms: 60, passes: 4 },
        { size: 8, ms: 90, passes: 60 },
      ],
    });
  });

  it("outlive a run that failed, with the tokens that it wrote", () => {
    const { turn } = cutOff();
    const failed = begin(turn, "keep");
    applyEvent(turn, tokens("answer", [" is"], { answerTokens: 7 }), failed);
    fail(turn, new HunchError("engineCrashed", "Died."), failed);
    expect(turn.stats).toMatchObject({ answerTokens: 267, thinkingTokensSaved: 90, acceptedTokens: 300 });
    fail(turn, new HunchError("cancelled", "Stopped while the model loads."), begin(turn, "keep"));
    expect(turn.stats).toMatchObject({ answerTokens: 267, acceptedTokens: 300 });
    const base = begin(turn, "keep");
    finish(turn, result({ thinkingEnd: "none", stats: second }), base);
    expect(turn.stats).toMatchObject({
      answerTokens: 287,
      acceptedTokens: 305,
      byDrafter: { suffix: { acceptedTokens: 303 } },
    });
    begin(turn, "drop");
    expect(turn).toMatchObject({ stats: null, thinkingEnd: "none" });
  });

  it("are numbers also where a chat was stored before there were some of them", () => {
    const { conversation, turn } = cutOff();
    const { otherThinkingTokens: _, sharedPasses: __, costCurve: ___, trialMs: ____, ...older } = first;
    turn.stats = older as typeof first;
    const restored = restoreConversation(JSON.parse(JSON.stringify(conversation)))?.turns[1] as AssistantTurn;
    finish(restored, result({ thinkingEnd: "none", stats: second }), begin(restored, "keep"));
    expect(restored.stats).toMatchObject({ otherThinkingTokens: 0, sharedPasses: 0, acceptedTokens: 305 });
    expect(restored.stats).not.toHaveProperty("trialMs");
    expect(restored.stats?.costCurve).toEqual(second.costCurve);
  });
});

describe("historyBefore", () => {
  it("repeats questions as they were sent and answers without thoughts, and leaves out what has no answer", () => {
    const { conversation, turn, base } = asked("first");
    conversation.inputs[turn.id]!.sent = "code\nfirst";
    applyEvent(turn, tokens("thinking", ["secret"]), base);
    applyEvent(turn, tokens("answer", ["One."]), base);
    const unanswered = ask(conversation, { task: "ask", text: "second", code: [] }, "auto");
    conversation.inputs[unanswered.id]!.sent = "second";
    const third = ask(conversation, { task: "ask", text: "third", code: [] }, "auto");
    expect(historyBefore(conversation, third.id)).toEqual([
      { role: "user", content: "code\nfirst" },
      { role: "assistant", content: "One." },
    ]);
    expect(historyBefore(conversation, turn.id)).toEqual([]);
  });
});

describe("restoreConversation", () => {
  it("brings a conversation back; what was under way is stopped and can be carried on", () => {
    const { conversation, turn, base } = asked();
    applyEvent(turn, tokens("answer", ["half"]), base);
    const restored = restoreConversation(JSON.parse(JSON.stringify(conversation)));
    expect(restored?.turns[1]).toMatchObject({ status: "stopped", canContinue: true, answer: [{ text: "half" }] });
    expect(restored?.inputs).toEqual(conversation.inputs);
  });

  it.each([[undefined], [null], [{}], [{ id: 1, turns: [] }], [{ id: "a" }], ["text"]])("refuses %j", (stored) => {
    expect(restoreConversation(stored)).toBeNull();
  });
});
