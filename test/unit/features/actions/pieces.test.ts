/** The small pure parts of the actions: where tests go, where code is found again, diffs by file, problems in words. */
import { describe, expect, it } from "vitest";
import { anchored, locate } from "../../../../src/features/actions/locate.ts";
import { splitPatch } from "../../../../src/features/actions/patch.ts";
import { testPath } from "../../../../src/features/actions/testFile.ts";
import { describeProblems } from "../../../../src/prompts/problems.ts";

it.each([
  ["/a.b/cart.ts", "typescript", "/a.b/cart.test.ts"],
  ["/src/Cart.tsx", "typescriptreact", "/src/Cart.test.tsx"],
  ["/src/cart.py", "python", "/src/test_cart.py"],
  ["/src/cart.go", "go", "/src/cart_test.go"],
  ["/src/Cart.java", "java", "/src/CartTest.java"],
  ["/src/Cart.cs", "csharp", "/src/CartTests.cs"],
  ["/src/cart.ex", "elixir", "/src/cart_test.exs"],
  ["/bin/run", "shellscript", "/bin/run.test"],
  ["/home/.profile", "shellscript", "/home/.profile.test"],
])("tests of %s (%s) go to %s", (path, languageId, expected) => {
  expect(testPath(path, languageId)).toBe(expected);
});

describe("locate", () => {
  it.each([
    ["where it was", "ab cd ab", "ab", 6, 6],
    ["moved", "new line\nab", "ab", 0, 9],
    ["changed", "aX", "ab", 0, null],
    ["at two other places", "x ab ab", "ab", 0, null],
    ["overlapping itself", "xaaa", "aa", 0, null],
  ])("%s", (_name, text, original, offset, expected) => {
    expect(locate(text, original, offset)).toBe(expected);
  });
});

describe("anchored", () => {
  it.each([
    ["what has text stays as it is", "a\nb\nc", 2, "b", [2, "b", "X"]],
    ["in a line", "a\nbc\nd", 3, "", [2, "bc", "bXc"]],
    ["blank lines take those below", "a\n\n\nb\n", 2, "", [2, "\n\nb", "X\n\nb"]],
    ["at the end, those above", "a\n\n", 3, "", [0, "a\n\n", "a\n\nX"]],
    ["at the beginning", "\na", 0, "", [0, "\na", "X\na"]],
    ["Windows line ends", "a\r\n\r\nb\r\n", 3, "", [3, "\r\nb", "X\r\nb"]],
    ["an empty file", "", 0, "", [0, "", "X"]],
  ])("%s", (_name, all, offset, original, [start, grown, replacement]) => {
    expect(anchored(all, { offset, original, replacement: "X" })).toEqual({
      offset: start,
      original: grown,
      replacement,
    });
  });
});

describe("splitPatch", () => {
  const change =
    "diff --git a/src/a.ts b/src/a.ts\nindex 1..2 100644\n--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n";
  const gone =
    "diff --git a/b.md b/b.md\ndeleted file mode 100644\nindex 1..0\n--- a/b.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-diff --git a/x b/x\n";
  const picture = "diff --git a/c.png b/c.png\nindex 1..2 100644\nBinary files a/c.png and b/c.png differ\n";
  it("one piece a file, binary ones only named", () => {
    const { files, textless } = splitPatch(change + gone + picture);
    expect(files.map(({ label, languageId, startLine, endLine }) => [label, languageId, startLine, endLine])).toEqual([
      ["src/a.ts", "diff", 1, 6],
      ["b.md", "diff", 1, 5],
    ]);
    expect(files[0]?.code).toBe("--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,2 +1,2 @@\n-a\n+b\n c");
    expect(textless).toEqual(["c.png"]);
  });
  it("tells which lines of the file are changed, from the first hunk to the last", () => {
    const head = "diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n";
    const two = `${head}@@ -3,2 +3,3 @@ f\n a\n+b\n c\n@@ -20 +21,2 @@\n d\n+e\n`;
    expect(splitPatch(two + gone).files.map(({ changed }) => changed)).toEqual([
      { startLine: 3, endLine: 22 },
      { startLine: 1, endLine: 1 },
    ]);
  });
  it("a file whose conflict is not resolved is none of the one before it", () => {
    const { files } = splitPatch(`${change}* Unmerged path src/b.ts\n${gone}`);
    expect(files).toEqual(splitPatch(change + gone).files);
  });
  it.each([
    [String.raw`"a/q\"u\\303\t\303\237.ts" "b/q\"u\\303\t\303\237.ts"`, 'q"u\\303\tß.ts'],
    ["a/b b/b b/b b/b", "b b/b"],
    ["b/b b/b", "b/b"],
  ])("takes the name of a file from %s", (names, expected) => {
    expect(splitPatch(`diff --git ${names}\nold mode 100644\nnew mode 100755\n`).textless).toEqual([expected]);
  });
  it("no changes, no pieces", () => {
    expect(splitPatch("")).toEqual({ files: [], textless: [] });
  });
});

describe("describeProblems", () => {
  it("a line each, whatever their messages hold", () => {
    const text = describeProblems([
      { line: 3, severity: "error", source: "ts 2322", message: "Type 'a'\n  is not 'b'." },
      { line: 9, severity: "warning", source: "", message: "x".repeat(1_000) },
    ]);
    const [head, first, second, ...rest] = text.split("\n");
    expect([head, first, rest]).toEqual(["The editor reports:", "- line 3, error (ts 2322): Type 'a' is not 'b'.", []]);
    expect(second).toMatch(/^- line 9, warning: x{399}…$/);
  });
  it("nothing without problems", () => {
    expect(describeProblems([])).toBe("");
  });
});
