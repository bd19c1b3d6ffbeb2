import { describe, expect, it } from "vitest";
import { CostsByLength } from "../../../../src/engine/speculation/costsByLength.ts";

/** As measured on a 2-core CPU (1.5B) with 200 tokens in the cache, and what attention might make of it with 8 000. */
const short = { 1: 37, 4: 104, 8: 189 };
const long = { 1: 64, 4: 285, 8: 551 };
const largest = 8;
/** Passes of all sizes as often as it takes for a curve to follow them. */
const passes = Array.from({ length: 400 }, () => Object.entries(long)).flat();

function measuredShort(): CostsByLength {
  const costs = new CostsByLength();
  costs.at(200).adopt(short);
  return costs;
}

describe("CostsByLength", () => {
  it("learns of long texts without unlearning what passes of short ones cost", () => {
    const costs = measuredShort();
    for (const [size, ms] of passes) costs.at(8_000).observe(Number(size), ms);
    expect(costs.at(8_000).relative(8)).toBeGreaterThan(8);
    expect(costs.at(200).samples()).toEqual(short);
  });

  it("begins with the nearest band that is known, the shorter of two, and wants to be measured", () => {
    const costs = measuredShort();
    expect(costs.at(2_000).samples()).toEqual(short);
    expect(costs.at(2_000).isComplete(largest, [1, 4, 8])).toBe(false);
    costs.at(2_000).adopt({ 1: 41, 4: 132, 8: 244 });
    expect(costs.at(2_000).isComplete(largest, [1, 4, 8])).toBe(true);
    expect(costs.at(8_000).passMs(1)).toBe(41);
    const onlyLong = new CostsByLength();
    onlyLong.at(8_000).adopt(long);
    expect(onlyLong.at(0).samples()).toEqual(long);
  });

  it("goes over to what is measured elsewhere where it had nothing to begin with", () => {
    const costs = new CostsByLength();
    expect(costs.at(8_000).known).toBe(false);
    costs.at(0).adopt(short);
    expect(costs.at(8_000).samples()).toEqual(short);
  });

  it("a band is one curve, and its neighbour another", () => {
    const costs = measuredShort();
    expect(costs.at(1_023)).toBe(costs.at(0));
    expect(costs.at(1_024)).not.toBe(costs.at(1_023));
    expect(costs.at(4_096)).toBe(costs.at(100_000));
  });

  it("keeps what was measured, and not what was assumed", () => {
    const costs = measuredShort();
    costs.at(2_000);
    expect(costs.samples(4)).toEqual({ 0: short });
    const complete = { 1: 64, 2: 110, 3: 150, 4: 285 };
    costs.at(8_000).adopt({ ...complete, 8: 551 });
    const kept = costs.samples(4);
    expect(kept).toEqual({ 0: short, 4096: { ...complete, 8: 551 } });
    expect(new CostsByLength(kept).at(8_000).passMs(8)).toBe(551);
  });
});
