import { utimesSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { identityOf, identityOfProgram } from "../../../src/cli/identity.ts";
import { fakeProgram } from "../models/support/fakePrograms.ts";
import { temporaryFolder } from "../models/support/folder.ts";

function file(text: string, changed: string): string {
  const path = join(temporaryFolder(), "model.gguf");
  writeFileSync(path, text);
  utimesSync(path, new Date(changed), new Date(changed));
  return path;
}

test("files of one name are told apart by size and time, and no folder is in what is said", async () => {
  const [one, same, later, longer] = await Promise.all(
    [file("a", "2026-01-01"), file("b", "2026-01-01"), file("a", "2026-01-02"), file("aa", "2026-01-01")].map((path) =>
      identityOf(path),
    ),
  );
  expect(one).toBe("1 bytes of 2026-01-01T00:00:00.000Z");
  expect(same).toBe(one);
  expect(new Set([one, later, longer]).size).toBe(3);
});

test("a SHA-256 that is known tells it, and nothing where there is no file", async () => {
  expect(await identityOf(file("a", "2026-01-01"), "0abc")).toBe("SHA-256 0abc");
  expect(await identityOf(join(temporaryFolder(), "none.gguf"))).toBeNull();
});

test.skipIf(process.platform === "win32")("a program is the one that its name starts: the first on PATH", async () => {
  const [empty, first, second] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const path = fakeProgram(first, "a-server", "exit 0");
  const other = fakeProgram(second, "a-server", "exit 10");
  const env = { PATH: [empty, first, second].join(delimiter) };
  expect(await identityOfProgram("a-server", env)).toBe(await identityOf(path));
  expect(await identityOfProgram(other, env)).toBe(await identityOf(other));
  expect(await identityOf(path)).not.toBe(await identityOf(other));
  expect(await identityOfProgram("another-server", env)).toBeNull();
});
