import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { thisUser } from "../../../../src/models/folder.ts";
import {
  findLlamaServer,
  llamaServerHere,
  llamaServerOnPath,
  locateLlamaServer,
} from "../../../../src/models/llamaServer/find.ts";
import { installedProgram, llamaServerName as name } from "../../../../src/models/llamaServer/release.ts";

let folder: string;
/** A user without a llama-server; both variables, for every platform's cache folder. */
let bare: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hunch-find-"));
  bare = { PATH: "", XDG_CACHE_HOME: join(folder, "cache"), LOCALAPPDATA: join(folder, "cache") };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(...parts: string[]): string {
  return programAt(join(folder, ...parts));
}

function programAt(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, 0o755);
  return path;
}

test("the configured one, then the environment's, then the first on PATH", () => {
  const [a, b, c] = [program("a"), program("b"), program("bin", name)];
  mkdirSync(join(folder, "other", name), { recursive: true });
  const places = ["relative", join(folder, "none"), join(folder, "other"), join(folder, "bin")];
  const env = { ...bare, PATH: places.join(delimiter) };
  expect(findLlamaServer(a, { ...env, HUNCH_LLAMA_SERVER: b })).toBe(a);
  expect(findLlamaServer(" ", { ...env, HUNCH_LLAMA_SERVER: b })).toBe(b);
  expect(findLlamaServer("", env)).toBe(c);
  expect(llamaServerOnPath(env)).toBe(c);
});

// On a Mac the cache folder is always that of the home.
test.skipIf(process.platform === "darwin")("the one that Hunch built comes last, after all that the user chose", () => {
  const built = programAt(installedProgram({ ...thisUser(), env: bare }));
  const chosen = program("chosen");
  const onPath = program("bin", name);
  const path = join(folder, "bin");
  expect(locateLlamaServer("", bare)).toEqual({ program: built, foundIn: "Hunch" });
  expect(locateLlamaServer("", { ...bare, PATH: path })).toEqual({ program: onPath, foundIn: "PATH" });
  const named = { ...bare, PATH: path, HUNCH_LLAMA_SERVER: chosen };
  expect(locateLlamaServer("", named)).toEqual({ program: chosen, foundIn: "environment" });
  expect(locateLlamaServer(chosen, bare)).toEqual({ program: chosen, foundIn: "settings" });
});

test("what can not be started is said, never replaced by another one", () => {
  const env = { ...bare, PATH: join(folder, "bin") };
  program("bin", name);
  expect(() => findLlamaServer("llama-server", env)).toThrow(/absolute path/);
  expect(() => findLlamaServer(join(folder, "none"), env)).toThrow(/no program/);
  expect(llamaServerOnPath({})).toBeNull();
});

test("who can do without learns what is wrong with the one that is named, also where another is on PATH", () => {
  const onPath = program("bin", name);
  const env = { ...bare, PATH: join(folder, "bin") };
  expect(llamaServerHere("", env)).toEqual({ program: onPath, problem: null });
  const wrong = { program: null, problem: expect.objectContaining({ code: "backendUnavailable" }) };
  expect(llamaServerHere(join(folder, "none"), env)).toEqual(wrong);
  expect(llamaServerHere("", { ...env, HUNCH_LLAMA_SERVER: join(folder, "none") })).toEqual(wrong);
});

test.skipIf(process.platform === "darwin")("where there is none, who can do without is told that alone", () => {
  expect(llamaServerHere("", bare)).toEqual({ program: null, problem: null });
});

test.skipIf(process.platform === "darwin")("where there is none, the error says how to get one", () => {
  expect(() => findLlamaServer("", bare)).toThrow(
    expect.objectContaining({
      code: "llamaServerMissing",
      message: expect.stringMatching(/no llama-server on PATH/),
      hint: expect.stringMatching(/“Hunch: Get llama-server”.*hunch llama-server install.*HUNCH_LLAMA_SERVER/),
    }),
  );
});
