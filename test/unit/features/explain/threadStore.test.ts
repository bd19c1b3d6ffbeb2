/** Inline explanations on a real disk, and what comes back of them. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runsText } from "../../../../src/common/panel.ts";
import { applyEvent, ask, begin, newConversation } from "../../../../src/features/chat/conversation.ts";
import { KeptThreads } from "../../../../src/features/explain/keptThreads.ts";
import { type StoredThread, type ThreadLimits, ThreadStore } from "../../../../src/features/explain/threadStore.ts";
import { tokens } from "../support.ts";

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "hunch-threads-"));
  folder = path.join(root, "explanations");
});
afterEach(() => rmSync(root, { recursive: true }));

const open = (limits?: ThreadLimits) =>
  new ThreadStore({ folder, onError: (error) => expect.fail(String(error)) }, limits);

/** Half of an answer is there. */
function thread(id: string, part: Partial<StoredThread> = {}): StoredThread {
  const conversation = newConversation(id);
  const turn = ask(conversation, { task: "explain", text: "Explain a.ts:1", code: [] }, "low");
  applyEvent(turn, tokens("answer", ["It ", "adds"]), begin(turn, "drop"));
  const lines = { startLine: 0, endLine: 0 };
  return {
    uri: "file:///a.ts",
    question: { task: "explain", verb: "Explain" },
    lines,
    columns: { start: 0, end: 4 },
    text: "f();",
    shown: lines,
    kept: false,
    conversation,
    ...part,
  };
}

async function stored(...threads: StoredThread[]) {
  const store = open();
  for (const one of threads) store.changed(one.conversation.id, { toJSON: () => one });
  await store.save();
}

const ids = (threads: readonly StoredThread[]) => threads.map(({ conversation }) => conversation.id);

describe("ThreadStore", () => {
  it("brings back what an earlier window had; a half answer is stopped and can be carried on", async () => {
    const written = thread("a", { question: { task: "ask", verb: "Explain the problem in", question: "Why?" } });
    await stored(written);
    const [read] = await open().load();
    expect(read).toMatchObject({ ...written, conversation: { id: "a", title: "Explain a.ts:1" } });
    const turn = read?.conversation.turns.at(-1);
    expect(turn).toMatchObject({ status: "stopped", canContinue: true, error: null });
    expect(turn?.role === "assistant" && runsText(turn.answer)).toBe("It adds");
  });

  it("writes a thread as it is when it is written", async () => {
    const store = open();
    const one = thread("a");
    store.changed("a", { toJSON: () => one });
    one.lines = { startLine: 7, endLine: 7 };
    await store.save();
    expect((await open().load())[0]?.lines).toEqual({ startLine: 7, endLine: 7 });
  });

  it("takes a thread of an earlier version for one about whole lines", async () => {
    const { columns, ...earlier } = thread("a");
    await stored(earlier as StoredThread);
    const [read] = await open().load();
    expect(read?.columns.start).toBe(0);
    expect(read?.columns.end).toBeGreaterThan(columns.end);
  });

  it("keeps nothing of a thread that was deleted", async () => {
    await stored(thread("a"), thread("b"));
    const store = open();
    store.changed("a", { toJSON: () => thread("a") });
    await store.remove("a");
    await store.save();
    expect(ids(await open().load())).toEqual(["b"]);
    expect(readdirSync(folder)).toEqual(["b.json"]);
  });

  it("begins with nothing, and passes over what is damaged", async () => {
    expect(await open().load()).toEqual([]);
    await stored(thread("a"));
    writeFileSync(path.join(folder, "cut.json"), '{"uri":"file:///a.ts","conv');
    writeFileSync(path.join(folder, "null.json"), "null");
    writeFileSync(path.join(folder, "odd.json"), JSON.stringify({ ...thread("odd"), lines: [1, 2] }));
    writeFileSync(path.join(folder, "half.json"), JSON.stringify({ ...thread("half"), columns: { start: 1 } }));
    writeFileSync(path.join(folder, "away.json"), JSON.stringify(thread("../../away")));
    expect(ids(await open().load())).toEqual(["a"]);
  });

  it.each([
    ["so many", { threadCount: 2, bytes: 1e9 }],
    ["so much", { threadCount: 9, bytes: 2.5 * JSON.stringify(thread("a")).length }],
  ])("keeps the newest where there are more than %s", async (_name, limits) => {
    await stored(thread("a"), thread("b"), thread("c"));
    for (const [index, id] of ["b", "c", "a"].entries()) utimesSync(path.join(folder, `${id}.json`), index, index);
    expect(ids(await open(limits).load())).toEqual(["a", "c"]);
    expect(readdirSync(folder).sort()).toEqual(["a.json", "c.json"]);
  });
});

describe("KeptThreads", () => {
  it("gives each thread once, to its own document, under its new name too", () => {
    const kept = new KeptThreads();
    kept.add([thread("a"), thread("b", { uri: "file:///b.ts" }), thread("c")]);
    expect(kept.move((uri) => (uri === "file:///b.ts" ? "file:///new.ts" : null)).map(({ uri }) => uri)).toEqual([
      "file:///new.ts",
    ]);
    expect(kept.take("file:///b.ts", () => "f();")).toEqual([]);
    expect(ids(kept.take("file:///a.ts", () => "changed();"))).toEqual(["a", "c"]);
    expect(kept.take("file:///a.ts", () => "f();")).toEqual([]);
    expect(ids(kept.take("file:///new.ts", () => "f();"))).toEqual(["b"]);
  });

  it("takes an untitled document for another one unless it has the code", () => {
    const kept = new KeptThreads();
    kept.add([thread("a", { uri: "untitled:Untitled-1" })]);
    expect(kept.take("untitled:Untitled-1", () => "")).toEqual([]);
    expect(ids(kept.take("untitled:Untitled-1", () => "// new\nf();\n"))).toEqual(["a"]);
  });
});
