import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { engineOptions, loadModel } from "../../../src/cli/engine.ts";
import type { EngineRequest } from "../../../src/cli/engineRequest.ts";
import { Interrupts } from "../../../src/cli/interrupts.ts";
import { JsonOutput } from "../../../src/cli/output/json.ts";
import type { OpenaiServer } from "../../../src/common/openaiServer.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { deadOrigin, fileServer, serve } from "../models/support/fileServer.ts";
import { temporaryFolder } from "../models/support/folder.ts";
import { modelOf, testContent } from "../models/support/model.ts";
import { contractErrors } from "./schema.ts";
import { collectWritten } from "./support/console.ts";

const content = testContent(50_000);
const request: EngineRequest = {
  model: "test",
  draft: null,
  contextSize: "auto",
  kvType: "auto",
  threads: 1,
  gpu: "off",
  speculation: "auto",
  thinkingFormat: null,
  promptCacheSize: 0,
  server: null,
  chooseBackend: false,
};

let interrupts: Interrupts;
beforeEach(() => {
  interrupts = new Interrupts();
});
afterEach(() => {
  interrupts.dispose();
  vi.unstubAllEnvs();
});

function setUp() {
  const folder = temporaryFolder();
  const models = [modelOf(content, { id: "test", draft: "small" }), modelOf(content, { id: "small", draft: null })];
  const lines: Record<string, unknown>[] = [];
  const output = new JsonOutput(
    (text) => lines.push(JSON.parse(text)),
    () => {},
  );
  const store = new ModelStore({ folder, models });
  return { context: { store, output, interrupts, verbose: false }, lines, store, folder };
}

test("a model of the catalogue that is missing is fetched, with lines of the contract; a second time it is just used", async () => {
  const server = await fileServer(serve(content));
  vi.stubEnv("HF_ENDPOINT", server.origin);
  const { context, lines, store } = setUp();
  const [model] = store.models;
  const params = await loadModel(request, context);
  expect(params).toMatchObject({ target: { id: "test", path: store.path(model!) }, draft: null, strict: false });
  expect(lines.map(contractErrors).filter(Boolean)).toEqual([]);
  expect(lines[0]).toMatchObject({ phase: "download", state: "connecting" });
  expect(lines.at(-1)).toMatchObject({ state: "done", receivedBytes: content.length });
  lines.length = 0;
  expect(await loadModel(request, context)).toEqual(params);
  expect(lines).toEqual([]);
});

test("the draft model of the catalogue is fetched only when the mode needs it", async () => {
  const server = await fileServer(serve(content), serve(content));
  vi.stubEnv("HF_ENDPOINT", server.origin);
  const { context } = setUp();
  const params = await loadModel({ ...request, speculation: "draft" }, context);
  expect(params.draft?.id).toBe("small");
  expect(server.requests).toHaveLength(2);
  expect((await loadModel({ ...request, speculation: "strict" }, context)).strict).toBe(true);
  await expect(loadModel({ ...request, model: "small", speculation: "draft" }, context)).rejects.toMatchObject({
    code: "usage",
    hint: expect.stringContaining("--draft"),
  });
});

test("offline, interrupted, and a path that is not there", async () => {
  const { context, folder } = setUp();
  vi.stubEnv("HF_ENDPOINT", await deadOrigin());
  await expect(loadModel(request, context)).rejects.toMatchObject({ code: "offline" });
  const path = join(folder, "missing.gguf");
  await expect(loadModel({ ...request, model: path }, context)).rejects.toMatchObject({ code: "modelNotFound" });
  writeFileSync(path, "text");
  await expect(loadModel({ ...request, model: path }, context)).rejects.toMatchObject({ code: "notGguf" });
  process.emit("SIGINT", "SIGINT");
  await expect(loadModel(request, context)).rejects.toMatchObject({ code: "cancelled" });
  expect(interrupts.status).toBe(130);
});

test("a file whose name is no path by itself is that file; an id stays the id", async () => {
  const { context } = setUp();
  const folder = temporaryFolder();
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  writeFileSync("README.md", "# Words");
  const words = { code: "notGguf", message: expect.stringContaining("README.md is not a GGUF file") };
  await expect(loadModel({ ...request, model: "README.md" }, context)).rejects.toMatchObject(words);
  mkdirSync("folder");
  await expect(loadModel({ ...request, model: "folder" }, context)).rejects.toMatchObject({ code: "unknownModel" });
  writeFileSync("test", "text");
  vi.stubEnv("HF_ENDPOINT", await deadOrigin());
  await expect(loadModel(request, context)).rejects.toMatchObject({ code: "offline" });
});

test("how much is kept of prompts goes with the load, and whether it is the user's choice", async () => {
  const { context } = setUp();
  const server: OpenaiServer = { kind: "openai", endpoint: "http://127.0.0.1:9", apiKey: null, others: [] };
  const asked = { ...request, server, promptCacheSize: 2 };
  const byDefault = await loadModel({ ...asked, promptCacheByDefault: true }, context);
  expect(byDefault).toMatchObject({ promptCacheBytes: 2e6, promptCacheByDefault: true });
  expect(await loadModel(asked, context)).not.toHaveProperty("promptCacheByDefault");
});

test("the engine's log is written where it is wanted, without control characters", () => {
  const written = collectWritten();
  onTestFinished(() => void vi.restoreAllMocks());
  const { context } = setUp();
  engineOptions(context).onLog("info", "unwanted");
  engineOptions({ ...context, verbose: true }).onLog("info", "general.name str = T\x1b]0;t\x07");
  expect(written.errors).toBe("[info] general.name str = T]0;t\n");
});
