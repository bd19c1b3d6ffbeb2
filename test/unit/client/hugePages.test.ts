import { describe, expect, it } from "vitest";
import { forkOptions } from "../../../src/client/engineProcess.ts";
import { hugePages } from "../../../src/client/hugePages.ts";

describe("huge pages", () => {
  it("are asked for on Linux, beside what the user has set", () => {
    expect(hugePages({}, "linux")).toEqual({ GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" });
    expect(hugePages({ GLIBC_TUNABLES: "glibc.malloc.check=3" }, "linux")).toEqual({
      GLIBC_TUNABLES: "glibc.malloc.check=3:glibc.malloc.hugetlb=1",
    });
  });

  it("are not where the user has chosen, nor elsewhere", () => {
    expect(hugePages({ GLIBC_TUNABLES: "glibc.malloc.hugetlb=0" }, "linux")).toEqual({});
    expect(hugePages({}, "darwin")).toEqual({});
    expect(hugePages({}, "win32")).toEqual({});
  });

  it("reach the engine's process", () => {
    const { GLIBC_TUNABLES } = { ...process.env, ...hugePages(process.env) };
    expect(forkOptions({}).env?.GLIBC_TUNABLES).toBe(GLIBC_TUNABLES);
  });
});
