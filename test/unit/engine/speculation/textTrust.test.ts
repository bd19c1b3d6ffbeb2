import { describe, expect, it } from "vitest";
import { AcceptanceModel } from "../../../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../../../src/engine/speculation/controller.ts";
import { CostCurve } from "../../../../src/engine/speculation/costCurve.ts";
import { TextTrust } from "../../../../src/engine/speculation/textTrust.ts";
import type { Draft } from "../../../../src/engine/speculation/types.ts";

const draft = (bucket: number, drafter: Draft["drafter"] = "suffix"): Draft => ({
  drafter,
  bucket,
  tokens: [1, 2, 3, 4],
});
const chances = [0.8, 0.9, 0.95, 0.95];

describe("TextTrust", () => {
  it("takes what was learnt at its word where nothing is known, and where it comes true", () => {
    const trust = new TextTrust();
    expect(trust.applied(draft(3), chances)).toEqual(chances);
    // Of ten drafts of one token with 0.8, eight right: two wrong ones first, so that it has to come back.
    for (let i = 0; i < 10; i++) trust.observe(draft(3), [0.8], i < 2 ? 0 : 1, i < 2);
    for (const [i, chance] of trust.applied(draft(3), chances).entries())
      expect(Math.abs(chance - chances[i]!)).toBeLessThan(0.02);
  });

  it("lowers all classes of the way of drafting that fails, the more the longer it fails", () => {
    const trust = new TextTrust();
    let before = chances;
    for (let i = 0; i < 6; i++) {
      trust.observe(draft(3), chances, 0, true);
      const now = trust.applied(draft(6), chances);
      for (const [band, chance] of now.entries()) expect(chance).toBeLessThan(before[band]!);
      before = [...now];
    }
    expect(before[0]).toBeLessThan(0.6);
    // An aligned copy, and another drafter.
    expect(trust.applied(draft(8 + 3), chances)).toEqual(chances);
    expect(trust.applied(draft(3, "recycling"), chances)).toEqual(chances);
  });

  it("never raises a chance", () => {
    const trust = new TextTrust();
    for (let i = 0; i < 20; i++) trust.observe(draft(1), [0.2, 0.5, 0.5, 0.5], 4, false);
    expect(trust.applied(draft(1), chances)).toEqual(chances);
  });

  it("forgives when drafts come true again", () => {
    const trust = new TextTrust();
    for (let i = 0; i < 10; i++) trust.observe(draft(3), chances, 0, true);
    const lost = trust.applied(draft(3), chances)[0]!;
    for (let i = 0; i < 60; i++) trust.observe(draft(3), chances, 4, false);
    expect(trust.applied(draft(3), chances)[0]).toBeGreaterThan(lost + 0.15);
  });
});

describe("a text that goes another way than those before it", () => {
  it("costs a few wrong drafts, whatever classes they are in", () => {
    const acceptance = new AcceptanceModel();
    const classes = [3, 4, 5, 6, 7];
    for (const bucket of classes) for (let i = 0; i < 40; i++) acceptance.observe("suffix", bucket, "code", 15, false);
    const costs = new CostCurve({ 1: 37, 2: 59, 3: 74, 4: 96, 6: 140, 8: 174, 12: 259, 16: 252 });
    const controller = new Controller({ acceptance, costs, allowedSizes: null });
    const verified: number[] = [];
    // Each class's drafts begin right now and then, as they do, and are cut short.
    for (let round = 0; round < 60; round++) {
      const guess = draft(classes[round % classes.length]!);
      verified.push(controller.choose([guess], "code", 15).length);
      controller.commit([round % 4 === 0 ? 1 : 999, 999]);
    }
    expect(verified[0]).toBeGreaterThan(0);
    expect(verified.filter((length) => length > 0).length).toBeLessThanOrEqual(16);
    expect(verified.slice(-20)).toEqual(Array(20).fill(0));
  });
});
