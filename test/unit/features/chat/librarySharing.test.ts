/** Conversations that explanations and commands have among the chats, and what is done later with their answers. */
import { describe, expect, it } from "vitest";
import { runsText } from "../../../../src/common/panel.ts";
import type { GenerationEvent } from "../../../../src/common/protocol.ts";
import { codeBehind } from "../../../../src/features/chat/attachedCode.ts";
import { newConversation } from "../../../../src/features/chat/conversation.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import { model, result, tokens } from "../support.ts";
import {
  answers,
  askAndStore,
  newLibrary,
  newStore,
  question,
  settle,
  signals,
  store,
  withFolder,
} from "./librarySupport.ts";
import { code, services } from "./sessionSupport.ts";

withFolder();

describe("Library, shared", () => {
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
    const later = newStore();
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

    const later = newStore();
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

    const later = newStore();
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
