import { describe, expect, it } from "vitest";
import { affordableKvType, cacheOptions } from "../../../../../src/engine/backends/embedded/kvType.ts";

describe("the type of the KV cache where Hunch may choose", () => {
  it("is f16 as long as three quarters of the free memory hold it", () => {
    expect(affordableKvType(8_192, 0.7e9, 1e9)).toEqual({ kvType: "f16", notice: null });
    expect(affordableKvType(8_192, 0.8e9, 1e9).kvType).toBe("q8_0");
  });

  it("is q8_0 for a long context, which is said with its figures; never q4_0 by itself", () => {
    const { kvType, notice } = affordableKvType(131_072, 40e9, 1e9);
    expect(kvType).toBe("q8_0");
    expect(notice).toMatchObject({
      code: "kvTypeLowered",
      message: expect.stringMatching(/131072.*40\.0 GB.*1\.0 GB/),
    });
  });
});

describe("the cache in strict mode", () => {
  it("computes attention as plain decoding with the same KV type does", () => {
    for (const device of ["cpu", "Vulkan"])
      for (const kvType of ["f16", "q8_0", "q4_0"] as const) {
        const { notice: _, ...strict } = cacheOptions({ strict: true, kvType }, device);
        expect(cacheOptions({ strict: false, kvType }, device)).toMatchObject(strict);
      }
  });

  it("is q8_0 unless the user says otherwise, and says what f16 means for it on a CPU", () => {
    expect(cacheOptions({ strict: true, kvType: "auto" }, "cpu")).toMatchObject({ kvType: "q8_0", notice: null });
    expect(cacheOptions({ strict: false, kvType: "auto" }, "cpu").kvType).toBe("auto");
    expect(cacheOptions({ strict: true, kvType: "f16" }, "cpu").notice?.code).toBe("strictF16");
    expect(cacheOptions({ strict: true, kvType: "f16" }, "Vulkan").notice).toBeNull();
    expect(cacheOptions({ strict: false, kvType: "f16" }, "cpu").notice).toBeNull();
  });
});
