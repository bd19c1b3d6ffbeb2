import { describe, expect, it } from "vitest";
import { closestBlock, fencedBlocks, inPlaceOf, leavesOut } from "../../../../src/features/actions/reply.ts";

describe("fencedBlocks", () => {
  it.each([
    ["none", "Nothing is wrong.", []],
    ["one", "Here:\n```ts\na();\n```\nDone.", ["a();"]],
    ["two", "```\na\n```\n~~~py\nb\n~~~", ["a", "b"]],
    ["a longer fence holds a shorter one", "````md\n```\nx\n```\n````", ["```\nx\n```"]],
    [
      "in a list: without the list's indentation",
      "1. So:\n   ```py\n   def f():\n       pass\n   ```",
      ["def f():\n    pass"],
    ],
    [
      "a docstring has fences of its own",
      '```python\ndef f(x):\n    """Does.\n\n    ```python\n    f(1)\n    ```\n    """\n    return x\n```',
      ['def f(x):\n    """Does.\n\n    ```python\n    f(1)\n    ```\n    """\n    return x'],
    ],
    [
      "one that tabs indent",
      '```\ndef f():\n\t"""\n\t```\n\tf()\n\t```\n\t"""\n```',
      ['def f():\n\t"""\n\t```\n\tf()\n\t```\n\t"""'],
    ],
    ["its end is a little deeper", "1. So:\n```\na\n   ```\nDone.", ["a"]],
    ["one that is cut off", "```ts\na();", []],
    ["an empty one", "```\n\n```", []],
    ["inline code with three backticks", "``` a ``` b", []],
    ["Windows line ends", "```\r\na\r\nb\r\n```\r\n", ["a\nb"]],
  ])("%s", (_name, markdown, blocks) => {
    expect(fencedBlocks(markdown)).toEqual(blocks);
  });
});

describe("closestBlock", () => {
  const original = "function add(a, b) {\n  return a - b;\n}";
  it("is the one that looks like the code, wherever it stands", () => {
    const fixed = "function add(a, b) {\n  return a + b;\n}";
    expect(closestBlock(["npm test", fixed, "add(1, 2)"], original)).toBe(fixed);
  });
  it("is the first when none does", () => {
    expect(closestBlock(["one", "two"], original)).toBe("one");
  });
  it("is null without blocks", () => {
    expect(closestBlock([], original)).toBeNull();
  });
});

describe("leavesOut", () => {
  it.each([
    ["  // ... rest of the code", true],
    ["  ...", true],
    ["# … ", true],
    ["    // existing code", true],
    ["  /* unchanged method */", true],
    ["  ... rest of the function ...", true],
    ["  {/* ... */}", true],
    ["  {/* existing code */}", true],
    ["  next(); // the rest of the code", true],
    ["  # Keep the existing implementation", true],
    ["  <!-- remaining code -->", true],
    ["  const all = [...items];", false],
    ["    ...cart,", false],
    ["    ...items.map((item) => item.id),", false],
    ['  throw new Error("the existing file is locked");', false],
    ['  fail("not read; existing file");', false],
    ["  # Call the existing function again", false],
    ["  // Overwrites the existing file", false],
    ["  f(...args);", false],
    ["  // the rest is easy", false],
  ])("%s → %s", (line, expected) => {
    expect(leavesOut(`a() {\n${line}\n}`, "a() {\n}")).toBe(expected);
  });
  it("not what stood there before", () => {
    expect(leavesOut("class A:\n    ...", "class A:\n    ...")).toBe(false);
  });
});

describe("inPlaceOf", () => {
  it.each([
    [
      "given at the margin",
      "    def f(self):\n        return 1",
      "def f(self):\n    return 2",
      "    def f(self):\n        return 2",
    ],
    ["given as it was", "  a();\n  b();", "  a();\n  c();", "  a();\n  c();"],
    ["given deeper", "a {\n}", "    a {\n      b\n    }", "a {\n  b\n}"],
    ["the end of the last line", "a\n", "b\n\n\n", "b\n"],
    ["no end of the last line", "a", "b\n", "b"],
    ["Windows line ends", "a\r\nb\r\n", "a\nc", "a\r\nc\r\n"],
    ["blank lines stay blank", "  a\n\n  b", "a\n\nc", "  a\n\n  c"],
    ["blank lines in front", "a", "\n\nb", "b"],
  ])("%s", (_name, original, code, expected) => {
    expect(inPlaceOf(original, code)).toBe(expected);
  });
});
