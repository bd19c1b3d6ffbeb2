// @vitest-environment happy-dom
/** The whole panel in a DOM, from the host's messages to the page and back. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AssistantTurn, FromPanel, PanelToken, SavedView, ToPanel } from "../../../src/common/panel.ts";
import { head, live, panelState, stats, turn } from "./support.ts";

const sent: FromPanel[] = [];
let saved: SavedView | undefined;
let frames: (() => void)[] = [];
let now = 0;

/** Runs animation frames until the panel asks for no more; returns how many. */
function runFrames(): number {
  let count = 0;
  while (frames.length > 0) {
    const callbacks = frames;
    frames = [];
    now += 16;
    for (const callback of callbacks) callback();
    count++;
  }
  return count;
}

function receive(...messages: ToPanel[]): void {
  for (const data of messages) window.dispatchEvent(new MessageEvent("message", { data }));
  runFrames();
}

const $ = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);
const user = { role: "user" as const, id: "u1", text: "Why?", attachments: [] };
const tokens = (segment: "thinking" | "answer", ...texts: string[]): PanelToken[] =>
  texts.map((text) => ({ text, segment, origin: "target" }));

beforeAll(async () => {
  document.body.innerHTML = '<div id="root"></div>';
  Object.assign(globalThis, {
    acquireVsCodeApi: () => ({
      postMessage: (message: FromPanel) => sent.push(message),
      getState: () => undefined,
      setState: (state: SavedView) => {
        saved = state;
      },
    }),
    requestAnimationFrame: (callback: () => void) => frames.push(callback),
  });
  performance.now = () => now;
  await import("../../../src/webview/panel.tsx");
});

beforeEach(() => {
  sent.length = 0;
});

