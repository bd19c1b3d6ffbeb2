import { describe, expect, it } from "vitest";
import { HunchError } from "../../../src/common/errors.ts";
import { checkCode, enclosingSymbol, fileLines, maxCodeBytes, type SymbolLines } from "../../../src/host/code.ts";

function codeOf(text: string): string {
  try {
    checkCode(text, "The selection");
    return "fine";
  } catch (error) {
    if (!(error instanceof HunchError)) throw error;
    expect(error.hint).not.toBe("");
    return error.code;
  }
}

describe("checkCode", () => {
  it.each([
    ["code", "const a = 1;", "fine"],
    ["text that is not ASCII", "// größer — 日本語 🎉", "fine"],
    ["one replacement character in real text", `${"let a = 1; ".repeat(5)}\uFFFD`, "fine"],
    ["nothing", "", "emptyInput"],
    ["blanks", " \n\t \n", "emptyInput"],
    ["a NUL", "ELF\0\0", "binaryInput"],
    ["bytes decoded as text", "\uFFFD\uFFFDab\uFFFD\uFFFDcd", "binaryInput"],
    ["5 MB", "x".repeat(5_000_000), "inputTooLarge"],
    ["the largest size, in bytes and not characters", "é".repeat(maxCodeBytes / 2), "fine"],
    ["one character more", "é".repeat(maxCodeBytes / 2 + 1), "inputTooLarge"],
  ])("%s", (_name, text, expected) => {
    expect(codeOf(text)).toBe(expected);
  });
});

describe("fileLines", () => {
  it.each([
    ["with a line break at its end", "a\nb\n", 1],
    ["without one", "a\nb", 1],
    ["with blank lines at its end, of which all but the last are lines of it", "a\n\n\n", 2],
    ["with blanks in its last line", "a\n  ", 1],
    ["of one line", "a", 0],
    ["that is empty", "", 0],
  ])("of a document %s", (_name, text, endLine) => {
    const lines = text.split("\n");
    const document = { lineCount: lines.length, lineAt: (line: number) => ({ text: lines[line] ?? "" }) };
    expect(fileLines(document)).toEqual({ startLine: 0, endLine });
  });
});

describe("enclosingSymbol", () => {
  const symbol = (
    name: string,
    startLine: number,
    endLine: number,
    isDefinition: boolean,
    children: SymbolLines[] = [],
  ) => ({
    name,
    startLine,
    endLine,
    isDefinition,
    children,
  });
  const symbols = [
    symbol("limit", 0, 0, false),
    symbol("Cart", 2, 20, true, [
      symbol("items", 3, 3, false),
      symbol("add", 5, 10, true, [symbol("known", 6, 6, false)]),
    ]),
  ];

  it.each([
    [6, "add", "a variable inside a method: the method"],
    [3, "Cart", "a field: the class"],
    [15, "Cart", "between the members"],
    [0, "limit", "a constant that is in no definition"],
  ])("line %i: %s (%s)", (line, name) => {
    expect(enclosingSymbol(symbols, line)?.name).toBe(name);
  });

  it("none around", () => {
    expect(enclosingSymbol(symbols, 30)).toBeNull();
    expect(enclosingSymbol([], 0)).toBeNull();
  });
});
