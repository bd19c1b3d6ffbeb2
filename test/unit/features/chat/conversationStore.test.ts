/** Conversations on a real disk: restored, reconciled with what is there, and kept when writing fails. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, newConversation } from "../../../../src/features/chat/conversation.ts";
import { ConversationStore } from "../../../../src/features/chat/conversationStore.ts";

let root: string;
let folder: string;
let errors: unknown[];
let now: number;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "hunch-store-"));
  folder = path.join(root, "conversations");
  errors = [];
  now = 1_000;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = () => new ConversationStore({ folder, now: () => now, onError: (error) => errors.push(error) });

function conversation(id: string, ...questions: string[]) {
  const made = newConversation(id);
  for (const text of questions) ask(made, { task: "ask", text, code: [] }, "low");
  return made;
}

/** Writes conversations and closes, as a window does. */
async function stored(...conversations: ReturnType<typeof conversation>[]) {
  const store = open();
  for (const one of conversations) {
    now++;
    store.changed(one);
  }
  await store.save();
}

describe("ConversationStore", () => {
  it("lists what an earlier window stored, newest first, and loads it", async () => {
    await stored(conversation("a", "Why?", "And how?"), conversation("b", "What?"));
    const store = open();
    expect(store.list()).toEqual([
      { id: "b", title: "What?", updatedAt: 1_002, questionCount: 1, text: "What?" },
      { id: "a", title: "Why?", updatedAt: 1_001, questionCount: 2, text: "Why?\nAnd how?" },
    ]);
    expect(store.load("a")?.turns.map((turn) => turn.role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(store.load("none")).toBeNull();
  });

  it("keeps no conversation without a question", async () => {
    await stored(conversation("empty"));
    expect(open().list()).toEqual([]);
  });

  it("reads the files when the index is lost or damaged, and passes over what is no conversation", async () => {
    await stored(conversation("a", "Why?"), conversation("b", "What?"));
    writeFileSync(path.join(folder, "index.json"), '[{"id":"a"');
    writeFileSync(path.join(folder, "b.json"), '{"id":"b","tur');
    writeFileSync(path.join(folder, "c.json"), '"text"');
    expect(open().list()).toMatchObject([{ id: "a", title: "Why?", questionCount: 1 }]);
    expect(open().load("b")).toBeNull();
  });

  it("drops index entries whose file is gone", async () => {
    await stored(conversation("a", "Why?"), conversation("b", "What?"));
    rmSync(path.join(folder, "a.json"));
    expect(
      open()
        .list()
        .map(({ id }) => id),
    ).toEqual(["b"]);
  });

  it("removes for good, also before it was written", async () => {
    const store = open();
    store.changed(conversation("a", "Why?"));
    await store.remove("a");
    await store.save();
    expect(existsSync(path.join(folder, "a.json"))).toBe(false);
    expect(open().list()).toEqual([]);
  });

  it("writes over the old file only once the new one is whole, and leaves nothing else behind", async () => {
    await stored(conversation("a", "Why?"));
    const store = open();
    store.changed(conversation("a", "Why?", "And how?"));
    await Promise.all([store.save(), store.save()]);
    expect(readdirSync(folder).sort()).toEqual(["a.json", "index.json"]);
    expect(JSON.parse(readFileSync(path.join(folder, "a.json"), "utf8")).turns).toHaveLength(4);
  });

  it("keeps what can not be written, says so once, and writes it when it can", async () => {
    // A file where the folder has to be: fails for root too, unlike missing rights.
    writeFileSync(folder, "");
    const store = open();
    store.changed(conversation("a", "Why?"));
    await store.save();
    await store.save();
    expect(errors).toHaveLength(1);
    expect(store.load("a")?.title).toBe("Why?");
    rmSync(folder);
    await store.save();
    store.dispose();
    expect(open().list()).toMatchObject([{ id: "a" }]);
  });

  it("takes no id that could name a file elsewhere", () => {
    expect(() => open().load("../secret")).toThrow("Not the id");
  });
});
