import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { llamaServerCommand } from "../../../src/cli/llamaServer.ts";
import { thisUser } from "../../../src/models/folder.ts";
import { installedProgram, llamaServerName } from "../../../src/models/llamaServer/release.ts";
import { fakeProgram } from "../models/support/fakePrograms.ts";
import { temporaryFolder } from "../models/support/folder.ts";
import { collectWritten, type Written } from "./support/console.ts";

let written: Written;
/** On PATH, the only folder there, and empty. */
let bin = "";

beforeEach(() => {
  bin = temporaryFolder();
  vi.stubEnv("XDG_CACHE_HOME", temporaryFolder());
  vi.stubEnv("HUNCH_LLAMA_SERVER", undefined);
  vi.stubEnv("PATH", bin);
  written = collectWritten();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function run(...args: string[]): Promise<unknown> {
  return llamaServerCommand().parseAsync(args, { from: "user" });
}

/** As if it had been built. */
function built(): string {
  const program = installedProgram(thisUser());
  mkdirSync(dirname(program), { recursive: true });
  return fakeProgram(dirname(program), llamaServerName, "exit 0");
}

describe.skipIf(process.platform !== "linux")("llama-server (the cache folder is stubbed as Linux has it)", () => {
  test("says which one is used, and from where", async () => {
    const ours = built();
    await run();
    expect(written.output).toBe(`${ours} (built by hunch llama-server install)\n`);
    written.output = "";
    const onPath = fakeProgram(bin, llamaServerName, "exit 0");
    await run();
    expect(written.output).toBe(`${onPath} (on PATH)\n`);
    written.output = "";
    const named = fakeProgram(temporaryFolder(), "named", "exit 0");
    vi.stubEnv("HUNCH_LLAMA_SERVER", named);
    await run("show", "--json");
    expect(JSON.parse(written.output)).toEqual({ program: named, foundIn: "environment" });
  });

  test("where there is none, the error names the command that gets one", async () => {
    await expect(run()).rejects.toMatchObject({
      code: "llamaServerMissing",
      hint: expect.stringMatching(/hunch llama-server install/),
    });
    expect(written.output).toBe("");
  });

  test("install gives the path of the one that is there, and says which comes first", async () => {
    const ours = built();
    const onPath = fakeProgram(bin, llamaServerName, "exit 0");
    await run("install");
    expect(written.output).toBe(`${ours}\n`);
    expect(written.errors).toBe(`Note: ${onPath} (on PATH) comes first.\n`);
    written.output = "";
    await run("install", "--json");
    expect(JSON.parse(written.output)).toEqual({ type: "done", path: ours });
  });

  test("install says first that the one that is named can not be started", async () => {
    built();
    vi.stubEnv("HUNCH_LLAMA_SERVER", "/no/such/program");
    await expect(run("install")).rejects.toMatchObject({ message: expect.stringContaining("/no/such/program") });
    expect(written.output).toBe("");
  });

  test("install tells what it needs, and leaves no handler of Ctrl-C behind", async () => {
    const handlers = process.listenerCount("SIGINT");
    await expect(run("install")).rejects.toMatchObject({
      code: "backendUnavailable",
      message: expect.stringMatching(/CMake/),
    });
    expect(process.listenerCount("SIGINT")).toBe(handlers);
  });

  test("install tells how far it is: each step once, in lines or as JSON", async () => {
    for (const name of ["cmake", "c++", "make"]) fakeProgram(bin, name, "exit 0");
    // A pip that is there and finds nothing.
    fakeProgram(
      bin,
      "python3",
      'case "$*" in *--version*) exit 0;; esac; echo "ERROR: No matching distribution" >&2; exit 1',
    );
    await expect(run("install")).rejects.toMatchObject({
      code: "downloadFailed",
      message: expect.stringMatching(/No matching distribution/),
    });
    expect(written.errors).toMatch(/^llama-server: downloading its source\n/);
    expect(written.output).toBe("");
    await expect(run("install", "--json")).rejects.toMatchObject({ code: "downloadFailed" });
    const [first = ""] = written.output.split("\n");
    expect(JSON.parse(first)).toEqual({
      type: "progress",
      phase: "llama-server",
      state: "downloading",
      progress: null,
    });
  });
});
