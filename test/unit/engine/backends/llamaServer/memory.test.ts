import { describe, expect, it, test } from "vitest";
import type { LoadParams } from "../../../../../src/common/protocol.ts";
import {
  placeExperts,
  planMemory,
  readDevices,
  type ServerDevice,
} from "../../../../../src/engine/backends/llamaServer/memory.ts";
import type { ModelFacts } from "../../../../../src/engine/backends/llamaServer/modelFacts.ts";
import { load } from "../../../client/fake.ts";

const gibibyte = 2 ** 30;
/** 10 GiB, of which 8 in the experts of 4 layers; the first layer has none. */
const mixture: ModelFacts = {
  architecture: "glm4moe",
  name: "m",
  nextnLayers: 0,
  hasMarkovHead: false,
  weightsBytes: 10 * gibibyte,
  expertBytes: [0, 2, 2, 2, 2].map((size) => size * gibibyte),
  // 1 GiB as f16 for 8 192 tokens.
  cacheElements: gibibyte / 2 / 8_192,
};
const dense = { ...mixture, expertBytes: [] };
const gpu = (free: number): ServerDevice[] => [{ name: "CUDA0", freeBytes: free * gibibyte }];

test("the devices of a listing", () => {
  const listing = `Available devices:
  CUDA0: NVIDIA H100 80GB (HBM3) (81079 MiB, 80450 MiB free)
  Vulkan0: AMD Radeon (8192 MiB, 100 MiB free)
`;
  expect(readDevices(listing)).toEqual([
    { name: "CUDA0", freeBytes: 80_450 * 2 ** 20 },
    { name: "Vulkan0", freeBytes: 100 * 2 ** 20 },
  ]);
  expect(readDevices("Available devices:\n  (none)\n")).toEqual([]);
});

describe("experts on the processor", () => {
  const place = (free: number) => placeExperts(mixture, gibibyte, gpu(free)).placement.slice(2);

  it("as few as must be, so that 10 GiB, a cache of 1 and 1 for computing fit; none where all does", () => {
    expect(place(12)).toEqual([]);
    expect(place(11.5)).toEqual(["--n-cpu-moe", "2"]);
    expect(place(8)).toEqual(["--n-cpu-moe", "3"]);
    expect(place(6.1)).toEqual(["--n-cpu-moe", "4"]);
    expect(place(4.5)).toEqual(["--cpu-moe"]);
  });

  it("where the rest of the model does not fit either, llama-server decides", () => {
    expect(place(3.9)).toEqual([]);
  });

  it("is said, and all layers go onto the GPU", () => {
    const { placement, notices } = placeExperts(mixture, gibibyte, gpu(8));
    expect(placement.slice(0, 2)).toEqual(["--gpu-layers", "999"]);
    expect(notices).toMatchObject([{ code: "expertsOnCpu", message: expect.stringContaining("first 3 of 5 layers") }]);
  });
});

describe("the plan", () => {
  const plan = (params: Partial<LoadParams>, facts: ModelFacts, freeGibibytes: number, devices: ServerDevice[] = []) =>
    planMemory({ ...load(), ...params }, facts, 8_192, freeGibibytes * gibibyte, async () => devices);

  it("f16 as long as the memory beside the weights holds the cache, else q8_0, which is said", async () => {
    expect(await plan({ kvType: "auto", gpu: "off" }, dense, 12)).toEqual({
      kvType: "f16",
      placement: [],
      notices: [],
    });
    expect(await plan({ kvType: "auto", gpu: "off" }, dense, 11)).toMatchObject({
      kvType: "q8_0",
      notices: [{ code: "kvTypeLowered" }],
    });
    expect(await plan({ kvType: "q4_0", gpu: "off" }, dense, 1)).toMatchObject({ kvType: "q4_0", notices: [] });
  });

  it("on a GPU f16, also where the processor's memory is short; a GPU that is not there is none", async () => {
    expect(await plan({ kvType: "auto", gpu: "auto" }, dense, 11, gpu(24))).toMatchObject({ kvType: "f16" });
    expect(await plan({ kvType: "auto", gpu: "auto" }, dense, 11)).toMatchObject({ kvType: "q8_0" });
  });

  it("experts stay off a GPU that is short of memory, not where it is off or there are none", async () => {
    expect((await plan({ gpu: "auto" }, mixture, 64, gpu(8))).placement).toContain("--n-cpu-moe");
    expect((await plan({ gpu: "off" }, mixture, 64, gpu(8))).placement).toEqual([]);
    expect((await plan({ gpu: "auto" }, dense, 64, gpu(8))).placement).toEqual([]);
  });

  it("a q8_0 cache leaves room for more experts", async () => {
    const layers = async (kvType: LoadParams["kvType"]) => {
      const { placement } = await plan({ kvType, gpu: "auto" }, mixture, 64, gpu(11.6));
      return placement;
    };
    expect(await layers("f16")).toContain("--n-cpu-moe");
    expect(await layers("q8_0")).toEqual([]);
  });
});
