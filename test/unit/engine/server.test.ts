/** Stop while a server is being asked what it is: over a real connection to the engine, and a server that does not answer. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { openIndexRequest } from "../../../src/common/indexProtocol.ts";
import type { OpenaiServer } from "../../../src/common/openaiServer.ts";
import {
  generateRequest,
  initializeRequest,
  type LoadParams,
  limitPromptsNotification,
  loadProgressNotification,
  loadRequest,
  protocolVersion,
  serverModelsRequest,
} from "../../../src/common/protocol.ts";
import { IndexStore } from "../../../src/engine/cache/indexStore.ts";
import { Engine } from "../../../src/engine/engine.ts";
import { EngineServer } from "../../../src/engine/server.ts";
import { json } from "./backends/openai/fakeServer.ts";
import { loadParams, why } from "./backends/openai/params.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A client of the engine, let in. */
async function joined(engine: Engine): Promise<MessageConnection> {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const connection = createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
  new EngineServer(connection, { admit: () => engine, shutdown: async () => {}, retire: () => {} });
  connection.listen();
  const client = createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
  client.listen();
  stops.push(() => {
    client.dispose();
    connection.dispose();
  });
  await client.sendRequest(initializeRequest, {
    protocolVersion,
    client: "test",
    parentPid: process.pid,
    stateFolder: "",
    logLevel: "error",
  });
  return client;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hunch-server-"));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function newEngine(): Engine {
  return new Engine(newFolder());
}

