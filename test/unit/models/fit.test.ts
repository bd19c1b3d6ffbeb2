import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { estimateMemory, fitVerdict, machineMemory } from "../../../src/models/fit.ts";

const attention = { layers: 28, kvHeads: 2, keyLength: 128, valueLength: 128 };

test("the KV cache follows context and number format", () => {
  const need = (contextSize: number, kvType: "f16" | "q8_0" | "q4_0") =>
    estimateMemory({ weightsBytes: 1_000, attention, contextSize, kvType }).kvCacheBytes;
  expect(need(4_096, "f16")).toBe(28 * 2 * 256 * 4_096 * 2);
  expect(need(8_192, "f16")).toBe(2 * need(4_096, "f16"));
  expect(need(4_096, "q8_0") / need(4_096, "f16")).toBeCloseTo(34 / 64);
  expect(need(4_096, "q4_0") / need(4_096, "f16")).toBeCloseTo(18 / 64);
});

test("the total is the sum of its parts, without attention too", () => {
  const need = estimateMemory({ weightsBytes: 1_000, attention: null, contextSize: 4_096, kvType: "f16" });
  expect(need).toEqual({
    weightsBytes: 1_000,
    kvCacheBytes: 0,
    overheadBytes: 300_000_000,
    totalBytes: 300_001_000,
  });
});

test.each([
  [10, "fits"],
  [11, "tight"],
  [20, "tight"],
  [21, "tooBig"],
])("%i GB with 10 of 20 free: %s", (totalBytes, verdict) => {
  expect(fitVerdict({ totalBytes }, { availableBytes: 10, totalBytes: 20 })).toBe(verdict);
});

test("this machine has memory, and no more of it free than there is", () => {
  const { availableBytes, totalBytes } = machineMemory();
  expect(availableBytes).toBeGreaterThan(0);
  expect(availableBytes).toBeLessThanOrEqual(totalBytes);
  expect(totalBytes).toBeLessThanOrEqual(totalmem());
});
