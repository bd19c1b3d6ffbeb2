/** Choosing the model of a server, with the list of a real one. */
import { afterEach, describe, expect, it } from "vitest";
import type { OpenaiServer } from "../../../../src/common/openaiServer.ts";
import { serverModels } from "../../../../src/engine/backends/openai/serverModels.ts";
import {
  type ServerModelServices,
  selectServerModel,
  serverModelItems,
} from "../../../../src/features/models/serverModel.ts";
import { FakeServer } from "../../engine/backends/openai/fakeServer.ts";

const started: FakeServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function start(...names: string[]): Promise<FakeServer> {
  const server = await FakeServer.start(() => {});
  server.models = names.map((id) => ({ id }));
  started.push(server);
  return server;
}

const list = (server: OpenaiServer) => serverModels(server, new AbortController().signal);
const nowhere = "http://127.0.0.1:9";

describe("serverModels", () => {
  it("asks the server, with its key", async () => {
    const server = await start("qwen", "llama");
    expect(await list({ kind: "openai", endpoint: server.url, apiKey: "k" })).toEqual(["qwen", "llama"]);
    expect(server.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ["/v1/models", "Bearer k"],
    ]);
  });

  it("asks the next of several where one does not answer, with the next one's key", async () => {
    const second = await start("qwen");
    const others = [{ endpoint: second.url, apiKey: "two" }];
    expect(await list({ kind: "openai", endpoint: nowhere, apiKey: "one", others })).toEqual(["qwen"]);
    expect(second.asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer two"]);
  });

  it("says why none could be asked", async () => {
    const server: OpenaiServer = { kind: "openai", endpoint: nowhere, apiKey: null };
    await expect(list(server)).rejects.toMatchObject({ code: "backendUnreachable" });
  });
});

describe("serverModelItems", () => {
  it("keeps the server's order and marks the one that answers", () => {
    expect(serverModelItems(["b", "a"], "a").map(({ label }) => label)).toEqual(["b", "$(check) a"]);
    const unnamed = serverModelItems(["b", "a"], "");
    expect(unnamed.map(({ label, model }) => [label, model])).toEqual([
      ["$(check) b", "b"],
      ["a", "a"],
    ]);
    expect(serverModelItems(["b"], "gone")[0]?.label).toBe("b");
  });
});

describe("selectServerModel", () => {
  async function select(names: string[], choice: Partial<ServerModelServices> = {}) {
    const server = await start(...names);
    const chosen: string[] = [];
    await selectServerModel({
      current: "",
      list: () => list({ kind: "openai", endpoint: server.url, apiKey: null }),
      pick: async (items) => items.at(-1)?.model ?? null,
      name: async () => "typed",
      update: async (model) => void chosen.push(model),
      ...choice,
    });
    return chosen;
  }

  it("sets what was chosen of the server's list, and a name where it has none", async () => {
    expect(await select(["qwen", "llama"])).toEqual(["llama"]);
    expect(await select([])).toEqual(["typed"]);
  });

  it("changes nothing when nothing was chosen", async () => {
    expect(await select(["qwen"], { pick: async () => null })).toEqual([]);
    expect(await select([], { name: async () => null })).toEqual([]);
  });
});
