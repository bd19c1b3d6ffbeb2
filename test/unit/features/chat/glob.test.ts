import { describe, expect, it } from "vitest";
import { anyCase } from "../../../../src/features/chat/glob.ts";

describe("anyCase", () => {
  it.each([
    ["Cart.ts", "[cC][aA][rR][tT].[tT][sS]"],
    ["a*{b}[!c]", "[aA]??[bB]???[cC]?"],
    ["1ß", "1ß"],
    ["", ""],
  ])("%s: %s", (text, glob) => {
    expect(anyCase(text)).toBe(glob);
  });
});
