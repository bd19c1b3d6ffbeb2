import { describe, expect, it } from "vitest";
import { IgnoreRules } from "../../../../src/features/workspaceIndex/ignoreRules.ts";
import { fileVersion, isSourceText } from "../../../../src/features/workspaceIndex/sourceText.ts";

describe("IgnoreRules", () => {
  const rules = new IgnoreRules([
    { folder: "packages/app", text: "!keep.log\n/local\n" },
    { folder: "", text: "*.log\ndist/\n# a comment\n/top.txt\n" },
  ]);

  it.each([
    ["a.log", true],
    ["src/deep/b.log", true],
    ["dist/bundle.js", true],
    ["packages/app/dist/bundle.js", true],
    ["src/dist.ts", false],
    ["top.txt", true],
    ["src/top.txt", false],
    ["packages/app/keep.log", false],
    ["packages/app/other.log", true],
    ["packages/application/keep.log", true],
    ["packages/app/local", true],
    ["packages/app/src/local", false],
  ])("%s: %s", (path, isIgnored) => expect(rules.ignores(path)).toBe(isIgnored));

  it.each([
    [
      "names, anywhere or at the top",
      "target/\n/dist\n.venv\nnode_modules\r\n",
      "",
      "**/target/** dist **/.venv **/node_modules",
    ],
    ["nothing with wildcards, paths, comments", "*.log\nout*/\na/b\n# c\n\n!\n..\n", "", ""],
    ["nothing that is taken back", "dist\nout\nbuild/\n!/out/\n", "!packages/*/dist\n", "**/build/**"],
    ["what has only something in it taken back", "dist/\n!dist/keep.txt\n", "", "**/dist/**"],
  ])("of folders leaves out from the start %s", (_, top, nested, expected) => {
    const files = [
      { folder: "", text: top },
      { folder: "packages", text: nested },
    ];
    expect(new IgnoreRules(files).foldersIn("").join(" ")).toBe(expected);
  });

  it("leaves out of a folder below the top only what is meant anywhere", () => {
    const rules = new IgnoreRules([{ folder: "", text: "/dist\ntarget\n" }]);
    expect(rules.foldersIn("packages/app")).toEqual(["**/target"]);
  });

  it("ignores nothing without rules", () => expect(new IgnoreRules([]).ignores("a/b.ts")).toBe(false));
});

describe("source text", () => {
  it.each([
    ["code", "function f() {\n  return 1;\n}\n", true],
    ["an empty file", " \n\n", false],
    ["a binary file", "PNG\0\0data", false],
    ["minified code", `${"a=b;".repeat(200)}\n`, false],
  ])("%s", (_, text, isSource) => expect(isSourceText(text)).toBe(isSource));

  it("has another version when it was changed", () => {
    const version = fileVersion({ mtime: 1_700_000_000_000, size: 10 });
    expect(fileVersion({ mtime: 1_700_000_000_000, size: 10 })).toBe(version);
    expect(fileVersion({ mtime: 1_700_000_000_001, size: 10 })).not.toBe(version);
    expect(fileVersion({ mtime: 1_700_000_000_000, size: 11 })).not.toBe(version);
  });
});
