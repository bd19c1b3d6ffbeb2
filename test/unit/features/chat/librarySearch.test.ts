import { afterEach, describe, expect, it, vi } from "vitest";
import { fork } from "../../../../src/features/chat/branches.ts";
import {
  applyEvent,
  ask,
  begin,
  type Conversation,
  newConversation,
} from "../../../../src/features/chat/conversation.ts";
import { LibrarySearch, type SearchLimits } from "../../../../src/features/chat/librarySearch.ts";
import { tokens } from "../support.ts";

function conversation(id: string, question: string, answer: string, thought = "") {
  const made = newConversation(id);
  const turn = ask(made, { task: "ask", text: question, code: [] }, "low");
  const base = begin(turn, "drop");
  applyEvent(turn, tokens("thinking", [thought]), base);
  applyEvent(turn, tokens("answer", answer.split(/(?<=an)/)), base);
  return made;
}

const all = [
  conversation("a", "Why is it slow?", "The planner sorts twice."),
  conversation("b", "And the cart?", "It rounds each price.", "planner"),
  conversation("c", "Which planner?", "The old one."),
];
/** A library that counts what was read of it. */
function library(limits?: Partial<SearchLimits>) {
  const read: string[] = [];
  const stored = structuredClone(all);
  const changedAt = new Map<string, number>();
  const summaries = () =>
    [...stored, { id: "gone", title: "" }].map(({ id, title }) => ({ id, title, updatedAt: changedAt.get(id) ?? 1 }));
  const find = (id: string): Conversation | null => {
    read.push(id);
    return stored.find((one) => one.id === id) ?? null;
  };
  /** What was read since the last call. */
  const reads = () => read.splice(0);
  return { reads, stored, changedAt, search: new LibrarySearch({ list: summaries, find }, limits) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("LibrarySearch", () => {
  it.each([
    ["PLANNER", ["a", "c"]],
    ["slow twice", ["a"]],
    ["rounds", ["b"]],
    ["nothing", []],
    [" ", []],
  ])("“%s” finds %j", async (query, ids) => {
    expect(await library().search.run(query)).toEqual(ids);
  });

  it("finds what stands in another version", async () => {
    const forked = conversation("d", "Why?", "Because of the zebra.");
    fork(forked, forked.turns[1]?.id ?? "");
    const list = () => [{ id: "d", title: forked.title, updatedAt: 1 }];
    const search = new LibrarySearch({ list, find: () => forked });
    expect(forked.turns).toHaveLength(1);
    expect(await search.run("zebra")).toEqual(["d"]);
  });

  it("ends when another search begins, and reads no more", async () => {
    const { search, reads } = library();
    const first = search.run("planner");
    const second = search.run("price");
    expect([await first, await second]).toEqual([null, ["b"]]);
    expect(reads()).toEqual(["a", "b", "c", "gone"]);
  });

  it("reads no more than its limit", async () => {
    const { search, reads } = library({ conversations: 1 });
    expect(await search.run("planner")).toEqual(["a"]);
    expect(reads()).toEqual(["a"]);
  });

  it("reads a conversation once for all searches that follow, and again when it has changed or has another title", async () => {
    const { search, reads, stored, changedAt } = library();
    await search.run("planner");
    reads();
    expect(await search.run("rounds")).toEqual(["b"]);
    // What can not be read may come back.
    expect(reads()).toEqual(["gone"]);
    changedAt.set("a", 2);
    Object.assign(stored[1] ?? {}, { title: "Renamed to aardvark" });
    expect(await search.run("aardvark")).toEqual(["b"]);
    expect(reads()).toEqual(["a", "b", "gone"]);
  });

  it("keeps no more in memory than its limit, and finds all the same", async () => {
    // Room for two of the three texts, of some 50 characters each.
    const { search, reads } = library({ bytes: 250 });
    expect(await search.run("planner")).toEqual(["a", "c"]);
    reads();
    expect(await search.run("planner")).toEqual(["a", "c"]);
    const again = reads();
    expect(again).toContain("c");
    expect(again).not.toContain("a");
  });

  it("lets go of what it has read when no search follows", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { search, reads } = library({ keptMs: 1_000 });
    await search.run("planner");
    reads();
    vi.advanceTimersByTime(999);
    await search.run("planner");
    vi.advanceTimersByTime(999);
    await search.run("planner");
    expect(reads()).toEqual(["gone", "gone"]);
    vi.advanceTimersByTime(1_000);
    await search.run("planner");
    expect(reads()).toEqual(["a", "b", "c", "gone"]);
  });
});
