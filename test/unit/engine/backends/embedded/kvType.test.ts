import { describe, expect, it } from "vitest";
import { affordableKvType } from "../../../../../src/engine/backends/embedded/kvType.ts";

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
