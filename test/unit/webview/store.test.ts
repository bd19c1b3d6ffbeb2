import { describe, expect, it } from "vitest";
import type { PanelState, PanelToken } from "../../../src/common/panel.ts";
import { errorActions, turnActions } from "../../../src/webview/components/actions.ts";
import { PanelStore } from "../../../src/webview/store.ts";
import { AssistantTurnModel } from "../../../src/webview/turnModel.ts";
import { head, live, panelState, stats, turn } from "./support.ts";

function newStore() {
  const events: string[] = [];
  const store = new PanelStore({
    onLost: () => events.push("lost"),
    announce: (sentence) => events.push(sentence),
    focusInput: (text) => events.push(`focus ${text}`),
    editQuestion: ({ text }) => events.push(`edit ${text}`),
    showSessions: () => events.push("sessions"),
    takeOver: (view) => events.push(`view ${view.draft}`),
    recolor: (colors) => events.push(`colors ${Object.keys(colors)}`),
  });
  return { store, events };
}

const answerTokens = (...texts: string[]): PanelToken[] =>
  texts.map((text) => ({ text, segment: "answer", origin: "target" }));

function model(store: PanelStore): AssistantTurnModel {
  const last = store.turns.at(-1);
  if (last?.role !== "assistant") throw new Error("no answer");
  return last;
}

describe("PanelStore", () => {
  it("adds tokens to the running turn", () => {
    const { store } = newStore();
    store.receive({ type: "state", state: panelState({ turns: [turn()] }) });
    store.receive({ type: "append", turnId: "t1", tokens: answerTokens("Hel", "lo"), live: live(), thinkingMs: 0 });
    expect(model(store).answer.text()).toBe("Hello");
    expect(store.running?.id).toBe("t1");
  });

  it("asks for the whole state once when it hears of a turn it does not know", () => {
    const { store, events } = newStore();
    store.receive({ type: "state", state: panelState() });
    const append = { type: "append" as const, turnId: "t9", tokens: answerTokens("x"), live: live(), thinkingMs: 0 };
    store.receive(append);
    store.receive(append);
    store.receive({ type: "turn", turn: head({ id: "t9" }) });
    expect(events).toEqual(["lost"]);
    store.receive({ type: "state", state: panelState() });
    store.receive(append);
    expect(events).toEqual(["lost", "lost"]);
  });

  it("keeps what was found for the newest query when an older one is answered later", () => {
    const { store } = newStore();
    const file = (label: string) => ({ kind: "file" as const, uri: `file:///${label}`, label });
    const answer = (query: string, ...labels: string[]) =>
      store.receive({ type: "completions", query, references: labels.map(file) });
    const found = () => store.found.map((reference) => ("label" in reference ? reference.label : reference.kind));
    for (const query of ["f", "file:c", "file:cart"]) store.anticipate({ type: "complete", query });
    answer("file:c", "cat.ts", "cart.ts");
    expect(found()).toEqual(["cat.ts", "cart.ts"]);
    answer("file:cart", "cart.ts");
    answer("f", "flow.ts");
    answer("q", "what another page asked for");
    expect(found()).toEqual(["cart.ts"]);
    store.anticipate({ type: "complete", query: "f" });
    answer("f", "flow.ts");
    expect(found()).toEqual(["flow.ts"]);
  });

  it("takes nothing off the list for an earlier word's answer, until the newest one is answered", () => {
    const { store } = newStore();
    const answer = (query: string, ...labels: string[]) => {
      const references = labels.map((label) => ({ kind: "file" as const, uri: `file:///${label}`, label }));
      store.receive({ type: "completions", query, references });
      return store.found.map((reference) => ("label" in reference ? reference.label : reference.kind));
    };
    for (const query of ["", "fil", "file:cart"]) store.anticipate({ type: "complete", query });
    expect(answer("", "cart.ts", "a.ts")).toEqual(["cart.ts", "a.ts"]);
    // Else an Enter in this moment would find no list, and send the question.
    expect(answer("fil", "profile.ts", "a.ts")).toEqual(["profile.ts", "a.ts", "cart.ts"]);
    expect(answer("file:cart", "cart.ts")).toEqual(["cart.ts"]);
  });

  it("asks for the state when anything comes before it", () => {
    const { store, events } = newStore();
    store.receive({ type: "engine", engine: { state: "ready" } });
    expect(events).toEqual(["lost"]);
  });

  it("keeps what is parsed when a new state only adds to it", () => {
    const { store } = newStore();
    const answer = [{ text: "Hel", origin: "target" as const }];
    store.receive({ type: "state", state: panelState({ turns: [turn({ answer })] }) });
    const before = model(store);
    const more = [
      { text: "Hello, ", origin: "target" as const },
      { text: "you", origin: "draft" as const },
    ];
    store.receive({ type: "state", state: panelState({ effort: "high", turns: [turn({ answer: more })] }) });
    expect(model(store)).toBe(before);
    expect(before.answer.text()).toBe("Hello, you");
    expect(before.answer.chunks[0]?.runs).toEqual([
      { text: "Hello, ", origin: "target" },
      { text: "you", origin: "draft" },
    ]);
    expect(store.chrome?.effort).toBe("high");
  });

  it("begins a turn anew when its text is another, as after a retry", () => {
    const { store } = newStore();
    store.receive({
      type: "state",
      state: panelState({ turns: [turn({ answer: [{ text: "old", origin: "target" }] })] }),
    });
    const before = model(store);
    store.receive({ type: "state", state: panelState({ turns: [turn({ status: "queued" })] }) });
    expect(model(store)).not.toBe(before);
    expect(model(store).answer.text()).toBe("");
  });

  it("announces changes of status, also those that come with a whole state", () => {
    const { store, events } = newStore();
    store.receive({ type: "state", state: panelState({ turns: [turn({ status: "prefill" })] }) });
    store.receive({ type: "turn", turn: head({ status: "thinking" }) });
    store.receive({ type: "append", turnId: "t1", tokens: answerTokens("x"), live: live(), thinkingMs: 0 });
    store.receive({ type: "state", state: panelState({ turns: [turn({ status: "done" })] }) });
    expect(events).toEqual(["Thinking.", "Answer ready."]);
  });

  it("knows that the last question was asked here, also when its answer failed before it was drawn", () => {
    const { store } = newStore();
    const question = (id: string) => ({ role: "user" as const, id, text: "Why?", attachments: [] });
    const asked = (...turns: PanelState["turns"]) => {
      store.receive({ type: "state", state: panelState({ turns }) });
      return store.asked;
    };
    expect(asked(question("u1"), turn({ status: "done" }))).toBe(false);
    expect(asked(question("u2"), turn({ id: "t2" }))).toBe(true);
    expect(asked(question("u2"), turn({ id: "t2", status: "failed" }))).toBe(true);
    // Another version.
    expect(asked(question("u1"), turn({ status: "done" }))).toBe(false);
  });

  it("shows the user's choices before the host confirms them", () => {
    const { store } = newStore();
    store.receive({ type: "state", state: panelState() });
    store.anticipate({ type: "setEffort", effort: "max" });
    store.anticipate({ type: "setAttachSelection", value: false });
    expect(store.chrome).toMatchObject({ effort: "max", attachSelection: false });
  });

  it("passes on a request for the focus", () => {
    const { store, events } = newStore();
    store.receive({ type: "focusInput", text: "Why", references: [] });
    expect(events).toEqual(["focus Why"]);
  });
});

