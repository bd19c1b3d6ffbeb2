import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runsText } from "../../../../src/common/panel.ts";
import type { GenerationEvent, GenerationResult } from "../../../../src/common/protocol.ts";
import { codeBehind } from "../../../../src/features/chat/attachedCode.ts";
import { newConversation } from "../../../../src/features/chat/conversation.ts";
import { ConversationStore } from "../../../../src/features/chat/conversationStore.ts";
import { Library } from "../../../../src/features/chat/library.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import { model, result, tokens } from "../support.ts";
import { code, services } from "./sessionSupport.ts";

let folder: string;
let store: ConversationStore;
let ids = 0;
/** Ends the generations in the order in which they began. */
let answers: ((result: GenerationResult) => void)[];
/** What was learnt from what was done with answers. */
let signals: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hunch-library-"));
  store = new ConversationStore({ folder, now: () => ++ids, onError: (error) => expect.fail(String(error)) });
  answers = [];
  signals = [];
});
afterEach(() => {
  store.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const newLibrary = (currentId?: string, kept = store) =>
  new Library(
    {
      store: kept,
      newSession: (stored) =>
        new ChatSession(
          stored ?? newConversation(`c${++ids}`),
          services({
            engine: {
              prepare: async () => model,
              generate: (_params, { signal }) =>
                new Promise((resolve) => {
                  answers.push(resolve);
                  signal.addEventListener("abort", () => resolve(result({ stopReason: "cancelled" })));
                }),
              answerNow: () => undefined,
            },
            newId: () => `g${++ids}`,
            signal: (_plan, signal) => signals.push(signal),
          }),
        ),
    },
    currentId,
  );

const question = (text: string) => ({ task: "ask" as const, text, code: [] });
const ready = (code: EventTarget) =>
  new Promise<void>((resolve) => code.addEventListener("ready", () => resolve(), { once: true }));
const settle = () => new Promise((resolve) => setTimeout(resolve));

async function askAndStore(library: Library): Promise<void> {
  const asked = library.current.ask(question("Why?"));
  await settle();
  answers[0]?.(result());
  await asked;
  await store.save();
}

describe("Library", () => {
  it("lets an answer go on when another chat is opened, and says so in the list", async () => {
    const library = newLibrary();
    const first = library.current;
    const asked = first.ask(question("Why?"));
    await settle();
    library.create();
    expect(library.list()).toMatchObject([{ title: "Why?", running: true }]);
    expect(library.open(first.conversation.id)).toBe(first);
    library.create();
    answers[0]?.(result());
    await asked;
    expect(library.list()).toMatchObject([{ title: "Why?", running: false }]);
    // It has ended out of sight: the next opening reads it anew, with its end.
    const again = library.open(first.conversation.id);
    expect(again).not.toBe(first);
    expect(again.conversation.turns.at(-1)).toMatchObject({ status: "done" });
  });

  it("keeps a chat that is left while its question is being put together, for the answer", async () => {
    const library = newLibrary();
    const left = library.current;
    const { id } = left.conversation;
    const [first, second] = [new EventTarget(), new EventTarget()];
    const given = library.hold(left, () => ready(first));
    const asked = library.hold(left, async () => {
      await ready(second);
      await left.ask(question("Why?"));
    });
    library.create();
    // One of the two comes to nothing.
    first.dispatchEvent(new Event("ready"));
    await given;
    second.dispatchEvent(new Event("ready"));
    await settle();
    expect(library.list()).toMatchObject([{ id, title: "Why?", running: true }]);
    expect(library.open(id)).toBe(left);
    library.create();
    answers[0]?.(result());
    await asked;
    expect(library.list()).toMatchObject([{ id, running: false }]);
    expect(library.open(id)).not.toBe(left);
  });

  it("says of a chat that is deleted while its question is being put together that nothing can be asked there", async () => {
    const library = newLibrary();
    await askAndStore(library);
    const { current } = library;
    const code = new EventTarget();
    const held = library.hold(current, () => ready(code));
    await library.delete(current.conversation.id);
    expect(library.isOpen(current)).toBe(false);
    // Brought back and opened, it is another session: the end of the first one's work does not close that.
    library.undoDelete();
    const again = library.open(current.conversation.id);
    library.create();
    const asked = library.open(again.conversation.id).ask(question("Again?"));
    library.create();
    await settle();
    code.dispatchEvent(new Event("ready"));
    await held;
    expect(library.list()).toMatchObject([{ running: true }]);
    answers[1]?.(result());
    await asked;
  });

  it("takes a chat off the list whose file another window deleted, and brings no other one back for it", async () => {
    const library = newLibrary();
    await askAndStore(library);
    const { id } = library.current.conversation;
    library.create();
    rmSync(path.join(folder, `${id}.json`));
    let changes = 0;
    library.onChange(() => changes++);
    await library.delete(id);
    library.undoDelete();
    expect([library.list(), changes]).toEqual([[], 1]);
  });

  it("does not delete a chat for good whose file can not be read for a moment", async () => {
    const library = newLibrary();
    await askAndStore(library);
    const { id } = library.current.conversation;
    library.create();
    const file = path.join(folder, `${id}.json`);
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 9));
    await expect(library.delete(id)).rejects.toThrow("can not be read");
    expect([library.list(), library.undoable]).toMatchObject([[{ id }], null]);
    writeFileSync(file, whole);
    await library.delete(id);
    expect([library.list(), library.undoable]).toEqual([[], id]);
    library.undoDelete();
    expect([library.list(), library.undoable]).toMatchObject([[{ id, title: "Why?" }], null]);
  });

  it("opens what was on screen last", async () => {
    const before = newLibrary();
    await askAndStore(before);
    expect(newLibrary(before.current.conversation.id).current.conversation.title).toBe("Why?");
    expect(newLibrary("gone").current.conversation.turns).toEqual([]);
  });

  it("deletes the chat on screen, stops it, and brings it back", async () => {
    const library = newLibrary();
    const { conversation } = library.current;
    const asked = library.current.ask(question("Why?"));
    await settle();
    await library.delete(conversation.id);
    await asked;
    expect(library.list()).toEqual([]);
    expect(library.current.conversation.id).not.toBe(conversation.id);
    library.undoDelete();
    expect(library.list()).toMatchObject([{ title: "Why?", running: false }]);
    expect(library.open(conversation.id).conversation.turns.at(-1)).toMatchObject({ status: "stopped" });
    // There is one step back, not two.
    await library.delete(conversation.id);
    library.undoDelete();
    library.undoDelete();
    expect(library.list()).toHaveLength(1);
  });

  it("leaves a chat where it is in the list when it gets another name, or is brought back", async () => {
    const library = newLibrary();
    for (const text of ["Old?", "New?"]) {
      const asked = library.create().ask(question(text));
      await settle();
      answers.shift()?.(result());
      await asked;
    }
    const before = library.list();
    expect(before.map(({ title }) => title)).toEqual(["New?", "Old?"]);
    const id = before[1]?.id ?? "";
    library.rename(id, "Older");
    await library.delete(id);
    library.undoDelete();
    expect(library.list()).toEqual([before[0], { ...before[1], title: "Older" }]);
  });

  it("follows renamed files in all chats: on screen, stored, and deleted but for the undo", async () => {
    const library = newLibrary();
    const asked = [];
    for (let count = 0; count < 3; count++) {
      const { current } = library;
      const answered = current.ask({ ...question("Why?"), code });
      await settle();
      answers.pop()?.(result());
      await answered;
      asked.push(current.conversation.id);
      if (count < 2) library.create();
    }
    const before = library.list().map(({ id }) => id);
    await library.delete(asked[1]!);
    await library.filesMoved((uri) => (uri === "file:///a.ts" ? { uri: "file:///b.ts", label: "b.ts" } : null));
    library.undoDelete();
    await store.save();
    const restarted = newLibrary();
    expect(restarted.list().map(({ id }) => id)).toEqual(before);
    for (const id of asked)
      expect(restarted.find(id)?.turns[0]).toMatchObject({ attachments: [{ uri: "file:///b.ts" }] });
  });

  it("renames, but not to nothing", async () => {
    const library = newLibrary();
    const { id } = library.current.conversation;
    const asked = library.current.ask(question("Why?"));
    await settle();
    library.rename(id, "  Carts ");
    library.rename(id, "  ");
    expect(library.list()).toMatchObject([{ title: "Carts" }]);
    answers[0]?.(result());
    await asked;
  });

  it("holds one session of an explanation's conversation until the explanation is gone", () => {
    const library = newLibrary();
    const shared = new ChatSession(newConversation("x"), services({}));
    library.share(shared);
    library.create();
    expect(library.open("x")).toBe(shared);
    library.create();
    expect(library.release(shared)).toBe(true);
    expect(library.release(shared)).toBe(false);
    // Nothing was ever asked in it, so it was not stored either.
    expect(() => library.open("x")).toThrow("can not be read");
  });

  it("keeps what was said in an explanation that is gone, in the next window too", async () => {
    const library = newLibrary();
    const onScreen = library.current;
    const ofExplanation = new ChatSession(newConversation("x"), services({}));
    await ofExplanation.ask(question("Why?"));
    library.adopt(ofExplanation);
    expect(library.release(ofExplanation)).toBe(true);
    expect(library.current).toBe(onScreen);
    await store.save();
    const later = new ConversationStore({ folder, now: () => ++ids, onError: (error) => expect.fail(String(error)) });
    expect(newLibrary(undefined, later).list()).toMatchObject([{ title: "Why?", running: false }]);
    later.dispose();
  });

  /** The chat of an explanation, deleted in the list and brought back. */
  async function broughtBack() {
    const library = newLibrary();
    const ofExplanation = new ChatSession(newConversation("x"), services({}));
    await ofExplanation.ask(question("Why?"));
    library.share(ofExplanation);
    await library.delete("x");
    library.undoDelete();
    return { library, ofExplanation };
  }

  it("keeps a chat that was deleted, brought back and opened again, when the explanation of before is gone", async () => {
    const { library, ofExplanation } = await broughtBack();
    // Until it is written, both sessions have the same conversation.
    await store.save();
    const again = library.open("x");
    expect(again).not.toBe(ofExplanation);
    expect(library.release(ofExplanation)).toBe(false);
    expect(library.isOpen(again)).toBe(true);
    const asked = again.ask(question("And how?"));
    await settle();
    answers[0]?.(result());
    await asked;
    await store.save();
    expect(newLibrary("x").current.conversation.turns).toHaveLength(4);
  });

  it("shows a chat that was deleted and brought back, and not what an explanation made of it, with what was said since", async () => {
    const { library, ofExplanation } = await broughtBack();
    await store.save();
    const asked = library.open("x").ask(question("And how?"));
    await settle();
    answers[0]?.(result());
    await asked;
    // On screen, and once it was left.
    expect(library.share(ofExplanation)).toBe(library.open("x"));
    library.create();
    await store.save();
    expect(library.share(ofExplanation).conversation.turns).toHaveLength(4);
    expect(library.isOpen(library.current)).toBe(true);
  });

  it("goes on in the chat on screen under its new id when another window wrote the chat meanwhile", async () => {
    const library = newLibrary();
    await askAndStore(library);
    const { current } = library;
    const { id } = current.conversation;
    const later = new ConversationStore({ folder, now: () => ++ids, onError: (error) => expect.fail(String(error)) });
    const there = newLibrary(id, later);
    there.rename(id, "Theirs");
    await later.save();

    for (const [count, text] of ["Here?", "And here?"].entries()) {
      const asked = current.ask(question(text));
      await settle();
      await store.save();
      answers[1 + count]?.(result());
      await asked;
    }
    await store.save();
    expect(library.current).toBe(current);
    expect(library.isOpen(current)).toBe(true);
    expect(library.list().map(({ title }) => title)).toEqual(["Why?", "Theirs"]);
    expect(library.find(current.conversation.id)?.turns).toHaveLength(6);
    expect(library.open(id).conversation).toMatchObject({ title: "Theirs", turns: { length: 2 } });
    library.dispose();
    there.dispose();
    later.dispose();
  });

  it("keeps the conversation of a command while another chat is on screen, also when the window closes in mid-answer", async () => {
    const library = newLibrary();
    const onScreen = library.current;
    let think: (events: GenerationEvent[]) => void = () => undefined;
    const session = new ChatSession(
      newConversation("fix"),
      services({
        engine: {
          prepare: async () => model,
          generate: (_params, { onEvents }) => {
            think = onEvents;
            return new Promise(() => undefined);
          },
          answerNow: () => undefined,
        },
      }),
    );
    library.keep(session);
    expect(library.list()).toEqual([]);
    void session.ask({ task: "fix", text: "Fix line 1 of a.ts", question: "", code });
    await settle();
    think([tokens("thinking", ["It lacks a type."])]);
    think([tokens("answer", ["The line"])]);
    expect(library.list()).toMatchObject([{ id: "fix", title: "Fix line 1 of a.ts", running: true }]);
    expect(library.current).toBe(onScreen);
    await store.save();

    const later = new ConversationStore({ folder, now: () => ++ids, onError: (error) => expect.fail(String(error)) });
    const next = newLibrary(undefined, later);
    expect(next.list()).toMatchObject([{ title: "Fix line 1 of a.ts", running: false }]);
    const { conversation } = next.open("fix");
    const turn = conversation.turns.at(-1);
    if (turn?.role !== "assistant") throw new Error("no answer");
    expect(turn).toMatchObject({ status: "stopped", canContinue: true });
    expect([runsText(turn.thinking), runsText(turn.answer)]).toEqual(["It lacks a type.", "The line"]);
    // By this its code block finds what it would change.
    expect(codeBehind(conversation, turn.id)).toEqual(code);
    later.dispose();
  });

  it("opens a kept conversation anew once its answer has ended out of sight", async () => {
    const library = newLibrary();
    const session = new ChatSession(newConversation("fix"), services({}));
    library.keep(session);
    await session.ask({ task: "fix", text: "Fix line 1 of a.ts", question: "", code });
    expect(library.list()).toMatchObject([{ running: false }]);
    expect(library.open("fix").conversation.turns.at(-1)).toMatchObject({ status: "done" });
    // Nothing holds it any more: what it still says goes nowhere.
    expect(library.current).not.toBe(session);
    library.create();
    await library.delete("fix");
    await session.ask(question("Again?"));
    expect(library.list()).toEqual([]);
  });

  it("counts a change once that was made from its diff, and from the chat after that, in this window and the next", async () => {
    const library = newLibrary();
    const session = new ChatSession(
      newConversation("fix"),
      services({ signal: (_plan, signal) => signals.push(signal) }),
    );
    library.keep(session);
    await session.ask({ task: "fix", text: "Fix line 1 of a.ts", question: "", code });
    await store.save();
    const turnId = session.conversation.turns.at(-1)?.id ?? "";
    // The diff knows the session that asked, which nothing holds any more.
    library.applied(session, turnId);
    expect(library.open("fix")).not.toBe(session);
    library.applied(library.current, turnId);
    expect(signals).toEqual(["applied"]);
    await store.save();

    const later = new ConversationStore({ folder, now: () => ++ids, onError: (error) => expect.fail(String(error)) });
    const next = newLibrary(undefined, later);
    next.applied(next.open("fix"), turnId);
    expect(signals).toEqual(["applied"]);
    later.dispose();
  });

  it("counts a change whose chat was deleted before it was made", async () => {
    const library = newLibrary();
    await askAndStore(library);
    const { current } = library;
    await library.delete(current.conversation.id);
    library.applied(current, current.conversation.turns.at(-1)?.id ?? "");
    expect(signals).toEqual(["applied"]);
    expect(library.list()).toEqual([]);
  });

  it("shares a stored conversation with an explanation of an earlier window, and holds it until that is gone", async () => {
    const before = newLibrary();
    await askAndStore(before);
    const { id } = before.current.conversation;
    const library = newLibrary();
    const joined = library.join(id);
    expect(joined?.conversation.title).toBe("Why?");
    expect(library.open(id)).toBe(joined);
    library.create();
    expect(library.join(id)).toBe(joined);
    expect(joined && library.release(joined)).toBe(true);
    expect(library.join("none")).toBeNull();
  });
});
