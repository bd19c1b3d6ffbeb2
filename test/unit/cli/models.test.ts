import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { modelsCommand } from "../../../src/cli/models.ts";
import { catalogue, defaultModelId, findModel } from "../../../src/models/catalogue.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { deadOrigin, fileServer, serve } from "../models/support/fileServer.ts";
import { temporaryFolder } from "../models/support/folder.ts";
import { tinyModel } from "../models/support/ggufFile.ts";
import { collectWritten, hideCursor, liveErrors, showCursor, type Written } from "./support/console.ts";

let folder = "";
let written: Written;

beforeEach(() => {
  const home = temporaryFolder();
  folder = join(home, "models");
  vi.stubEnv("HUNCH_MODELS", folder);
  vi.stubEnv("HOME", home);
  for (const name of ["XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "LLAMA_CACHE", "OLLAMA_MODELS"])
    vi.stubEnv(name, undefined);
  written = collectWritten();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function run(...args: string[]): Promise<unknown> {
  return modelsCommand().parseAsync(args, { from: "user" });
}

function jsonLines(): Record<string, unknown>[] {
  return written.output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Puts bytes where the model belongs. */
function put(id: string, content: Buffer, suffix = ""): string {
  const path = `${new ModelStore().path(findModel(id))}${suffix}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

test("list shows the catalogue in columns, and what is here of it", async () => {
  put("qwen3-8b", Buffer.alloc(1_000_000), ".part");
  await run();
  const lines = written.output.split("\n");
  expect(lines[0]).toMatch(/^id +size +memory +thinking +licence +here$/);
  expect(lines.slice(1, catalogue.length + 1).map((line) => line.split(" ")[0])).toEqual(catalogue.map(({ id }) => id));
  expect(lines.find((line) => line.startsWith("qwen3-8b "))).toMatch(
    /5\.03 GB +6\.54 GB, .* trained +Apache-2\.0 +0 %/,
  );
  expect(written.output).toMatch(/memory are free/);
});

test("list --json writes one object a line", async () => {
  put("qwen3-8b", Buffer.alloc(1_000), ".part");
  await run("list", "--json");
  const lines = jsonLines();
  expect(lines.map((line) => line.id)).toEqual(catalogue.map(({ id }) => id));
  expect(lines.find((line) => line.id === "qwen3-8b")).toMatchObject({
    bytes: 5_027_783_488,
    installed: false,
    partialBytes: 1_000,
    draft: "qwen3-0.6b",
    fit: expect.stringMatching(/^(fits|tight|tooBig)$/),
  });
});

test("path names the folder, or the file of a model", async () => {
  await run("path");
  await run("path", defaultModelId, "--json");
  const [first, second] = written.output.trimEnd().split("\n");
  expect(first).toBe(folder);
  expect(JSON.parse(second!)).toEqual({ path: new ModelStore().path(findModel(defaultModelId)), installed: false });
});

test("discover lists models of other programs", async () => {
  const path = join(process.env.HOME!, ".lmstudio/models/p/r/Mine.gguf");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, tinyModel());
  writeFileSync(join(dirname(path), "broken.gguf"), "no");
  await run("discover");
  expect(written.output).toMatch(/Mine +llama +Q4_K_M +.* +LM Studio +.*Mine\.gguf/);
  expect(written.output).toContain("1 more file is no usable model");
  written.output = "";
  await run("discover", "--json");
  expect(jsonLines()).toMatchObject([
    { type: "model", path, foundIn: "LM Studio", architecture: "llama" },
    { type: "skipped", reason: expect.stringContaining("not a GGUF file") },
  ]);
});

test.skipIf(process.platform === "win32")("discover shows names without control characters", async () => {
  const path = join(process.env.HOME!, ".lmstudio/models/p/r/Mi\x1b]0;t\x07ne.gguf");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, tinyModel());
  await run("discover");
  expect(written.output).toMatch(/^Mi]0;tne +llama .*Mi]0;tne\.gguf$/m);
  expect(written.output).not.toContain("\x1b");
});

test("discover says what to do when there is nothing", async () => {
  await run("discover");
  expect(written.output).toContain("hunch models list");
});

test("verify and download reject what they cannot do", async () => {
  await expect(run("verify", "qwen3-8b")).rejects.toMatchObject({ code: "modelNotFound" });
  await expect(run("verify", "nonsense")).rejects.toMatchObject({ code: "unknownModel" });
  await expect(run("download", "nonsense")).rejects.toMatchObject({ code: "unknownModel" });
  put("qwen3-8b", Buffer.from("cut"));
  await expect(run("verify", "qwen3-8b")).rejects.toMatchObject({ code: "modelTruncated" });
});

test("what takes an id only says so of a path, and does not advise one", async () => {
  for (const command of ["verify", "download", "path"]) {
    await expect(run(command, "/x/y.gguf")).rejects.toMatchObject({
      code: "usage",
      message: '"/x/y.gguf" is a path; this command takes an id of the catalogue.',
    });
    await expect(run(command, "qwen")).rejects.toMatchObject({ hint: expect.stringMatching(/^Did you mean [^?]*\?$/) });
  }
});

test("Ctrl-C stops a check of gigabytes, gives the cursor back, and leaves no handler behind", async () => {
  liveErrors();
  const { bytes } = findModel("qwen3-8b");
  // A hole in a file takes no space.
  truncateSync(put("qwen3-8b", Buffer.alloc(1)), bytes!);
  const handlers = process.listenerCount("SIGINT");
  const verifying = expect(run("verify", "qwen3-8b")).rejects.toMatchObject({
    code: "cancelled",
    message: "The check of Qwen3 8B was stopped.",
  });
  await expect.poll(() => written.errors, { timeout: 10_000 }).toContain(hideCursor);
  process.emit("SIGINT", "SIGINT");
  await verifying;
  expect(written.errors.lastIndexOf(showCursor)).toBeGreaterThan(written.errors.lastIndexOf(hideCursor));
  expect(process.listenerCount("SIGINT")).toBe(handlers);
});

test("a download that fails tells on standard error how it went, and leaves no handler of Ctrl-C behind", async () => {
  const server = await fileServer(serve(Buffer.from("another file")));
  vi.stubEnv("HF_ENDPOINT", server.origin);
  const handlers = process.listenerCount("SIGINT");
  await expect(run("download", "qwen3-0.6b")).rejects.toMatchObject({ code: "checksumMismatch" });
  expect(server.requests[0]!.url).toMatch(/^\/Qwen\/Qwen3-0\.6B-GGUF\/resolve\/[0-9a-f]{40}\/Qwen3-0\.6B-Q8_0\.gguf$/);
  expect(written.errors).toMatch(/Downloading Qwen3 0\.6B, 639 MB, licence Apache-2\.0/);
  expect(written.errors).toContain("its file has 12 bytes, not 639446688");
  expect(written.output).toBe("");
  expect(process.listenerCount("SIGINT")).toBe(handlers);
});

test("download --json writes its progress as the other commands do", async () => {
  const server = await fileServer(serve(Buffer.from("another file")));
  vi.stubEnv("HF_ENDPOINT", server.origin);
  await expect(run("download", "qwen3-0.6b", "--json")).rejects.toThrow();
  expect(jsonLines()[0]).toMatchObject({
    type: "progress",
    phase: "download",
    model: "qwen3-0.6b",
    state: "connecting",
    totalBytes: 639_446_688,
  });
});

test("a download asks the publisher through the proxy that the environment names", async () => {
  const { host } = new URL(await deadOrigin());
  vi.stubEnv("HTTPS_PROXY", `http://${host}`);
  for (const name of ["https_proxy", "NO_PROXY", "no_proxy"]) vi.stubEnv(name, undefined);
  // Without Python there is no mirror either.
  vi.stubEnv("PATH", folder);
  await expect(run("download", defaultModelId)).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining(`by the proxy ${host}`),
  });
});
