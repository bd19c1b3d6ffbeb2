import { describe, expect, it, test } from "vitest";
import type { LoadParams } from "../../../src/common/protocol.ts";
import { sameLoad, serves } from "../../../src/engine/sameLoad.ts";
import { load } from "../client/fake.ts";

test("parameters are compared whatever their order, and whyever the engine's own process was chosen", () => {
  const entries = Object.entries(load()).reverse();
  const reversed = Object.fromEntries(entries) as unknown as LoadParams;
  expect(sameLoad(load(), reversed)).toBe(true);
  expect(sameLoad(load(), { ...load(), backendReason: "nothing needs another" })).toBe(true);
  expect(sameLoad(load(), { ...load(), promptCacheByDefault: true })).toBe(true);
});

test("another model, context, cache or server is another load", () => {
  expect(sameLoad(load("a"), load("b"))).toBe(false);
  expect(sameLoad(load(), { ...load(), contextSize: 4_096 })).toBe(false);
  expect(sameLoad(load(), { ...load(), kvType: "q8_0" })).toBe(false);
  const server = { kind: "llamaServer", program: "/llama-server", speculation: "auto" } as const;
  expect(sameLoad(load(), { ...load(), server })).toBe(false);
  // A llama-server that Hunch chose may be done without; one that the user chose may not.
  expect(sameLoad({ ...load(), server }, { ...load(), server, backendReason: "MTP" })).toBe(false);
});

describe("a model that is loaded does for another client", () => {
  const loaded = (params: Partial<LoadParams> = {}, info: Partial<Parameters<typeof serves>[0]["info"]> = {}) => ({
    params: { ...load(), ...params },
    info: { contextSize: 8_192, trainContextSize: 32_768, kvType: "f16" as const, ...info },
  });
  const does = (there: Parameters<typeof serves>[0], asked: Partial<LoadParams>) =>
    serves(there, { ...load(), ...asked });

  it("whatever its threads, its lanes and what it keeps on disk", () => {
    expect(does(loaded({ threads: 4, lanes: 1 }), { threads: 1, lanes: "auto", promptCacheBytes: 1e9 })).toBe(true);
  });

  it("with a context that is large enough", () => {
    expect(does(loaded(), { contextSize: 4_096 })).toBe(true);
    expect(does(loaded({ contextSize: 16_384 }, { contextSize: 16_384 }), {})).toBe(true);
    expect(does(loaded(), { contextSize: 16_384 })).toBe(false);
    expect(does(loaded({ contextSize: 4_096 }, { contextSize: 4_096 }), {})).toBe(false);
    // No more is to be had of this model.
    expect(does(loaded({}, { contextSize: 2_048, trainContextSize: 2_048 }), { contextSize: 4_096 })).toBe(true);
    // Less than usual, since memory was short: asked for in the same way it would be no more.
    expect(does(loaded({}, { contextSize: 3_000 }), {})).toBe(true);
  });

  it("with a cache as precise as it is asked for, where it is", () => {
    expect(does(loaded(), { kvType: "f16" })).toBe(true);
    expect(does(loaded({ kvType: "q8_0" }, { kvType: "q8_0" }), {})).toBe(true);
    expect(does(loaded(), { kvType: "q8_0" })).toBe(false);
    expect(does(loaded({ kvType: "q4_0" }, { kvType: "q4_0" }), {})).toBe(false);
  });

  it("not with other weights, another draft model, device, format or backend", () => {
    expect(serves(loaded(), load("other"))).toBe(false);
    expect(does(loaded(), { draft: { id: "d", path: "/d" } })).toBe(false);
    expect(does(loaded(), { gpu: "auto" })).toBe(false);
    expect(does(loaded(), { strict: true })).toBe(false);
    expect(does(loaded(), { thinkingFormat: "qwen3" })).toBe(false);
    const server = { kind: "llamaServer", program: "/llama-server", speculation: "auto" } as const;
    expect(does(loaded(), { server })).toBe(false);
    expect(does(loaded({ server, backendReason: "MTP" }), { server })).toBe(false);
    // The same choice, told in another language.
    expect(does(loaded({ server, backendReason: "MTP" }), { server, backendReason: "MTP, auf Deutsch" })).toBe(true);
  });

  it("where the client takes what is loaded, with the same weights alone", () => {
    const server = { kind: "llamaServer", program: "/llama-server", speculation: "auto" } as const;
    const there = loaded({ server, contextSize: 2_048, kvType: "q4_0", gpu: "auto" }, { kvType: "q4_0" });
    expect(does(there, { takesLoaded: true })).toBe(true);
    expect(serves(there, { ...load("other"), takesLoaded: true })).toBe(false);
    const remote = { kind: "openai", endpoint: "http://a", apiKey: null } as const;
    expect(does(there, { server: remote, takesLoaded: true })).toBe(false);
    // Alone, a client has what it asks for to the last option; that it takes others is none.
    expect(sameLoad(load(), { ...load(), takesLoaded: true })).toBe(true);
  });
});
