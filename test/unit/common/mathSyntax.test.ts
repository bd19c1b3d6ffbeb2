import { describe, expect, it } from "vitest";
import { readMath, readMathBlock } from "../../../src/common/mathSyntax.ts";

/** All formulas of a line, as a lexer finds them: code and escapes aside. */
function formulas(line: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < line.length; at++) {
    const math = readMath(line.slice(at), line[at - 1] ?? "");
    if (!math) continue;
    found.push(math.source);
    at += math.raw.length - 1;
  }
  return found;
}

describe("a formula in a line", () => {
  it.each([
    ["so \\(x_1\\) is", ["x_1"]],
    ["\\( n \\log n \\)", ["n \\log n"]],
    ["where \\[ a = b \\] holds", ["a = b"]],
    ["$$a^2$$ and $b$", ["a^2", "b"]],
    ["($n$, $k$-th, the $n$th)", ["n", "k", "n"]],
    ["$O(n)$.", ["O(n)"]],
    ["$\\{1, 2\\}$", ["\\{1, 2\\}"]],
    ["\\(a \\\\ b\\)", ["a \\\\ b"]],
    ["\\[ x \\\\[2pt] y \\]", ["x \\\\[2pt] y"]],
  ])("is found: %s", (line, expected) => {
    expect(formulas(line)).toEqual(expected);
  });

  it.each([
    "costs $5 and $6",
    "$5-$6, US$5",
    "$HOME/$USER and $" + "{a}-$" + "{b}",
    "$(document)$(window) and $(pwd)/$(date)",
    "echo $$; kill $$",
    "$x->y and $z->w",
    "call f\\(x\\) or nums\\[i\\]",
    "\\[see above\\] \\(optional\\)",
    "\\(\\) \\[ \\] $$ $$",
    "$ x $ and $x",
    "a\\$b$ and $`c`$",
    "never \\(closed",
    "two \\(paragraphs\n\nhere\\)",
  ])("is none: %s", (line) => {
    expect(formulas(line)).toEqual([]);
  });
});

describe("a formula on lines of its own", () => {
  it("ends with the line of its closing sign", () => {
    expect(readMathBlock("\\[\nx = 1\n\\]\nmore")).toEqual({
      raw: "\\[\nx = 1\n\\]\n",
      source: "x = 1",
      display: true,
      open: false,
    });
  });

  it("is open while its closing sign is missing", () => {
    expect(readMathBlock("$$\nx = 1\n")).toMatchObject({ raw: "$$\nx = 1\n", open: true });
  });

  it.each([
    "$$\nx\n\ny\n$$",
    "$$\nx\n$$ more",
    "\\[WIP\\]\n",
    "\\[1\\]",
    "    $$\nx\n$$",
    `$$\n${"x\n".repeat(3_000)}$$`,
  ])("is none: %#", (text) => {
    expect(readMathBlock(text)).toBeNull();
  });
});
