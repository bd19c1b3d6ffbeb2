import { describe, expect, it } from "vitest";
import type { Reference } from "../../../src/common/panel.ts";
import { type Completion, completionAt, offered, offerName, taken } from "../../../src/webview/completion.ts";

const file = (label: string): Reference => ({ kind: "file", uri: `file:///${label}`, label });
const total: Reference = { kind: "symbol", uri: "file:///a", label: "a", name: "total", startLine: 1, endLine: 2 };
const found = [file("src/Cart.ts"), file("src/queue.ts"), total];
const hash = (query: string): Completion => ({ sign: "#", start: 0, query });
const names = (query: string, part: Partial<Parameters<typeof offered>[1]> = {}) =>
  offered(hash(query), { found, taken: [], selection: false, ...part }).map((offer) => offerName(offer).short);

describe("completionAt", () => {
  it.each([
    ["#", 1, { sign: "#", start: 0, query: "" }],
    ["Why #car", 8, { sign: "#", start: 4, query: "car" }],
    ["Why #car is", 7, { sign: "#", start: 4, query: "ca" }],
    ["Why #car is", 11, null],
    ["C#", 2, null],
    ["a##b", 4, null],
    ["\n#x", 3, { sign: "#", start: 1, query: "x" }],
    ["/fi", 3, { sign: "/", start: 0, query: "fi" }],
    ["/fix it", 7, null],
    ["either/or", 9, null],
    ["see /etc", 8, null],
  ])("%j at %i", (text, caret, completion) => {
    expect(completionAt(text, caret)).toEqual(completion);
  });
});

describe("offered", () => {
  it("filters by the query in any case, and leaves out what is there already", () => {
    expect(names("", { taken: [{ kind: "changes" }] })).toEqual(["problems", "Cart.ts", "queue.ts", "total"]);
    expect(names("cart")).toEqual(["Cart.ts"]);
    expect(names("cart", { taken: [file("src/Cart.ts")] })).toEqual([]);
  });

  it("knows the kinds by their names, alone and before a colon", () => {
    expect(names("fil")).toEqual(["Cart.ts", "queue.ts"]);
    expect(names("symbol")).toEqual(["total"]);
    expect(names("file:")).toEqual(["Cart.ts", "queue.ts"]);
    expect(names("file:que")).toEqual(["queue.ts"]);
    expect(names("symbol:cart")).toEqual([]);
    expect(names("problems")).toEqual(["problems"]);
  });

  it("offers the selection only where there is one", () => {
    expect(names("sel")).toEqual([]);
    expect(names("sel", { selection: true })).toEqual(["selection"]);
  });

  it("offers commands at the beginning", () => {
    const none = { found, taken: [], selection: true };
    expect(offered({ sign: "/", start: 0, query: "" }, none)).toHaveLength(5);
    expect(offered({ sign: "/", start: 0, query: "te" }, none)).toEqual([{ kind: "command", name: "tests" }]);
  });
});

describe("taken", () => {
  it("takes the word of a reference out, and the caret stays there", () => {
    expect(taken("Why #ca is", { sign: "#", start: 4, query: "ca" }, total)).toEqual({ text: "Why  is", caret: 4 });
  });
  it("writes a command out, and the caret follows it", () => {
    const command = { kind: "command", name: "tests" } as const;
    expect(taken("/te please", { sign: "/", start: 0, query: "te" }, command)).toEqual({
      text: "/tests please",
      caret: 7,
    });
  });
});
