import { describe, expect, it } from "vitest";
import type { Reference } from "../../../../src/common/panel.ts";
import {
  fileNamed,
  type SymbolReference,
  symbolNamed,
  symbolNow,
  typedMentions,
  withMentioned,
} from "../../../../src/features/chat/mentions.ts";
import type { SymbolLines } from "../../../../src/host/code.ts";

const nothing = { selection: false, problems: false, changes: false, files: [], symbols: [] };
const file = (label: string) => ({ kind: "file" as const, uri: `file:///w/${label}`, label });

describe("typedMentions", () => {
  it("finds words of their own, whatever stands after them", () => {
    expect(typedMentions("Explain #changes please")).toEqual({ ...nothing, changes: true });
    expect(typedMentions("#Selection, (#problems)?")).toEqual({ ...nothing, selection: true, problems: true });
    expect(typedMentions("Is #file:src/cart.ts like #file:b.ts? #file:b.ts.")).toEqual({
      ...nothing,
      files: ["src/cart.ts", "b.ts"],
    });
    expect(typedMentions("Who calls #symbol:total, and #Symbol:Cart?")).toEqual({
      ...nothing,
      symbols: ["total", "Cart"],
    });
  });

  it.each([
    "C#changes and a#problems",
    "#changesets #selection-box issue #12 # changes",
    "Why does `#selection` not match?",
    "```css\n#problems\n```",
    "#selection { color: red }",
    "#file: #file:?",
  ])("finds none in %j", (text) => {
    expect(typedMentions(text)).toEqual(nothing);
  });
});

describe("fileNamed", () => {
  const files = [file("src/cart.ts"), file("test/cart.ts"), file("cart.ts"), file("src/cartList.ts")];

  it("takes the whole path first, then the one file whose path ends so", () => {
    expect(fileNamed("cart.ts", files).label).toBe("cart.ts");
    expect(fileNamed("Test\\Cart.ts", files).label).toBe("test/cart.ts");
    expect(fileNamed("cartList.ts", files).label).toBe("src/cartList.ts");
  });

  it("says when there is none, or more than one", () => {
    expect(() => fileNamed("art.ts", files)).toThrow("There is no file “art.ts” in the workspace.");
    expect(() => fileNamed("cart.ts", files.slice(0, 2))).toThrow("More than one file is named “cart.ts”.");
  });
});

describe("symbolNamed", () => {
  const symbol = (name: string, label: string): SymbolReference => ({
    ...file(label),
    kind: "symbol",
    name,
    startLine: 1,
    endLine: 3,
  });
  const symbols = [symbol("total", "a.ts"), symbol("Total", "b.ts"), symbol("load(path)", "a.ts"), symbol("x", "a.ts")];

  it("takes the name as it is written, else in any case, and without parameters", () => {
    expect(symbolNamed("Total", symbols).label).toBe("b.ts");
    expect(symbolNamed("load", symbols).name).toBe("load(path)");
    expect(symbolNamed("X", [...symbols, symbol("x", "a.ts")])).toBe(symbols[3]);
  });

  it("says when there is none, or more than one", () => {
    expect(() => symbolNamed("tot", symbols)).toThrow("There is no definition “tot” in the workspace.");
    expect(() => symbolNamed("TOTAL", symbols)).toThrow("More than one definition is named “TOTAL”.");
  });
});

describe("symbolNow", () => {
  const lines = (
    name: string,
    startLine: number,
    endLine: number,
    children: SymbolLines[] = [],
    isDefinition = true,
  ) => ({
    name,
    startLine,
    endLine,
    isDefinition,
    children,
  });
  const add = lines("add", 22, 25);
  const sum = lines("sum", 9, 9, [], false);
  const total = lines("total", 8, 15, [sum, lines("add", 12, 12, [], false)]);
  const symbols = [total, lines("Cart", 17, 40, [add, lines("sum", 30, 31)]), lines("add", 60, 62)];

  it("takes the nearest definition of the name, also within others", () => {
    expect(symbolNow("total", 3, symbols)).toBe(total);
    expect(symbolNow("add", 14, symbols)).toBe(add);
  });

  it("leaves what is still where it was, also where that is no definition", () => {
    expect(symbolNow("sum", 9, symbols)).toBe(sum);
    // It was chosen with its comment.
    const [field, method] = [lines("size", 2, 5, [], false), lines("size", 9, 12)];
    expect(symbolNow("size", 3, [field, method])).toBe(field);
  });

  it("finds none of another name", () => {
    expect(symbolNow("remove", 8, symbols)).toBeNull();
    expect(symbolNow("total", 8, [])).toBeNull();
  });
});

it("a mention of what goes along already adds nothing", () => {
  const lines = { startLine: 1, endLine: 2 };
  const there: Reference[] = [{ ...file("a.ts"), label: "a.ts (dropped)" }, { kind: "problems" }];
  const [total, other] = ["total", "other"].map((name) => ({
    ...file("c.ts"),
    kind: "symbol" as const,
    name,
    ...lines,
  }));
  expect(withMentioned([total!], [total!, other!])).toEqual([total, other]);
  const mentioned: Reference[] = [file("a.ts"), file("b.ts"), { kind: "problems" }, { kind: "changes" }];
  expect(withMentioned(there, mentioned)).toEqual([...there, file("b.ts"), { kind: "changes" }]);
});
