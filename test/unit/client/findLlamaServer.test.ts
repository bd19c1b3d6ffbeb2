import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findLlamaServer, llamaServerOnPath } from "../../../src/client/findLlamaServer.ts";

let folder: string;
const name = process.platform === "win32" ? "llama-server.exe" : "llama-server";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hunch-find-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(...parts: string[]): string {
  const path = join(folder, ...parts);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, 0o755);
  return path;
}

test("the configured one, then the environment's, then the first on PATH", () => {
  const [a, b, c] = [program("a"), program("b"), program("bin", name)];
  mkdirSync(join(folder, "other", name), { recursive: true });
  const env = { PATH: ["relative", join(folder, "none"), join(folder, "other"), join(folder, "bin")].join(delimiter) };
  expect(findLlamaServer(a, { ...env, HUNCH_LLAMA_SERVER: b })).toBe(a);
  expect(findLlamaServer(" ", { ...env, HUNCH_LLAMA_SERVER: b })).toBe(b);
  expect(findLlamaServer("", env)).toBe(c);
  expect(llamaServerOnPath(env)).toBe(c);
});

test("what can not be started is said, never replaced by another one", () => {
  const env = { PATH: join(folder, "bin") };
  program("bin", name);
  expect(() => findLlamaServer("llama-server", env)).toThrow(/absolute path/);
  expect(() => findLlamaServer(join(folder, "none"), env)).toThrow(/no program/);
  expect(() => findLlamaServer("", { PATH: "" })).toThrow(/no llama-server on PATH/);
  expect(llamaServerOnPath({})).toBeNull();
});