function showChats(): void {
  const session = { id: "s1", title: "Chat", updatedAt: 0, questionCount: 1, text: "", running: false };
  receive({ type: "showSessions" }, { type: "sessions", sessions: [session] });
}

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

  it("sends a question with Enter, keeps Shift+Enter and half-typed characters", () => {
    receive({ type: "state", state: panelState() });
    const input = $<HTMLTextAreaElement>("textarea")!;
    const press = (init: KeyboardEventInit) => {
      input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }));
      runFrames();
    };
    press({});
    expect(sent).toEqual([]);
    input.value = "  What is this? ";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    runFrames();
    press({ shiftKey: true });
    press({ isComposing: true });
    expect(sent).toEqual([]);
    press({});
    expect(sent).toEqual([{ type: "ask", text: "What is this?", references: [] }]);
    expect(input.value).toBe("");
  });

  it("sends what was chosen and typed since the last frame, which is a while ago on a busy machine", () => {
    receive({ type: "state", state: panelState() });
    const input = $<HTMLTextAreaElement>("textarea")!;
    const type = (value: string) => {
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const press = (key: string) =>
      input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    type("#prob");
    press("Enter");
    type("#chan");
    press("Enter");
    type("Why?");
    press("Enter");
    const asked = sent.filter((message) => message.type === "ask");
    expect(asked).toEqual([{ type: "ask", text: "Why?", references: [{ kind: "problems" }, { kind: "changes" }] }]);
    runFrames();
    expect($("button[aria-label^='Leave out']")).toBeNull();
  });

  it("offers nothing any more in a text that was sent, or that another took the place of", () => {
    receive({ type: "state", state: panelState({ conversationId: "offers" }) });
    const input = $<HTMLTextAreaElement>("textarea")!;
    const type = (value: string) => {
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      runFrames();
    };
    const press = (key: string) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      input.dispatchEvent(event);
      runFrames();
      return event.defaultPrevented;
    };
    type("Explain #problems");
    expect($(".completions")).not.toBeNull();
    $("form.composer")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    expect(press("Tab")).toBe(false);
    expect($(".completions")).toBeNull();
    // It could not be asked.
    receive({ type: "focusInput", text: "Explain #problems", references: [] });
    expect($(".completions")).toBeNull();

    type("And #changes");
    expect($(".completions")).not.toBeNull();
    receive({ type: "focusInput", text: "Why?", references: [] });
    expect([input.value, $(".completions")]).toEqual(["Why?\n\nAnd #changes", null]);
    receive({ type: "state", state: panelState({ conversationId: "offers", turns: [user, turn()] }) });
    press("Escape");
    expect(sent.at(-1)).toEqual({ type: "stop" });
    expect($("button[aria-label^='Leave out']")).toBeNull();
    type("");
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

  it("moves the focus into the input, with a question that comes back", () => {
    receive({ type: "state", state: panelState() }, { type: "focusInput", text: "Explain ", references: [] });
    expect(document.activeElement).toBe($("textarea"));
    expect($<HTMLTextAreaElement>("textarea")?.value).toBe("Explain ");
  });

  it("saves what the user did to the view", () => {
    window.dispatchEvent(new Event("pagehide"));
    expect(saved).toMatchObject({ draft: "Explain " });
  });

  it("puts a question that comes back in front of what is being typed by then, with what goes along", () => {
    const textarea = $<HTMLTextAreaElement>("textarea")!;
    textarea.value = "And why";
    textarea.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const file = (label: string) => ({ kind: "file" as const, uri: `file:///w/${label}`, label });
    receive({ type: "focusInput", references: [file("next.ts")] });
    receive({ type: "focusInput", text: "Is #file:cat.ts right?", references: [file("first.ts")] });
    expect(textarea.value).toBe("Is #file:cat.ts right?\n\nAnd why");
    window.dispatchEvent(new Event("pagehide"));
    expect(saved?.references).toEqual([file("first.ts"), file("next.ts")]);
  });

  it("takes files that are pasted without a place, and leaves text and pictures to the input", async () => {
    receive({ type: "state", state: panelState({ conversationId: "paste" }) });
    const paste = (files: File[], text = "") => {
      const event = new Event("paste", { bubbles: true, cancelable: true });
      const getData = (type: string) => (type === "text/plain" ? text : "");
      Object.assign(event, { clipboardData: { getData, files } });
      $("textarea")?.dispatchEvent(event);
      return event.defaultPrevented;
    };
    const log = new File(["a\nb"], "log.txt", { type: "text/plain" });
    expect(paste([log], "copied cells")).toBe(false);
    expect(paste([new File(["x"], "shot.png", { type: "image/png" })])).toBe(false);
    expect(paste([log, new File(["x".repeat(200_001)], "huge.log")])).toBe(true);
    await new Promise((done) => setTimeout(done));
    runFrames();
    expect($("[aria-label='Leave out log.txt, 2 lines']")).not.toBeNull();
    expect(sent).toContainEqual({ type: "tooLarge", names: ["huge.log"] });
  });

  it("takes what can be read of what is dropped, and names the rest", async () => {
    receive({ type: "state", state: panelState({ conversationId: "drop" }) });
    const folder = Object.assign(new File(["x"], "src"), { text: () => Promise.reject(new Error("A folder")) });
    const event = new Event("drop", { bubbles: true, cancelable: true });
    const files = [new File(["a"], "one.txt"), folder, new File(["b"], "two.txt")];
    Object.assign(event, { dataTransfer: { types: ["Files"], getData: () => "", files } });
    $("form.composer")?.dispatchEvent(event);
    await new Promise((done) => setTimeout(done));
    runFrames();
    expect($("[aria-label='Leave out one.txt, 1 line']")).not.toBeNull();
    expect($("[aria-label='Leave out two.txt, 1 line']")).not.toBeNull();
    expect(sent).toEqual([{ type: "unreadable", names: ["src"] }]);
  });

  it("takes a chip or a chat away with a key, which is not one of the text as well that has the focus then", () => {
    const press = (selector: string, key: string) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      $(selector)?.dispatchEvent(event);
      runFrames();
      return event.defaultPrevented;
    };
    receive({ type: "state", state: panelState({ conversationId: "keys" }) });
    receive({ type: "focusInput", references: [{ kind: "problems" }, { kind: "changes" }] });
    expect(press("[aria-label='Leave out problems of the open file']", "Backspace")).toBe(true);
    expect(press("[aria-label='Leave out changes not yet committed']", "Delete")).toBe(true);
    expect($(".chips")?.textContent ?? "").not.toMatch(/problems|changes/);
    expect(document.activeElement).toBe($("textarea"));
    showChats();
    sent.length = 0;
    expect(press(".session-open", "Delete")).toBe(true);
    expect(sent).toEqual([{ type: "deleteSession", id: "s1" }]);
    expect(document.activeElement).toBe($("input[type=search]"));
  });

  it("leaves the keys of an input method alone in the list of chats", async () => {
    const press = (selector: string, init: KeyboardEventInit) => {
      $(selector)?.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
      runFrames();
    };
    showChats();
    const search = "input[type=search]";
    $(search)?.focus();
    press(search, { key: "ArrowDown", isComposing: true });
    expect(document.activeElement).toBe($(search));
    press(search, { key: "Escape", isComposing: true });
    expect($(".sessions")).not.toBeNull();
    press(".session-open", { key: "F2" });
    await Promise.resolve();
    press(".session-rename", { key: "Escape", isComposing: true });
    await Promise.resolve();
    expect($(".session-rename")).not.toBeNull();
    press(".session-rename", { key: "Escape" });
    await Promise.resolve();
    expect($(".session-rename")).toBeNull();
    press(search, { key: "Escape" });
    expect($(".sessions")).toBeNull();
  });

  it("takes the colours of code from the editor's theme, and its own where that has none", () => {
    const color = (kind: string) => document.body.style.getPropertyValue(`--hunch-code-${kind}`);
    receive({ type: "codeColors", colors: { keyword: "#f92672", comment: "#88846f" } });
    expect([color("keyword"), color("comment"), color("string")]).toEqual(["#f92672", "#88846f", ""]);
    receive({ type: "codeColors", colors: { string: "#ce9178" } });
    expect([color("keyword"), color("comment"), color("string")]).toEqual(["", "", "#ce9178"]);
  });

  it("asks for a model when there is none, and cannot send", () => {
    const model = { id: "m", name: "Model", installed: false, info: null };
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
      draws += frames.length;
      const callbacks = frames;
      frames = [];
      now += 16;
      for (const callback of callbacks) callback();
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
