import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadCompiled } from "../../../src/host/compiledCode.ts";

const require = createRequire(import.meta.url);
let root: string;
let kept: string;
let file: string;
beforeEach(() => {
  vi.useFakeTimers();
  root = mkdtempSync(join(tmpdir(), "hunch-compiled-"));
  kept = join(root, "kept");
  file = join(root, "bundle.cjs");
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

function load(source: string): unknown {
  writeFileSync(file, source);
  const exported = loadCompiled(file, kept, require);
  vi.runAllTimers();
  return exported;
}

const answer = (value: string) =>
  `const path = require("node:path"); exports.name = () => [path.basename(__filename), __dirname, "${value}"];`;
const name = (exported: unknown) => (exported as { name(): string[] }).name();

describe("a bundle loaded with compiled code", () => {
  it("gets what a CommonJS module gets, and is the same from what was kept", () => {
    const expected = ["bundle.cjs", root, "a"];
    expect(name(load(answer("a")))).toEqual(expected);
    const [only, ...more] = readdirSync(kept);
    expect(more).toEqual([]);
    const wrapped = `(function (exports, require, module, __filename, __dirname) {${answer("a")}\n})`;
    const cachedData = readFileSync(join(kept, only!));
    expect(new Script(wrapped, { filename: file, cachedData }).cachedDataRejected).toBe(false);
    const timers = vi.spyOn(globalThis, "setTimeout");
    expect(name(load(answer("a")))).toEqual(expected);
    expect(timers).not.toHaveBeenCalled();
  });

  it("is never run from what was kept for another, be it of the same length", () => {
    load(answer("a"));
    expect(name(load(answer("b")))).toEqual(["bundle.cjs", root, "b"]);
    expect(readdirSync(kept)).toHaveLength(1);
  });

  it("is compiled where what was kept is no compiled code, which is replaced", () => {
    // Of a source that this process has not compiled yet: V8 would not look at what was kept.
    const source = answer("torn");
    const entry = join(kept, `compiled-${createHash("sha256").update(source).digest("hex").slice(0, 16)}`);
    mkdirSync(kept);
    writeFileSync(entry, "torn");
    expect(name(load(source))).toEqual(["bundle.cjs", root, "torn"]);
    expect(readFileSync(entry).length).toBeGreaterThan(100);
  });

  it("is loaded where nothing can be kept, which is said", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    writeFileSync(kept, "a file where the folder would be");
    expect(name(load(answer("a")))).toEqual(["bundle.cjs", root, "a"]);
    expect(warn).toHaveBeenCalledOnce();
  });

  it("throws what the bundle throws", () => {
    expect(() => load('throw new Error("of its own");')).toThrow("of its own");
  });
});
