// @vitest-environment happy-dom
/** What is typed in the panel, and goes with it. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { PanelState } from "../../../src/common/panel.ts";
import { $, openPanel, receive, runFrames, saved, sent, user } from "./panelHarness.ts";
import { head, panelState, stats, turn } from "./support.ts";

openPanel();
afterEach(() => vi.restoreAllMocks());

function showChats(): void {
  const session = { id: "s1", title: "Chat", updatedAt: 0, questionCount: 1, text: "", running: false };
  receive({ type: "showSessions" }, { type: "sessions", sessions: [session], undoable: null });
}

describe("the input of the panel", () => {
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

  it("opens a question again that could not be asked in other words; into the input where another is being edited", () => {
    const turns = [user, turn({ status: "done" }), { ...user, id: "u2" }, turn({ id: "t2", status: "done" })];
    receive({ type: "state", state: panelState({ conversationId: "edits", turns }) });
    const comesBack = (turnId: string, text: string) => receive({ type: "editQuestion", editing: { turnId, text } });
    const field = () => $<HTMLTextAreaElement>(".edit-question textarea");
    const input = $<HTMLTextAreaElement>(".composer textarea")!;
    const type = (text: string) => {
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      runFrames();
    };
    type("");
    comesBack("u1", "Why #selection?");
    expect([field()?.value, document.activeElement]).toEqual(["Why #selection?", field()]);
    comesBack("u2", "And this?");
    expect([field()?.value, input.value]).toEqual(["Why #selection?", "And this?"]);
    // While the next one is typed, without the keyboard.
    $(".edit-question button[type=button]")?.click();
    runFrames();
    input.focus();
    comesBack("u2", "And that?");
    expect([field()?.value, document.activeElement]).toEqual(["And that?", input]);
    type("");
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

  it("says that a chat is deleted once it is, and offers the way back where there is one", () => {
    receive({ type: "state", state: panelState({ conversationId: "gone" }) });
    showChats();
    $(".session-open")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", bubbles: true }));
    runFrames();
    const shown = () => [$(".sessions-undo span")?.textContent, $(".sessions-undo button")?.textContent];
    expect(shown()).toEqual([undefined, undefined]);
    receive({ type: "sessions", sessions: [], undoable: null });
    expect(shown()).toEqual(["Deleted “Chat”.", undefined]);
    receive({ type: "sessions", sessions: [], undoable: "s1" });
    expect(shown()).toEqual(["Deleted “Chat”.", "Undo"]);
    showChats();
    expect(shown()).toEqual([undefined, undefined]);
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

  it("has the focus when a drawing takes away or disables what had it, and leaves it alone else", () => {
    const done = turn({ status: "done", stopReason: "stop", stats: stats() });
    const state = (...turns: PanelState["turns"]) =>
      receive({ type: "state", state: panelState({ conversationId: "focus", turns }) });
    const focus = (selector: string) => $(selector)?.focus();
    const focused = () => document.activeElement;
    const question = $<HTMLTextAreaElement>(".composer textarea");

    state(user, turn());
    focus("button[aria-label=Stop]");
    receive({ type: "turn", turn: head({ status: "stopped", canContinue: true, stats: stats() }) });
    expect(focused()).toBe(question);

    focus(".turn .action-row button");
    state(user, turn());
    expect(focused()).toBe(question);

    state();
    focus(".suggestion");
    state(user, turn());
    expect(focused()).toBe(question);

    state(user, done);
    focus("[aria-label='Answer again']");
    const again = focused();
    receive({ type: "engine", engine: { state: "busy" } });
    expect(focused()).toBe(again);
    state(user, turn());
    expect(focused()).toBe(question);

    state(user, done);
    $(".question-edit")?.click();
    runFrames();
    expect(focused()).toBe($(".edit-question textarea"));
    $("form.edit-question")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    runFrames();
    expect(focused()).toBe(question);

    // Enter that was meant for Stop must not send the next question, half typed.
    state(user, turn());
    const type = (text: string) => {
      question!.value = text;
      question!.dispatchEvent(new Event("input", { bubbles: true }));
      runFrames();
    };
    type("And wh");
    focus("button[aria-label=Stop]");
    state(user, done);
    expect(focused()).toBe($(".conversation"));
    showChats();
    state(user, turn());
    focus("button[aria-label=Stop]");
    state(user, done);
    expect(focused()).toBe($("input[type=search]"));
    $(".sessions [aria-label='Back to the chat']")?.click();
    type("");

    state(user, turn());
    focus("button[aria-label=Stop]");
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    state(user, done);
    expect(focused()).not.toBe(question);
  });
});