describe("AssistantTurnModel", () => {
  it("changes its version only when there is something new to draw", () => {
    const answer = new AssistantTurnModel(turn());
    answer.beforeFrame(0);
    const first = answer.version;
    answer.beforeFrame(16);
    expect(answer.version).toBe(first);
    answer.append(answerTokens("x"), live({ answerTokens: 1 }), 0);
    answer.beforeFrame(32);
    expect(answer.version).toBeGreaterThan(first);
  });

  it("shows counters a few times a second, and the last ones for certain", () => {
    const answer = new AssistantTurnModel(turn({ status: "thinking" }));
    const shown: (number | undefined)[] = [];
    let again = false;
    for (let frame = 0; frame < 60 || again; frame++) {
      if (frame < 60) answer.append(answerTokens("x"), live({ thinkingTokens: frame }), frame);
      again = answer.beforeFrame(frame * 16);
      if (shown.at(-1) !== answer.head.live?.thinkingTokens) shown.push(answer.head.live?.thinkingTokens);
    }
    expect(shown.length).toBeLessThanOrEqual(6);
    expect(shown.at(-1)).toBe(59);
  });
});

describe("what is offered after a turn", () => {
  const labels = (part: Parameters<typeof head>[0]) => turnActions(head(part), "m").map((action) => action.label);

  it("fits how it ended", () => {
    expect(labels({ status: "answering" })).toEqual([]);
    expect(labels({ status: "done", stopReason: "stop" })).toEqual([]);
    expect(labels({ status: "done", stopReason: "length", canContinue: true })).toEqual(["Continue"]);
    expect(labels({ status: "done", stopReason: "contextFull" })).toEqual(["New chat"]);
    expect(labels({ status: "stopped", canContinue: true })).toEqual(["Continue", "Retry"]);
    const error = { code: "engineCrashed" as const, message: "", hint: "" };
    expect(labels({ status: "failed", canContinue: true, error })).toEqual([
      "Continue",
      "Retry",
      "Restart engine",
      "Show log",
    ]);
  });

  it("is a thought, where the answer came without one", () => {
    const firstAnswer = (stands: boolean) => ({
      status: "done" as const,
      stopReason: "stop" as const,
      stats: stats({ firstAnswer: { text: "4", probability: 0.62, stands } }),
    });
    expect(turnActions(head({ id: "c1.1", ...firstAnswer(true) }), "m")).toEqual([
      { label: "Think it through", icon: "thought", message: { type: "retry", turnId: "c1.1" }, isQuiet: true },
    ]);
    expect(labels(firstAnswer(false))).toEqual([]);
  });

  it("fetches the chosen model when its file is the trouble", () => {
    expect(errorActions("modelCorrupted", "m")[0]?.message).toEqual({ type: "download", modelId: "m" });
  });

  it("is the same list for a turn without an error as with one that needs nothing else", () => {
    const error = { code: "cancelled" as const, message: "", hint: "" };
    expect(labels({ status: "failed", error })).toEqual(labels({ status: "failed", stats: stats() }));
  });
});
