// @vitest-environment happy-dom
/** The whole panel in a DOM, from the host's messages to the page and back. */
import { describe, expect, it } from "vitest";
import type { AssistantTurn } from "../../../src/common/panel.ts";
import { $, openPanel, receive, runFrame, runFrames, sent, tokens, user } from "./panelHarness.ts";
import { head, live, panelState, stats, turn } from "./support.ts";

openPanel();

/** Told to the host at once: the panel may be hidden at any time. */
function keptThought(turnId: string, open: boolean) {
  return { type: "saveView", view: expect.objectContaining({ thoughts: expect.objectContaining({ [turnId]: open }) }) };
}

describe("the panel", () => {
  it("draws a conversation from the whole state", () => {
    receive({
      type: "state",
      state: panelState({ turns: [user, turn({ answer: [{ text: "**Because**", origin: "target" }] })] }),
    });
    expect($(".question")?.textContent).toBe("Why?");
    expect($(".markdown strong")?.textContent).toBe("Because");
    expect($("article[aria-busy=true]")).not.toBeNull();
  });

  it("folds the thoughts that were not chosen, and says what each came to and why it was not taken", () => {
    const others = [
      { text: "one way", tokens: 80, trial: "[1, 2]", fate: "agrees" as const },
      { text: "<b>another</b>", tokens: 1, trial: null, fate: "stopped" as const },
    ];
    const thinking = [{ text: "the chosen way", origin: "target" as const }];
    receive({ type: "state", state: panelState({ turns: [user, turn({ status: "thinking", thinking })] }) });
    expect($(".other-thoughts")).toBeNull();
    receive({ type: "turn", turn: head({ status: "done", stats: stats(), otherThoughts: others }) });
    const list = $(".other-thoughts")!;
    const button = $<HTMLButtonElement>(`[aria-controls="${list.id}"]`)!;
    expect(button.textContent).toBe("2 other thoughts · 1 came to the same");
    expect([button.getAttribute("aria-expanded"), list.hidden, list.textContent]).toEqual(["false", true, ""]);
    button.click();
    runFrames();
    expect([button.getAttribute("aria-expanded"), list.hidden]).toEqual(["true", false]);
    expect([...list.querySelectorAll("summary")].map((summary) => summary.textContent)).toEqual([
      "[1, 2] · 80 tokens · came to the same, less surely",
      "No short answer · 1 token · ended early, the others had agreed",
    ]);
    expect([...list.querySelectorAll(".thought")].map((text) => text.textContent)).toEqual([
      "one way",
      "<b>another</b>",
    ]);
    button.click();
    runFrames();
    expect(list.hidden).toBe(true);
  });

  it("shows the text of an answer that can not be drawn, tells the log, and keeps all else", async () => {
    const broken = turn({ id: "t9", status: "done", answer: [{ text: "The **text**", origin: "target" }] });
    const notices = [null] as unknown as AssistantTurn["notices"];
    receive({ type: "state", state: panelState({ turns: [user, { ...broken, notices }] }) });
    // Preact draws what takes its place in a microtask.
    await Promise.resolve();
    const texts = () => [...document.querySelectorAll(".question, .plain, .markdown strong")].map((e) => e.textContent);
    expect(texts()).toEqual(["Why?", "The **text**"]);
    expect(sent).toEqual([{ type: "failed", detail: expect.stringContaining("TypeError") }]);
    expect($("textarea")).not.toBeNull();
    // Another version of it, in the same place.
    receive({ type: "state", state: panelState({ turns: [user, { ...broken, id: "t10" }] }) });
    expect(texts()).toEqual(["Why?", "text"]);
  });

  it("turns Send into Stop while a turn runs; Escape stops too", () => {
    receive({ type: "state", state: panelState({ turns: [user, turn()] }) });
    $("button[aria-label=Stop]")?.click();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(sent).toEqual([{ type: "stop" }, { type: "stop" }]);
    receive({ type: "turn", turn: head({ status: "stopped", stats: stats() }) });
    expect($("button[aria-label=Stop]")).toBeNull();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(sent).toHaveLength(2);
  });

  it("is as busy with an earlier answer that is carried on as with the last", () => {
    const question = (id: string) => ({ ...user, id });
    const first = turn({ id: "a1", status: "stopped", canContinue: true, stats: stats() });
    const error = { code: "internal" as const, message: "It broke.", hint: "" };
    const last = turn({ id: "a2", status: "failed", error });
    const show = (part: Partial<AssistantTurn>) =>
      receive({
        type: "state",
        state: panelState({
          conversationId: "earlier",
          turns: [question("u1"), { ...first, ...part }, question("u2"), last],
          versions: { u2: { number: 2, count: 3 } },
        }),
      });
    const disabled = () =>
      [...document.querySelectorAll<HTMLButtonElement>("main button")].flatMap((button) =>
        button.disabled ? [button.getAttribute("aria-label") ?? button.textContent] : [],
      );
    show({});
    const labelled = (label: string) =>
      [...document.querySelectorAll("button")].find(({ textContent }) => textContent === label);
    labelled("Continue")?.click();
    expect([sent, disabled()]).toEqual([[{ type: "continue", turnId: "a1" }], []]);
    show({ status: "answering", canContinue: false, stats: null });
    expect(disabled()).toEqual(["Edit question", "Edit question", "Version before", "Version after", "Retry"]);
    $("button[aria-label=Stop]")?.click();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(sent.slice(1)).toEqual([{ type: "stop" }, { type: "stop" }]);
    receive({ type: "turn", turn: head({ id: "a1", status: "stopped", stats: stats() }) });
    expect([$("button[aria-label=Stop]"), disabled()]).toEqual([null, []]);
  });

  it("follows a new question, and stays where it is when another version of the chat is shown", async () => {
    const question = (id: string) => ({ ...user, id });
    const answer = (id: string, status: AssistantTurn["status"] = "done") => turn({ id, status, stats: stats() });
    const show = (...turns: (typeof user | AssistantTurn)[]) =>
      receive({ type: "state", state: panelState({ conversationId: "versions", turns }) });
    show(question("u1"), answer("a1"));
    // Preact runs effects after the frame.
    const drawn = () => new Promise((resolve) => setTimeout(resolve));
    await drawn();
    const tops: number[] = [];
    const main = $("main")!;
    Object.defineProperties(main, {
      scrollHeight: { value: 5_000 },
      clientHeight: { value: 500 },
      scrollTop: { get: () => 10, set: (top: number) => tops.push(top) },
    });
    show(question("u1"), answer("a0"), question("u2"), answer("a2"));
    await drawn();
    expect(tops).toEqual([]);
    show(question("u1"), answer("a0"), question("u2"), answer("a2"), question("u3"), answer("a3", "loading"));
    await drawn();
    expect(tops).toContain(5_000);
  });

  it("opens a thought while it is written and folds it when the answer begins", () => {
    receive({ type: "state", state: panelState({ turns: [user, turn({ status: "thinking" })] }) });
    receive({
      type: "append",
      turnId: "t1",
      tokens: tokens("thinking", "Let me", " see"),
      live: live(),
      thinkingMs: 400,
    });
    const toggle = () => $<HTMLButtonElement>(".thinking .disclosure");
    expect(toggle()?.getAttribute("aria-expanded")).toBe("true");
    expect($(".thought")?.textContent).toBe("Let me see");
    receive({ type: "turn", turn: head({ status: "answering", thinkingMs: 900 }) });
    expect(toggle()?.getAttribute("aria-expanded")).toBe("false");
    expect($(".thought")).toBeNull();
    toggle()?.click();
    runFrames();
    expect($(".thought")?.textContent).toBe("Let me see");
    // A finished thought says nothing about the next ones; that it is open is kept.
    expect(sent).toEqual([keptThought("t1", true)]);
  });

  it("remembers that the user folds thoughts", () => {
    receive({
      type: "state",
      state: panelState({ conversationId: "c2", turns: [user, turn({ id: "t2", status: "thinking" })] }),
    });
    receive({ type: "append", turnId: "t2", tokens: tokens("thinking", "Hm"), live: live(), thinkingMs: 0 });
    $(".thinking .disclosure")?.click();
    runFrames();
    expect(sent).toEqual([{ type: "setThinkingCollapsed", value: true }, keptThought("t2", false)]);
    expect($(".thought")).toBeNull();
  });

  it("offers Answer now only while thinking, and takes Alt+Enter for it", () => {
    const altEnter = () =>
      $("textarea")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", altKey: true, bubbles: true }));
    const answerNow = () =>
      [...document.querySelectorAll("button")].find((button) => button.textContent === "Answer now");
    receive({ type: "state", state: panelState({ turns: [user, turn({ status: "thinking" })] }) });
    answerNow()?.click();
    altEnter();
    expect(sent).toEqual([{ type: "answerNow" }, { type: "answerNow" }]);
    receive({ type: "turn", turn: head({ status: "answering" }) });
    expect(answerNow()).toBeUndefined();
    altEnter();
    expect(sent).toHaveLength(2);
  });

  it.each(["```ts\nlet a = 1;\n", "- so:\n  ```ts\n  let a = 1;\n"])(
    "takes code of a fence that was never closed as finished once the answer is: %j",
    async (text) => {
      const buttons = () => [...document.querySelectorAll<HTMLButtonElement>("figure button")];
      const enabled = async () => {
        // Preact draws what a context changes in a microtask.
        await Promise.resolve();
        return buttons().map(({ disabled }) => !disabled);
      };
      receive({
        type: "state",
        state: panelState({ conversationId: text, turns: [user, turn({ answer: [{ text, origin: "target" }] })] }),
      });
      expect(await enabled()).toEqual([true, false, false]);
      // A part of the code is not to be put in place of all of it.
      receive({ type: "turn", turn: head({ status: "stopped", stats: stats() }) });
      expect(await enabled()).toEqual([true, true, false]);
      receive({ type: "turn", turn: head({ status: "done", stopReason: "length", stats: stats() }) });
      expect(await enabled()).toEqual([true, true, false]);
      receive({ type: "turn", turn: head({ status: "done", stopReason: "stop", stats: stats() }) });
      expect(await enabled()).toEqual([true, true, true]);
      expect($("figure")?.getAttribute("aria-busy")).toBe("false");
      for (const button of buttons()) button.click();
      const code = "let a = 1;";
      expect(sent).toEqual([
        { type: "copy", text: code },
        { type: "insert", code },
        { type: "proposeCode", turnId: "t1", code },
      ]);
      // It goes on.
      receive({ type: "turn", turn: head() });
      expect(await enabled()).toEqual([true, false, false]);
    },
  );

  const regions = () =>
    [...document.querySelectorAll(".visually-hidden[role=status]")].map((region) => region.textContent);

  const spoken = () => regions().join("");

  it("says the same sentence once more: the other region has it then", () => {
    receive({
      type: "state",
      state: panelState({
        turns: [user, turn({ status: "done", answer: [{ text: "```\na\n```\n", origin: "target" }] })],
      }),
    });
    const copy = () => {
      $<HTMLButtonElement>("[aria-label='Copy code']")?.click();
      runFrames();
      return regions();
    };
    const first = copy();
    expect(first.toSorted()).toEqual(["", "Code copied."]);
    expect(copy()).toEqual(first.toReversed());
  });

  it("speaks in sentences, not in tokens", () => {
    receive({ type: "state", state: panelState({ turns: [user, turn({ status: "prefill" })] }) });
    receive({ type: "turn", turn: head({ status: "answering" }) });
    const before = spoken();
    receive({ type: "append", turnId: "t1", tokens: tokens("answer", "many", " words"), live: live(), thinkingMs: 0 });
    expect([before, spoken()]).toEqual(["Answering.", "Answering."]);
    receive({ type: "turn", turn: head({ status: "done", stopReason: "stop" }) });
    expect(spoken()).toBe("Answer ready.");
  });

  it("takes the colours of code from the editor's theme, and its own where that has none", () => {
    const color = (kind: string) => document.body.style.getPropertyValue(`--hunch-code-${kind}`);
    receive({ type: "codeColors", colors: { keyword: "#f92672", comment: "#88846f" } });
    expect([color("keyword"), color("comment"), color("string")]).toEqual(["#f92672", "#88846f", ""]);
    receive({ type: "codeColors", colors: { string: "#ce9178" } });
    expect([color("keyword"), color("comment"), color("string")]).toEqual(["", "", "#ce9178"]);
  });

  it("says where what is asked goes", () => {
    const welcome = (sentTo: string) => {
      const model = { id: "m", name: "Model", installed: true, sentTo, info: null };
      receive({ type: "state", state: panelState({ model }) });
      return $(".welcome p")?.textContent;
    };
    expect(welcome("")).toContain("Model thinks and answers on this machine.");
    expect(welcome("gpu:8000")).toContain("what you ask is sent to gpu:8000.");
    expect(welcome("gpu:8000")).not.toContain("this machine");
  });

  it("asks for a model when there is none, and cannot send", () => {
    const model = { id: "m", name: "Model", installed: false, sentTo: "", info: null };
    const models = [{ id: "m", name: "Model", sizeBytes: 986_000_000, licence: "Apache-2.0", installed: false }];
    receive({ type: "state", state: panelState({ model, models }) });
    expect($(".model-facts")?.textContent).toBe("986 MB · licence Apache-2.0");
    expect($<HTMLButtonElement>("button[type=submit]")?.disabled).toBe(true);
    $(".model-card .button")?.click();
    expect(sent).toEqual([{ type: "download", modelId: "m" }]);
  });
});

