import { expect, it, vi } from "vitest";

/** Stands for VS Code's own class: what counts is that nothing else is taken for one. */
class Uri {}
vi.mock("vscode", () => ({ Uri }));

const { rootOf } = await import("../../../src/host/git.ts");

it("the repository is that of the menu, and nothing where another thing is passed or none", () => {
  const rootUri = new Uri();
  expect(rootOf({ id: "git", label: "Git", rootUri })).toBe(rootUri);
  for (const other of [undefined, null, {}, "git", 3, { rootUri: "/w" }, { rootUri: null }, rootUri])
    expect(rootOf(other)).toBe(undefined);
});
