import { expect, it, vi } from "vitest";

/** Stands for VS Code's own class: what counts is that nothing else is taken for one. */
class Uri {}
/** What git says, by whether it is asked for what is staged. */
let diffs = { staged: "", unstaged: "" };
vi.mock("vscode", () => {
  const diff = async (staged: boolean) => (staged ? diffs.staged : diffs.unstaged);
  const repositories = [{ rootUri: { path: "/w/shop" }, diff }];
  const git = { isActive: true, exports: { enabled: true, getAPI: () => ({ repositories }) } };
  return { Uri, extensions: { getExtension: () => git } };
});

const { rootOf, uncommittedChanges } = await import("../../../src/host/git.ts");

it("the repository is that of the menu, and nothing where another thing is passed or none", () => {
  const rootUri = new Uri();
  expect(rootOf({ id: "git", label: "Git", rootUri })).toBe(rootUri);
  for (const other of [undefined, null, {}, "git", 3, { rootUri: "/w" }, { rootUri: null }, rootUri])
    expect(rootOf(other)).toBe(undefined);
});

it.each([
  ["what is staged", { staged: "diff --git a/a b/a\n", unstaged: "diff --git a/b b/b\n" }, "staged"],
  ["else what is changed", { staged: "", unstaged: "diff --git a/b b/b\n" }, "unstaged"],
  ["of conflicts too", { staged: "* Unmerged path src/b.ts\n", unstaged: "diff --cc src/b.ts\n" }, "unstaged"],
  [
    "what is staged beside conflicts",
    { staged: "* Unmerged path b\ndiff --git a/a b/a\n", unstaged: "diff --cc b\n" },
    "staged",
  ],
] as const)("the changes are %s", async (_name, said, expected) => {
  diffs = said;
  expect(await uncommittedChanges(undefined, "")).toMatchObject({ repository: "shop", patch: said[expected] });
});
