import { describe, expect, it } from "vitest";
import type { Reference } from "../../../src/common/panel.ts";
import { droppedFiles, mentionAt, offered, withoutMention } from "../../../src/webview/mentions.ts";

const file = (label: string): Reference => ({ kind: "file", uri: `file:///${label}`, label });

describe("mentionAt", () => {
  it.each([
    ["#", 1, { start: 0, query: "" }],
    ["Why #car", 8, { start: 4, query: "car" }],
    ["Why #car is", 7, { start: 4, query: "ca" }],
    ["Why #car is", 11, null],
    ["C#", 2, null],
    ["a##b", 4, null],
    ["\n#x", 3, { start: 1, query: "x" }],
  ])("%j at %i", (text, caret, mention) => {
    expect(mentionAt(text, caret)).toEqual(mention);
  });

  it("is taken out of the text, and the caret stays there", () => {
    expect(withoutMention("Why #ca is", { start: 4, query: "ca" })).toEqual({ text: "Why  is", caret: 4 });
  });
});

describe("offered", () => {
  it("filters by the query in any case, and leaves out what is there already", () => {
    const found = [file("src/Cart.ts"), file("src/queue.ts")];
    expect(offered("", found, [{ kind: "changes" }])).toEqual([{ kind: "problems" }, ...found]);
    expect(offered("cart", found, [])).toEqual([file("src/Cart.ts")]);
    expect(offered("cart", found, [file("src/Cart.ts")])).toEqual([]);
  });
});

describe("droppedFiles", () => {
  it("takes addresses and passes over comments and anything else", () => {
    expect(droppedFiles("# files\r\nfile:///w/a%20b.ts\r\n\r\nno address\r\nvscode-remote://h/100%.ts")).toEqual([
      { kind: "file", uri: "file:///w/a%20b.ts", label: "a b.ts" },
      { kind: "file", uri: "vscode-remote://h/100%.ts", label: "100%.ts" },
    ]);
  });
});
