import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** Stands for VS Code's own class: what counts is that nothing else is taken for one. */
class Uri {}
let folder: string;
/** The real git does the work; VS Code's extension only says where it is and which repositories there are. */
let program = "git";
vi.mock("vscode", () => {
  const exports = {
    enabled: true,
    getAPI: () => ({ git: { path: program }, repositories: [{ rootUri: { path: folder, fsPath: folder } }] }),
  };
  return { Uri, extensions: { getExtension: () => ({ isActive: true, exports }) }, l10n: {} };
});

const { rootOf, uncommittedChanges } = await import("../../../src/host/git.ts");

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: folder, stdio: "pipe" });
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const changes = () => uncommittedChanges(undefined, "");

beforeEach(async () => {
  program = "git";
  folder = await mkdtemp(join(tmpdir(), "hunch-git-"));
  git("init", "-q", "-b", "main");
  for (const name of ["a.py", "b.py"]) write(name, "old\n");
  git("add", ".");
  git("commit", "-q", "-m", "one");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("the repository is that of the menu, and nothing where another thing is passed or none", () => {
  const rootUri = new Uri();
  expect(rootOf({ id: "git", label: "Git", rootUri })).toBe(rootUri);
  for (const other of [undefined, null, {}, "git", 3, { rootUri: "/w" }, { rootUri: null }, rootUri])
    expect(rootOf(other)).toBe(undefined);
});

it("the changes are what is staged, else what is changed", async () => {
  expect(await changes()).toMatchObject({ repository: basename(folder), patch: "" });
  write("b.py", "new\n");
  expect((await changes())?.patch).toMatch(/^diff --git a\/b.py b\/b.py\n[\s\S]*\n-old\n\+new\n$/);
  write("a.py", "new\n");
  git("add", "a.py");
  expect((await changes())?.patch).toMatch(/^diff --git a\/a.py b\/a.py\n[\s\S]*\n-old\n\+new\n$/);
});

it("during a merge they are the conflicts, and what is staged beside them", async () => {
  git("checkout", "-q", "-b", "other");
  write("a.py", "theirs\n");
  git("commit", "-q", "-a", "-m", "theirs");
  git("checkout", "-q", "main");
  write("a.py", "ours\n");
  git("commit", "-q", "-a", "-m", "ours");
  expect(() => git("merge", "-q", "other")).toThrow();
  expect((await changes())?.patch).toMatch(/^diff --cc a.py\n/);
  write("b.py", "new\n");
  git("add", "b.py");
  expect((await changes())?.patch).toMatch(/^diff --git a\/b.py b\/b.py\n/m);
});

it("a user's colours and another program for differences change nothing", async () => {
  write("a.py", "new\n");
  const plain = await changes();
  git("config", "color.ui", "always");
  git("config", "diff.external", "echo");
  git("config", "diff.upper.textconv", "tr a-z A-Z <");
  write(".gitattributes", "*.py diff=upper\n");
  expect(await changes()).toEqual(plain);
});

it("where git says nothing, its words are told", async () => {
  write(".git/index", "not an index");
  await expect(changes()).rejects.toMatchObject({
    code: "backendUnavailable",
    message: expect.stringMatching(/: .*index/),
  });
  program = join(folder, "no-git");
  await expect(changes()).rejects.toMatchObject({ message: expect.stringContaining("ENOENT") });
});
