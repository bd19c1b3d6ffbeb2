/** Conversations on a real disk: restored, reconciled with what is there, and kept when writing fails. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ask, newConversation } from "../../../../src/features/chat/conversation.ts";
import { ConversationStore, storeError } from "../../../../src/features/chat/conversationStore.ts";

/** A small disk needs root on Linux; in a mount namespace of its own: only a try. */
const canMount =
  process.platform === "linux" && spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

let root: string;
let folder: string;
let errors: unknown[];
let now: number;
/** A small disk stands in the folder's place. */
let mounted = false;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "hunch-store-"));
  folder = path.join(root, "conversations");
  errors = [];
  now = 1_000;
});
afterEach(() => {
  if (mounted) spawnSync("umount", ["-l", folder]);
  mounted = false;
  rmSync(root, { recursive: true, force: true });
});

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
    store.load("a");
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

  it.skipIf(!canMount)(
    "on a disk that is full: the old file stays whole, it is said, and the rest is written later",
    async () => {
      mkdirSync(folder);
      expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status).toBe(0);
      mounted = true;
      await stored(conversation("a", "Why?"));
      const filler = path.join(folder, "filler");
      expect(() => writeFileSync(filler, Buffer.alloc(100_000))).toThrow("ENOSPC");
      const store = open();
      onTestFinished(() => store.dispose());
      store.load("a");
      store.changed(conversation("a", "Why?", "How?".repeat(5_000)));
      await store.save();
      expect(storeError(errors[0])).toMatchObject({
        code: "diskFull",
        hint: expect.stringContaining("stay in this window"),
      });
      expect(storeError(errors[0], "explanations").message).toBe("The disk is full: explanations are not stored.");
      expect(JSON.parse(readFileSync(path.join(folder, "a.json"), "utf8")).turns).toHaveLength(2);
      expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      expect(store.load("a")?.turns).toHaveLength(4);
      rmSync(filler);
      await store.save();
      expect(JSON.parse(readFileSync(path.join(folder, "a.json"), "utf8")).turns).toHaveLength(4);
      expect(errors).toHaveLength(1);
    },
  );

  it("makes a second conversation of one that another window went on with, so that both stay, and says so once", async () => {
    await stored(conversation("a", "Why?"));
    const [here, there] = [open(), open()];
    const splits: unknown[] = [];
    here.onSplit((split) => splits.push(split));
    const [mine, theirs] = [here.load("a")!, there.load("a")!];
    ask(theirs, { task: "ask", text: "There?", code: [] }, "low");
    theirs.title = "Theirs";
    there.changed(theirs);
    await there.save();
    for (const text of ["Here?", "And here?"]) {
      ask(mine, { task: "ask", text, code: [] }, "low");
      here.changed(mine);
      await here.save();
    }
    ask(theirs, { task: "ask", text: "And there?", code: [] }, "low");
    there.changed(theirs);
    await there.save();

    const second = mine.id;
    expect(splits).toEqual([{ from: "a", to: second }]);
    const titles = (store: ConversationStore) => store.list().map(({ id, title }) => ({ [id]: title }));
    expect(titles(here)).toEqual(expect.arrayContaining([{ a: "Theirs" }, { [second]: "Why?" }]));
    const later = open();
    expect(titles(later)).toHaveLength(2);
    const questions = (id: string) => later.load(id)?.turns.flatMap((turn) => (turn.role === "user" ? turn.text : []));
    expect(questions("a")).toEqual(["Why?", "There?", "And there?"]);
    expect(questions(second)).toEqual(["Why?", "Here?", "And here?"]);
    expect(errors).toEqual([]);
  });

  it("lists the name that another window gave a conversation, where it was, whose index was written last", async () => {
    await stored(conversation("a", "Why?"), conversation("b", "What?"));
    const [here, there] = [open(), open()];
    const before = here.list();
    const theirs = there.load("a")!;
    theirs.title = "Theirs";
    there.changed(theirs, there.updatedAt("a"));
    await there.save();
    await here.save();
    const after = [before[0], { ...before[1], title: "Theirs" }];
    expect(open().list()).toEqual(after);
    // Opened here, it has that name here too, and what it is takes no reading the next time.
    here.load("a");
    expect(here.list()).toEqual(after);
    await here.save();
    writeFileSync(
      path.join(folder, "index.json"),
      readFileSync(path.join(folder, "index.json"), "utf8").replace("Theirs", "Indexed"),
    );
    expect(open().list()).toEqual([before[0], { ...before[1], title: "Indexed" }]);
  });

  it("writes a conversation again that was removed by another window", async () => {
    await stored(conversation("a", "Why?"));
    const [here, there] = [open(), open()];
    const mine = here.load("a")!;
    await there.remove("a");
    here.changed(mine);
    await here.save();
    expect(readdirSync(folder).sort()).toEqual(["a.json", "index.json"]);
    there.dispose();
  });

  it("takes no id that could name a file elsewhere", () => {
    expect(() => open().load("../secret")).toThrow("Not the name");
  });
});
