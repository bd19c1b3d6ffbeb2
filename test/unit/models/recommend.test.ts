import { expect, it } from "vitest";
import { catalogue } from "../../../src/models/catalogue.ts";
import { type Machine, recommend } from "../../../src/models/recommend.ts";

const machine = (freeGb: number, cores: number, hasGpu = false): Machine => ({
  memory: { availableBytes: freeGb * 1e9, totalBytes: 2 * freeGb * 1e9 },
  inUseBytes: 0,
  cores,
  hasGpu,
});

it.each([
  ["a large machine", machine(32, 24), "qwen3-8b", "speed"],
  ["a good laptop", machine(12, 10), "qwen3-4b", "speed"],
  ["a small laptop", machine(6, 4), "qwen2.5-coder-1.5b", "speed"],
  ["two cores with much memory: a large model would take its time", machine(64, 2), "qwen2.5-coder-1.5b", "speed"],
  ["two cores and a graphics card", machine(64, 2, true), "qwen3-8b", "speed"],
  ["a graphics card in a machine without memory", machine(4, 8, true), "qwen3-1.7b", "speed"],
  ["too little memory for any", machine(1, 8), "qwen2.5-coder-1.5b", "smallest"],
])("%s", (_, facts, id, reason) => {
  const found = recommend(facts, catalogue);
  expect([found.model.id, found.reason]).toEqual([id, reason]);
});

it("recommends what needs no more memory than is free, where anything does", () => {
  for (let freeGb = 2; freeGb < 20; freeGb += 0.5) {
    const { model, reason } = recommend(machine(freeGb, 16), catalogue);
    if (reason === "speed") expect(model.memoryBytes).toBeLessThanOrEqual(freeGb * 1e9);
  }
});
