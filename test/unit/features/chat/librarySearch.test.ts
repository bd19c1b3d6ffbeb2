import { describe, expect, it } from "vitest";
import { fork } from "../../../../src/features/chat/branches.ts";
import { applyEvent, ask, begin, newConversation } from "../../../../src/features/chat/conversation.ts";
import { LibrarySearch } from "../../../../src/features/chat/librarySearch.ts";
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
function library(limit?: number) {
  const read: string[] = [];
  const find = (id: string) => {
    read.push(id);
    return all.find((one) => one.id === id) ?? null;
  };
  return { read, search: new LibrarySearch({ list: () => [...all, { id: "gone" }], find }, limit) };
}

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
    const search = new LibrarySearch({ list: () => [forked], find: () => forked });
    expect(forked.turns).toHaveLength(1);
    expect(await search.run("zebra")).toEqual(["d"]);
  });

  it("ends when another search begins, and reads no more", async () => {
    const { search, read } = library();
    const first = search.run("planner");
    const second = search.run("price");
    expect([await first, await second]).toEqual([null, ["b"]]);
    expect(read).toEqual(["a", "b", "c", "gone"]);
  });

  it("reads no more than its limit", async () => {
    const { search, read } = library(1);
    expect(await search.run("planner")).toEqual(["a"]);
    expect(read).toEqual(["a"]);
  });
});
