import { expect, test } from "vitest";
import type { LoadParams } from "../../../src/common/protocol.ts";
import { sameLoad } from "../../../src/engine/sameLoad.ts";
import { load } from "../client/fake.ts";

test("parameters are compared whatever their order, and whyever the engine's own process was chosen", () => {
  const entries = Object.entries(load()).reverse();
  const reversed = Object.fromEntries(entries) as unknown as LoadParams;
  expect(sameLoad(load(), reversed)).toBe(true);
  expect(sameLoad(load(), { ...load(), backendReason: "nothing needs another" })).toBe(true);
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
