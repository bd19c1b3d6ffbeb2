/** What git itself writes, under settings that people have. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { splitPatch } from "../../../../src/features/actions/patch.ts";

let folder = "";
/** Without the settings of whoever runs the tests. */
function git(...args: string[]): string {
  const author = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgSign=false"];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync("git", [...author, ...args], { cwd: folder, env, encoding: "utf8" });
}
function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hunch-patch-"));
  git("init", "-q");
  for (const file of ["größe.ts", "src/b.ts", "a/two words.ts", "gone.ts", "old.ts"]) write(file, `${file}\n2\n3\n4\n`);
  write("c.png", "\0");
  git("add", ".");
  git("commit", "-qm", "one");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("splitPatch", () => {
  it.each([
    ["as git is by itself", []],
    ["with letters that tell what is compared", ["-c", "diff.mnemonicPrefix=true"]],
    ["without letters", ["-c", "diff.noprefix=true"]],
    ["with names as they are", ["-c", "core.quotePath=false"]],
  ])("names the files %s", (_name, settings) => {
    git("reset", "-q", "--hard");
    for (const file of ["größe.ts", "src/b.ts", "a/two words.ts"]) write(file, "++ b/x\n");
    write("c.png", "\0\0");
    git("mv", "old.ts", "größer.ts");
    git("rm", "-q", "gone.ts");
    const { files, textless } = splitPatch(git(...settings, "diff", "HEAD"));
    const named = [...files.map(({ label }) => label), ...textless].sort();
    expect(named).toEqual(["a/two words.ts", "c.png", "gone.ts", "größe.ts", "größer.ts", "src/b.ts"]);
  });

  it("tells the files of a merge with conflicts apart", () => {
    git("reset", "-q", "--hard");
    git("checkout", "-qb", "other");
    const files = ["größe.ts", "src/b.ts"];
    for (const file of files) write(file, "1\nother\n3\n");
    git("commit", "-qam", "other");
    git("checkout", "-q", "-");
    for (const file of files) write(file, "1\nmine\n3\n");
    git("commit", "-qam", "mine");
    expect(() => git("merge", "other")).toThrow();
    expect(splitPatch(git("diff", "--cached"))).toEqual({ files: [], textless: [] });
    const split = splitPatch(git("diff"));
    expect(split.files.map(({ label, changed }) => [label, changed])).toEqual(
      files.map((label) => [label, { startLine: 1, endLine: 7 }]),
    );
    expect(split.files[0]?.code).not.toContain("src/b.ts");
  });
});
