import { expect, it } from "vitest";
import { MachineCheck } from "../../../../src/features/models/machine.ts";
import { machineMemory } from "../../../../src/models/fit.ts";

it("what the model in use takes counts as free: another one would have it", async () => {
  const { totalBytes } = machineMemory();
  const check = (inUseBytes: number) =>
    new MachineCheck({ engine: { devices: async () => [], memoryBytes: async () => inUseBytes } }).now();
  // With all the memory, so that it does not matter what others do meanwhile.
  expect(await check(totalBytes)).toMatchObject({
    memory: { availableBytes: totalBytes, totalBytes },
    inUseBytes: totalBytes,
  });
  expect((await check(0)).memory.availableBytes).toBeLessThan(totalBytes);
});