/** Lists its models, busy or silent from the moment on that it is told to be. */
async function listing() {
  const state = { does: "answer" as "answer" | "busy" | "silent", asked: 0, url: "" };
  const server = createServer((_, response) => {
    state.asked++;
    if (state.does === "answer") json(response, 200, { data: [{ id: "m" }] });
    if (state.does === "busy") json(response, 503, {}, { "Retry-After": "20" });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

const openai = (endpoint: string, ...others: string[]): OpenaiServer => ({
  kind: "openai",
  endpoint,
  apiKey: null,
  others: others.map((other) => ({ endpoint: other, apiKey: null })),
});
const at = (endpoint: string, ...others: string[]): LoadParams => ({
  ...loadParams("m", endpoint),
  server: openai(endpoint, ...others),
});

/** Sends a request, and cancels it once the server was asked. */
async function stopped<R>(server: { asked: number }, send: (cancel: CancellationToken) => Promise<R>): Promise<R> {
  const before = server.asked;
  const cancel = new CancellationTokenSource();
  const answer = send(cancel.token);
  answer.catch(() => {});
  await vi.waitFor(() => expect(server.asked).toBeGreaterThan(before), { timeout: 10_000 });
  cancel.cancel();
  return answer;
}

const isCancelled = { data: { code: "cancelled" } };

test.each(["busy", "silent"] as const)(
  "a server that is %s: stopped is what the load and the list of models end with",
  async (does) => {
    const client = await joined(newEngine());
    const server = Object.assign(await listing(), { does });
    const { url } = server;
    for (const params of [at(url), at(url, url)]) {
      const load = stopped(server, (cancel) => client.sendRequest(loadRequest, params, cancel));
      await expect(load).rejects.toMatchObject(isCancelled);
    }
    const models = stopped(server, (cancel) => client.sendRequest(serverModelsRequest, openai(url), cancel));
    await expect(models).rejects.toMatchObject(isCancelled);
  },
);

test("so does a question whose model has to be loaded again, since another client's had taken its place", async () => {
  const engine = newEngine();
  const [first, second] = [await joined(engine), await joined(engine)];
  const [server, other] = [await listing(), await listing()];
  await first.sendRequest(loadRequest, at(server.url));
  await second.sendRequest(loadRequest, at(other.url));
  server.does = "silent";
  const asked = stopped(server, (cancel) => first.sendRequest(generateRequest, why("off"), cancel));
  await expect(asked).rejects.toMatchObject(isCancelled);
});

test("a load that waits for another client's is told so, and when its turn has come", async () => {
  const engine = newEngine();
  const [first, second] = [await joined(engine), await joined(engine)];
  const [server, other] = [Object.assign(await listing(), { does: "silent" as const }), await listing()];
  const told: [string, number | null][] = [];
  for (const [name, client] of Object.entries({ first, second }))
    client.onNotification(loadProgressNotification, ({ progress }) => void told.push([name, progress]));
  const cancel = new CancellationTokenSource();
  const blocking = first.sendRequest(loadRequest, at(server.url), cancel.token);
  await vi.waitFor(() => expect(server.asked).toBeGreaterThan(0), { timeout: 10_000 });
  const waiting = second.sendRequest(loadRequest, at(other.url));
  await vi.waitFor(() => expect(told).toEqual([["second", null]]), { timeout: 10_000 });
  cancel.cancel();
  await expect(blocking).rejects.toMatchObject(isCancelled);
  await waiting;
  expect(told).toEqual([
    ["second", null],
    ["second", 0],
  ]);
});

test("what is not stopped keeps its own error", async () => {
  const client = await joined(newEngine());
  await expect(client.sendRequest(loadRequest, at("http://127.0.0.1:9"))).rejects.toMatchObject({
    data: { code: "backendUnreachable" },
  });
});

test("a client that wants no evaluated prompts on the disk has them removed, whatever runs its model", async () => {
  const folder = newFolder();
  const kept = join(folder, "prompts", "of an earlier model.kv");
  const keep = () => {
    mkdirSync(join(folder, "prompts"), { recursive: true });
    writeFileSync(kept, "a conversation");
  };
  const engine = new Engine(folder);
  const [editor, terminal] = [await joined(engine), await joined(engine)];
  const { url } = await listing();
  keep();
  await terminal.sendRequest(loadRequest, at(url));
  await editor.sendRequest(loadRequest, { ...at(url), promptCacheBytes: 1e9 });
  expect(existsSync(kept)).toBe(true);
  await editor.sendRequest(loadRequest, { ...at(url), promptCacheBytes: 0 });
  expect(existsSync(kept)).toBe(false);
  // With the editor there, another client's wish brings nothing back.
  keep();
  await terminal.sendRequest(loadRequest, { ...at(url), promptCacheBytes: 1e9 });
  expect(existsSync(kept)).toBe(false);
});

test("nor do they stay when it says so without a load", async () => {
  const folder = newFolder();
  const kept = join(folder, "prompts", "kept.kv");
  mkdirSync(join(folder, "prompts"));
  writeFileSync(kept, "a conversation");
  const client = await joined(new Engine(folder));
  await client.sendNotification(limitPromptsNotification, { bytes: 0 });
  await vi.waitFor(() => expect(existsSync(kept)).toBe(false));
});

test("a limit that a client did not choose removes nothing of what others keep", async () => {
  const folder = newFolder();
  const prompts = join(folder, "prompts");
  mkdirSync(prompts);
  const tokens = Buffer.alloc(4).toString("base64");
  const description = { format: 1, key: "", conversation: "", tokens, bytes: 5e9, sha256: "" };
  writeFileSync(join(prompts, "kept.json"), JSON.stringify(description));
  writeFileSync(join(prompts, "kept.kv"), "5 GB, it says");
  const engine = new Engine(folder);
  const [editor, terminal] = [await joined(engine), await joined(engine)];
  const { url } = await listing();
  await editor.sendRequest(loadRequest, { ...at(url), promptCacheBytes: 10e9 });
  const byDefault = { ...at(url), promptCacheBytes: 2e9, promptCacheByDefault: true } as const;
  await terminal.sendRequest(loadRequest, byDefault);
  expect(readdirSync(prompts)).toHaveLength(2);
  await terminal.sendRequest(loadRequest, { ...at(url), promptCacheBytes: 2e9 });
  expect(readdirSync(prompts)).toEqual([]);
});

test("of a workspace that wants no index none is kept, of whichever model; those of others stay", async () => {
  const folder = newFolder();
  const client = await joined(new Engine(folder));
  const remove = () => client.sendRequest(openIndexRequest, { workspace: null, removed: "mine" });
  await remove(); // nothing is there yet
  const errors: string[] = [];
  const open = (vocabulary: string, workspace: string) =>
    new IndexStore(join(folder, "index"), vocabulary, workspace, (message) => errors.push(message));
  for (const vocabulary of ["a", "b"]) open(vocabulary, "mine");
  const other = open("a", "other").read();
  other.add([{ key: "file", version: "1", tokens: [1, 2, 3] }]);
  open("a", "other").write(other);
  expect(readdirSync(join(folder, "index"))).toHaveLength(3);
  await remove();
  expect(readdirSync(join(folder, "index"))).toHaveLength(1);
  expect(open("a", "other").read().versions()).toEqual({ file: "1" });
  expect(errors).toEqual([]);
});
