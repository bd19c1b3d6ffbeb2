import { describe, expect, it } from "vitest";
import { bytes, clock, count, duration, factor, percent, rate, tokens } from "../../../src/webview/format.ts";

const narrow = "\u202f";

describe("numbers on screen", () => {
  it("groups thousands by a narrow space", () => {
    expect([0, 999, 1_240, 1_234_567].map(count)).toEqual(["0", "999", `1${narrow}240`, `1${narrow}234${narrow}567`]);
  });

  it("counts one token and many", () => {
    expect([0, 1, 2].map(tokens)).toEqual(["0 tokens", "1 token", "2 tokens"]);
  });

  it("runs a clock in whole seconds and never shows 60 s", () => {
    expect([-5, 999, 59_999, 60_000, 754_000, 3_600_000].map(clock)).toEqual([
      "0 s",
      "0 s",
      "59 s",
      "1 min 0 s",
      "12 min 34 s",
      "1 h 0 min",
    ]);
  });

  it("shows a measured time with its unit and without a false digit at the borders", () => {
    expect([0.114, 0.996, 9.96, 38.4, 999.7, 1_240, 9_960, 15_900, 59_700].map(duration)).toEqual([
      "0.11 ms",
      "1.0 ms",
      "10 ms",
      "38 ms",
      "1.0 s",
      "1.2 s",
      "10 s",
      "16 s",
      "1 min 0 s",
    ]);
  });

  it("shows sizes in decimal units", () => {
    expect([512, 1_500, 999_600, 986_000_000, 1_117_320_736, 12_400_000_000].map(bytes)).toEqual([
      "512 B",
      "2 kB",
      "1.0 MB",
      "986 MB",
      "1.1 GB",
      "12 GB",
    ]);
  });

  it("shows ratios and rates", () => {
    expect(percent(0.618)).toBe("62 %");
    expect(rate(7.34)).toBe("7.3");
    expect(rate(9.96)).toBe("10");
    expect(rate(41.2)).toBe("41");
    expect(factor(2.13)).toBe("2.1×");
  });
});
