import { describe, expect, it } from "vitest";
import { CostCurve, measureCosts, measuredSizes, measureInto } from "../../../../src/engine/speculation/costCurve.ts";
import { ToySequence } from "../../support/toySequence.ts";

describe("CostCurve", () => {
  it("interpolates between measured sizes, and goes on straight beyond the last", () => {
    const curve = new CostCurve({ 1: 10, 2: 16, 4: 20 });
    expect(curve.passMs(3)).toBe(18);
    expect(curve.passMs(6)).toBe(24);
    expect(curve.relative(4)).toBe(2);
  });

  it("lets speculation use sizes up to 16 even where a request cut the measurement short, and 32 only if measured", () => {
    expect(new CostCurve().largestSize).toBe(16);
    expect(new CostCurve({ 1: 10 }).largestSize).toBe(16);
    expect(new CostCurve({ 1: 10, 32: 11 }).largestSize).toBe(32);
  });

  it("knows when the measurement is complete", async () => {
    let passes = 0;
    const cut = new CostCurve(await measureCosts(new ToySequence(), { stop: () => ++passes > 4 }));
    expect(cut.known).toBe(true);
    expect(cut.isComplete(64)).toBe(false);
    cut.adopt(await measureCosts(new ToySequence()));
    expect(cut.isComplete(64)).toBe(true);
    expect(Object.keys(cut.samples()).map(Number)).toEqual([...measuredSizes]);
    expect(new CostCurve({ 1: 1, 2: 2, 3: 3, 4: 4 }).isComplete(4)).toBe(true);
  });

  it("takes from a measurement that was cut short what it did not know, beside what its passes take, and has it measured again", async () => {
    const curve = new CostCurve();
    // The first pass after a load; those that follow are faster.
    curve.observe(1, 10);
    for (let i = 0; i < 8; i++) curve.observe(1, 2);
    expect(curve.passMs(1)).toBeCloseTo(2);
    const sequence = new ToySequence();
    const now = () => sequence.sizes.reduce((sum, size) => sum + 5 * size, 0);
    let asked = 0;
    const cut = () => ++asked > 3;
    await measureInto(curve, sequence, { now, stop: cut });
    expect(curve.passMs(1)).toBeCloseTo(2);
    expect(curve.relative(3)).toBeCloseTo(3);
    expect(curve.samples()[4]).toBeUndefined();
    asked = 0;
    await measureInto(curve, sequence, { now: () => 3 * now(), stop: () => ++asked > 4 });
    expect(curve.passMs(1)).toBeCloseTo(2);
    expect(curve.relative(3)).toBeCloseTo(3);
    expect(curve.relative(4)).toBeCloseTo(4);
    expect(Object.keys(curve.sureSamples())).toEqual(["1"]);
    // A size that was used often enough is known.
    for (let i = 0; i < 8; i++) curve.observe(3, 5);
    expect(Object.keys(curve.sureSamples())).toEqual(["1", "3"]);
    const before = curve.passMs(3);
    asked = 0;
    await measureInto(curve, sequence, { now: () => 7 * now(), stop: () => ++asked > 4 });
    expect(curve.passMs(3)).toBe(before);
    await measureInto(curve, sequence, { now });
    expect(curve.samples()).toEqual(Object.fromEntries(measuredSizes.map((size) => [size, 5 * size])));
    expect(curve.sureSamples()).toEqual(curve.samples());
  });

  it("is in doubt too where every size was measured once, and then cut short", async () => {
    const curve = new CostCurve();
    let asked = 0;
    await measureInto(curve, new ToySequence(), { stop: () => ++asked > measuredSizes.length });
    expect(Object.keys(curve.samples()).map(Number)).toEqual([...measuredSizes]);
    expect(curve.isComplete(64)).toBe(false);
  });

  /** Passes take as long as they have tokens; the machine is busy in those that `isBusy` names by their number. */
  async function measuredOn(isBusy: (pass: number) => boolean) {
    const sequence = new ToySequence();
    const clock = () => sequence.sizes.reduce((sum, size, pass) => sum + size * (isBusy(pass) ? 1.4 : 1), 0);
    return { costs: await measureCosts(sequence, { now: clock }), sizes: sequence.sizes };
  }

  it("is measured in two rounds on a quiet machine, the largest size in one", async () => {
    const { costs, sizes } = await measuredOn(() => false);
    expect(costs).toEqual(Object.fromEntries(measuredSizes.map((size) => [size, size])));
    const small = measuredSizes.filter((size) => size < 32);
    expect(sizes).toEqual([1, ...small, 32, ...small]);
  });

  it("measures again what a busy machine disturbed", async () => {
    const { costs, sizes } = await measuredOn((pass) => [8, 9].includes(pass));
    expect(costs).toEqual(Object.fromEntries(measuredSizes.map((size) => [size, size])));
    expect(sizes.slice(18)).toEqual([16, 32, 32]);
    const always = await measuredOn((pass) => pass % 3 === 0);
    expect(always.sizes.length).toBeLessThanOrEqual(18 + 3 * measuredSizes.length);
  });

  it("follows slower passes, and leaves out those that say something about the machine's load", () => {
    const curve = new CostCurve({ 1: 10, 8: 40 });
    for (let i = 0; i < 100; i++) curve.observe(1, 12);
    expect(curve.passMs(1)).toBeGreaterThan(11.5);
    expect(curve.passMs(8)).toBeGreaterThan(44);
    const before = curve.samples();
    curve.observe(1, 400);
    expect(curve.samples()).toEqual(before);
  });

  it("finds the cost of a size that was measured wrong within a few of its passes, whatever the load does meanwhile", () => {
    const curve = new CostCurve({ 1: 10, 16: 100 });
    for (const load of [1, 1, 1.1, 1.1, 1.2, 1.2, 1, 1, 1, 1]) {
      for (let i = 0; i < 3; i++) curve.observe(1, 10 * load);
      curve.observe(16, 75 * load);
    }
    expect(curve.relative(16)).toBeGreaterThan(7.2);
    expect(curve.relative(16)).toBeLessThan(8.3);
    const before = curve.relative(16);
    curve.observe(16, 150);
    expect(curve.relative(16)).toBeLessThan(before * 1.05);
  });

  it("tells what a pass of each size takes, and how many rounds took it", () => {
    const rounds = new Map([
      [1, 7],
      [3, 2],
    ]);
    expect(new CostCurve({ 1: 10, 2: 16.125, 4: 20 }).withRounds(rounds)).toEqual([
      { size: 1, ms: 10, passes: 7 },
      { size: 2, ms: 16.13, passes: 0 },
      { size: 3, ms: 18.06, passes: 2 },
      { size: 4, ms: 20, passes: 0 },
    ]);
    expect(new CostCurve().withRounds(rounds)).toEqual([]);
  });

  it("believes passes that are far off when there are eight in a row on one side, and wants to be measured again", () => {
    // Measured beside a build: four times too slow.
    const curve = new CostCurve({ 1: 160, 2: 256, 4: 400 });
    for (let i = 0; i < 7; i++) curve.observe(i % 2 === 0 ? 1 : 2, i % 2 === 0 ? 40 : 64);
    expect(curve.passMs(1)).toBe(160);
    expect(curve.isComplete(4, [1, 2, 4])).toBe(true);
    curve.observe(1, 40);
    expect(curve.passMs(1)).toBeCloseTo(40);
    expect(curve.passMs(4)).toBeCloseTo(100);
    expect(curve.isComplete(4, [1, 2, 4])).toBe(false);
    curve.adopt({ 1: 37, 2: 60 });
    expect(curve.isComplete(4, [1, 2, 4])).toBe(false);
    curve.adopt({ 4: 96 });
    expect(curve.isComplete(4, [1, 2, 4])).toBe(true);
  });

  it("comes back after a time of load as it went", () => {
    const curve = new CostCurve({ 1: 40, 4: 100 });
    for (let i = 0; i < 8; i++) curve.observe(1, 400);
    expect(curve.passMs(4)).toBeCloseTo(1_000);
    // The load is real: to measure in it would tell nothing.
    expect(curve.isComplete(4, [1, 4])).toBe(true);
    for (let i = 0; i < 8; i++) curve.observe(4, 100);
    expect(curve.passMs(1)).toBeCloseTo(40);
  });

  it("does not believe single ones, nor such as are now far above and now far below", () => {
    const curve = new CostCurve({ 1: 40, 4: 100 });
    for (let i = 0; i < 40; i++) curve.observe(1, i % 8 === 7 ? 40 : 400);
    for (let i = 0; i < 40; i++) curve.observe(1, i % 2 === 0 ? 4 : 400);
    expect(curve.passMs(1)).toBeCloseTo(40);
  });

  it("corrects one size alone where only that was measured wrong", () => {
    const curve = new CostCurve({ 1: 40, 4: 30 });
    for (let i = 0; i < 8; i++) {
      curve.observe(1, 40);
      curve.observe(4, 120);
    }
    expect(curve.passMs(1)).toBeCloseTo(40);
    expect(curve.passMs(4)).toBeCloseTo(120);
  });
});
