/** The engine as the editor uses it, with the real supervisor and the fake engine's process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { Emitter } from "../../../src/common/emitter.ts";
import { type SettingKey, type Settings, settingDefinitions } from "../../../src/common/settings.ts";
import type { EngineServices } from "../../../src/host/engine.ts";

vi.mock("vscode", async () => ({
  ...(await import("./eventEmitter.ts")),
  Uri: { joinPath: (folder: string, name: string) => ({ fsPath: name === "dist" ? fakeEngine : join(folder, name) }) },
  workspace: { getConfiguration: () => ({ get: () => undefined }) },
}));
const fakeEngine = fileURLToPath(new URL("../client/fakeEngine.mjs", import.meta.url));

const { Engine } = await import("../../../src/host/engine.ts");

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const defaults = Object.fromEntries(
  Object.entries(settingDefinitions).map(([key, definition]) => [key, definition.default]),
) as unknown as Settings;

/** An engine of its own, with settings that `change` changes as the user does. */
function editor(chosen: Partial<Settings> = {}) {
  const storage = mkdtempSync(join(tmpdir(), "hunch-host-"));
  ends.push(() => rmSync(storage, { recursive: true, force: true }));
  const current: Settings = { ...defaults, model: "/model.gguf", backend: "embedded", sharedEngine: false, ...chosen };
  const changes = new Emitter<SettingKey[]>();
  const log: string[] = [];
  const engine = new Engine({
    extension: { extensionUri: "", globalStorageUri: storage, secrets: { get: async () => undefined } },
    log: { write: (level: string, message: string) => log.push(`${level} ${message}`) },
    settings: { current, onDidChange: changes.on },
    models: { resolve: async (path: string) => ({ id: path, path }) },
  } as unknown as EngineServices);
  ends.push(() => engine.dispose());
  const change = (part: Partial<Settings>) => {
    Object.assign(current, part);
    changes.fire(Object.keys(part) as SettingKey[]);
  };
  const prepare = () => engine.prepare({ onProgress: () => {}, signal: new AbortController().signal });
  return { engine, log, change, prepare };
}

test("who prepares hears that the load waits for its turn, before it hears how far it is", async () => {
  const { engine } = editor({ model: "waits" });
  const told: (number | null)[] = [];
  await engine.prepare({ onProgress: (progress) => told.push(progress), signal: new AbortController().signal });
  expect(told).toEqual([0, null, 0, 0.5, 1]);
});

test("the model takes memory that another one would have only where the engine's own process runs it", async () => {
  const { engine, change, prepare } = editor();
  expect(await engine.memoryBytes()).toBe(0);
  await prepare();
  expect(await engine.memoryBytes()).toBeGreaterThan(1e6);
  change({ backend: "llama-server", "llamaServer.path": process.execPath });
  await prepare();
  expect(await engine.memoryBytes()).toBe(0);
  change({ backend: "openai", endpoint: "http://127.0.0.1:1" });
  await prepare();
  expect(await engine.memoryBytes()).toBe(0);
});

test("an engine that is restarted has the log level that is set by then", async () => {
  const { engine, log, change, prepare } = editor({ logLevel: "info" });
  await prepare();
  change({ logLevel: "debug" });
  await engine.restart();
  expect(log).not.toContain("debug loads /model.gguf");
  await prepare();
  expect(log).toContain("debug loads /model.gguf");
});

test("a lower limit of evaluated prompts is told at once: the model in memory would keep what it holds", async () => {
  const { engine, log, change, prepare } = editor({ logLevel: "debug" });
  await prepare();
  change({ promptCacheSize: 0 });
  await engine.devices();
  expect(log).toContain("debug keeps 0 bytes");
});

test("other idle minutes count at once, for the model that is idle now", async () => {
  const { engine, log, change, prepare } = editor({ idleUnloadMinutes: 60 });
  await prepare();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  ends.push(() => vi.useRealTimers());
  /** Lets the minutes go by; whatever they have sent to the engine is answered before this is. */
  const pass = async (minutes: number) => {
    vi.advanceTimersByTime(minutes * 60_000);
    await await engine.whenIdle((client) => client.countTokens(""));
  };
  change({ idleUnloadMinutes: 5 });
  change({ idleUnloadMinutes: 0 });
  await pass(100);
  expect(engine.model).not.toBeNull();
  change({ idleUnloadMinutes: 5 });
  await pass(4);
  expect(engine.model).not.toBeNull();
  await pass(1);
  expect(engine.model).toBeNull();
  change({ idleUnloadMinutes: 1 });
  await pass(2);
  expect(log).toEqual(["info The model was dropped from memory after 5 idle minutes."]);
});

test("other idle minutes count for the model in memory too once the settings name another", async () => {
  const { engine, log, change, prepare } = editor({ idleUnloadMinutes: 0 });
  await prepare();
  change({ model: "/other.gguf" });
  expect(engine.model).toBeNull();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  ends.push(() => vi.useRealTimers());
  change({ idleUnloadMinutes: 5 });
  vi.advanceTimersByTime(5 * 60_000);
  await vi.waitFor(() => expect(log).toEqual(["info The model was dropped from memory after 5 idle minutes."]));
});
