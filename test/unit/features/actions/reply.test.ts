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
    ["// existing functionality", true],
    ["// Existing logic here", true],
    ["  next(); // existing code", true],
    ["  old() { /* existing code */ }", true],
    ["  pass  # existing code", true],
    ["... (rest of code unchanged)", true],
    ["  ...(rest of the code)", true],
    ["  ... other methods ...", true],
    ["  ...other methods...", true],
    ["  … other methods", true],
    ["[... existing code ...]", true],
    ["[...existing code...]", true],
    [" * ... existing code ...", true],
    ["  ...  # rest", true],
    ["  ... // other methods", true],
    ["# Continue with the rest of the code", true],
    ["# Continue with the rest of the file", true],
    ["# And the rest of the class", true],
    ["// rest of code", true],
    ["// This is the rest of the code", true],
    ["// You can put the rest of your code below", true],
    ["// Here is the existing code", true],
    ["// Assume the rest of the code is unchanged", true],
    ["// Assume the existing code is unchanged", true],
    ["# === rest of the file ===", true],
    ["// >>> existing code", true],
    ["// --- existing code ---", true],
    ["// (unchanged code)", true],
    ["# (your existing code)", true],
    ["# previous existing code stays", true],
    ["// Your existing code goes here", true],
    ["# remaining methods unchanged", true],
    ["# The remaining code remains unchanged", true],
    ["// and so on: remaining methods", true],
    ["// Leave the existing code as is", true],
    ["'''existing code'''", true],
    ["  const all = [...items];", false],
    ["  ...name,", false],
    ["  ...rest,", false],
    ["  ...fn(),", false],
    ["  ...existing(a, b),", false],
    ["  ...[a, b],", false],
    ["  ...(cond ? a : b),", false],
    ["  ...(cond ? a : b))", false],
    ["  ...existingFiles,", false],
    ["  ...(await read()),", false],
    ["  [...a, ...b],", false],
    ["  ...args)", false],
    ["    ..., 0]", false],
    ["# existing file is overwritten", false],
    ["x = 1  # existing file", false],
    ["// Remaining code points are copied", false],
    ["// Existing functions are called again", false],
    ["// Copies the existing file here", false],
    ["// Reads the rest of the file", false],
    ["// Existing methods go through the proxy", false],
    ["# Add existing files to the list", false],
    [" * The existing class is extended.", false],
    ["  raise X  # the remaining files", false],
    ["    ...cart,", false],
    ["    ...items.map((item) => item.id),", false],
    ['  throw new Error("the existing file is locked");', false],
    ['  fail("not read; existing file");', false],
    ["  # Call the existing function again", false],
    ["  // Overwrites the existing file", false],
    ["  f(...args);", false],
    ["  // the rest is easy", false],
    ["  // Return early so the rest of the function can assume a user", false],
    ["# Used by the rest of the code", false],
    ["// The rest of the class relies on it", false],
    [" * existing implementation.", false],
  ])("%s → %s", (line, expected) => {
    expect(leavesOut(`a() {\n${line}\n}`, "a() {\n}")).toBe(expected);
  });
  it("not the lines of a doctest", () => {
    const example = '    """\n    >>> for each in f():\n    ...     print(each)\n    ...\n    1\n    """';
    expect(leavesOut(`def f():\n${example}\n    return []`, "")).toBe(false);
    expect(leavesOut(`def f():\n${example}\n    ... # rest`, "")).toBe(true);
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
