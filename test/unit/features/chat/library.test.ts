/** The chats of a window: asked, left, deleted, renamed, and written by another window. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { result } from "../support.ts";
import {
  answers,
  askAndStore,
  folder,
  newLibrary,
  newStore,
  question,
  settle,
  store,
  withFolder,
} from "./librarySupport.ts";
import { code } from "./sessionSupport.ts";

withFolder();

const ready = (code: EventTarget) =>
  new Promise<void>((resolve) => code.addEventListener("ready", () => resolve(), { once: true }));

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

  it("goes on in the chat on screen under its new id when another window wrote the chat meanwhile", async () => {
    const library = newLibrary();
    await askAndStore(library);
    const { current } = library;
    const { id } = current.conversation;
    const later = newStore();
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
});