describe("the work of a stream of 20 000 tokens", () => {
  const perFrame = 20;
  const words = ["Some ", "words ", "of ", "an ", "answer", ", ", "`code` ", "and ", "more", ".\n\n"];

  /** Streams into a turn and counts what changes in the page. */
  async function streamed(segment: "thinking" | "answer", count: number) {
    const id = `${segment}${count}`;
    const status = segment === "thinking" ? "thinking" : "answering";
    receive({ type: "state", state: panelState({ conversationId: id, turns: [user, turn({ id, status })] }) });
    let changes = 0;
    let draws = 0;
    const observer = new MutationObserver((records) => {
      changes += records.reduce(
        (sum, { addedNodes, removedNodes }) => sum + 1 + addedNodes.length + removedNodes.length,
        0,
      );
    });
    observer.observe(document.body, { childList: true, characterData: true, attributes: true, subtree: true });
    for (let i = 0; i < count; i += perFrame) {
      // As several messages within one frame.
      for (const word of [...words, ...words])
        window.dispatchEvent(
          new MessageEvent("message", {
            data: { type: "append", turnId: id, tokens: tokens(segment, word), live: live(), thinkingMs: i },
          }),
        );
      draws += runFrame();
    }
    await new Promise((resolve) => setTimeout(resolve));
    observer.disconnect();
    return { changes, draws, text: $(segment === "thinking" ? ".thought" : ".markdown")?.textContent ?? "" };
  }

  it.each(["thinking", "answer"] as const)(
    "draws once a frame and touches only the end: %s",
    async (segment) => {
      const short = await streamed(segment, 2_000);
      const long = await streamed(segment, 20_000);
      expect(long.text.length).toBeGreaterThan(70_000);
      expect(long.draws).toBeLessThanOrEqual(20_000 / perFrame);
      // Ten times the tokens, about ten times the changes: nothing that is finished is touched again.
      expect(long.changes / short.changes).toBeLessThan(12);
      expect(long.changes / long.draws).toBeLessThan(30);
    },
    60_000,
  );
});
