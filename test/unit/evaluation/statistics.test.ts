import { describe, expect, it } from "vitest";
import { bootstrap, lossProbability, mean, seededRandom, wilson } from "../../../src/evaluation/statistics.ts";

describe("wilson", () => {
  it("agrees with published values", () => {
    // 10 of 40, as in any table of Wilson intervals: 14.2 % to 40.2 %.
    const { low, high } = wilson(10, 40);
    expect(low).toBeCloseTo(0.1419, 3);
    expect(high).toBeCloseTo(0.4019, 3);
  });

  it("stays inside 0 and 1", () => {
    expect(wilson(0, 10).low).toBeCloseTo(0, 12);
    expect(wilson(0, 10).high).toBeGreaterThan(0.2);
    expect(wilson(10, 10).high).toBeCloseTo(1, 12);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe("lossProbability", () => {
  it("is the tail of a fair coin", () => {
    expect(lossProbability(0, 0)).toBe(1);
    expect(lossProbability(3, 0)).toBeCloseTo(1 / 8, 12);
    expect(lossProbability(4, 1)).toBeCloseTo(6 / 32, 12);
    expect(lossProbability(0, 5)).toBe(1);
    expect(lossProbability(1, 0)).toBeCloseTo(0.5, 12);
  });
});

describe("bootstrap", () => {
  it("covers the true mean about 95 times in 100", () => {
    const random = seededRandom(7);
    let covered = 0;
    for (let i = 0; i < 100; i++) {
      const values = Array.from({ length: 40 }, random);
      const { low, high } = bootstrap(values, mean, random);
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(88);
    expect(covered).toBeLessThanOrEqual(99);
  });

  it("leaves out draws without a figure, and is none where those are more than an end of it", () => {
    const inverse = (values: readonly number[]) => 1 / values.reduce((sum, value) => sum + value, 0);
    const of = (zeros: number, ones: number) =>
      bootstrap([...Array(zeros).fill(0), ...Array(ones).fill(1)], inverse, seededRandom(1));
    // Nothing but zeros is drawn in 35 of 100, and in 2 of 100.
    expect(of(19, 1)).toEqual({ low: Number.NaN, high: Number.NaN });
    expect(of(16, 4)).toEqual({ low: expect.closeTo(1 / 8), high: 1 });
  });

  it("is the same for the same seed", () => {
    const once = () => bootstrap([1, 2, 5, 9], mean, seededRandom(3));
    expect(once()).toEqual(once());
  });
});
