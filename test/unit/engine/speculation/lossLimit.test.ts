import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AcceptanceModel } from "../../../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../../../src/engine/speculation/controller.ts";
import { CostCurve, type CostSamples } from "../../../../src/engine/speculation/costCurve.ts";
import { DraftCosts } from "../../../../src/engine/speculation/draftCosts.ts";
import { LossLimit } from "../../../../src/engine/speculation/lossLimit.ts";
import type { Draft } from "../../../../src/engine/speculation/types.ts";

const curves: CostSamples[] = [
  { 1: 39, 2: 69, 3: 93, 4: 126, 6: 177, 8: 226, 12: 315, 16: 300, 32: 623 },
  { 1: 84, 2: 134, 3: 168, 4: 151, 6: 286, 8: 300, 12: 479, 16: 495, 32: 915 },
  { 1: 10, 8: 10.4, 16: 18, 32: 36 },
];
const draft = (bucket: number): Draft => ({ drafter: "suffix", bucket, tokens: Array(24).fill(1) });

/** Everything that is to be known says that these drafts are right. */
function convinced(): AcceptanceModel {
  const acceptance = new AcceptanceModel();
  for (let bucket = 0; bucket < 24; bucket++)
    for (let i = 0; i < 30; i++) acceptance.observe("suffix", bucket, "code", 24, false);
  return acceptance;
}

describe("LossLimit", () => {
  it("lets a text lose some passes, more as it grows, and what it has won", () => {
    const limit = new LossLimit();
    // No draft may cost all that may be lost: others are to have a chance after it.
    expect([limit.allows(5.6, 2), limit.allows(5.7, 2)]).toEqual([true, false]);
    limit.observe(0, 5.6);
    expect([limit.allows(1, 2), limit.allows(1.2, 2)]).toEqual([true, false]);
    for (let i = 0; i < 120; i++) limit.observe(0, 0);
    expect([limit.allows(2, 2), limit.allows(2.2, 2)]).toEqual([true, false]);
    limit.observe(15, 5);
    expect([limit.allows(11, 2), limit.allows(12, 2)]).toEqual([true, false]);
  });

  it("lets a draft that promises little cost little, except of what was won", () => {
    const limit = new LossLimit();
    expect([limit.allows(2, 1.1), limit.allows(2.2, 1.1), limit.allows(0.1, 1)]).toEqual([true, false, false]);
    limit.observe(9, 1);
    expect([limit.allows(10, 1.1), limit.allows(11, 1.1)]).toEqual([true, false]);
  });

  it("counts time that brought nothing, and reading beyond what it promises", () => {
    const limit = new LossLimit();
    expect([limit.allowsReading(27, 20), limit.allowsReading(28, 20)]).toEqual([true, false]);
    limit.spend(22, 20);
    expect([limit.allows(4, 2), limit.allows(4.1, 2)]).toEqual([true, false]);
    // What was promised is spent.
    expect(limit.allowsReading(6, 20)).toBe(false);
    limit.spend(5);
    expect(limit.allows(0.1, 2)).toBe(false);
  });
});

describe("Controller", () => {
  it("takes no text longer than plain decoding by more than 7 passes and a hundredth, however wrong it is led", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...curves),
        fc.array(fc.record({ bucket: fc.nat(23), right: fc.constantFrom(0, 0, 0, 1, 2, 24) }), {
          minLength: 50,
          maxLength: 300,
        }),
        (curve, rounds) => {
          const costs = new CostCurve(curve);
          const controller = new Controller({ acceptance: convinced(), costs, allowedSizes: null });
          let [tokens, passes] = [0, 0];
          for (const { bucket, right } of rounds) {
            const { draft: chosen, length } = controller.choose([draft(bucket)], "code", 24);
            const acceptedCount = Math.min(length, right);
            const mismatch = acceptedCount < length;
            passes += costs.relative(length + 1);
            tokens += acceptedCount + 1;
            controller.commit([...Array(acceptedCount).fill(1), right > acceptedCount ? 1 : 999]);
            const outcome = { draft: chosen, draftedCount: length, acceptedCount, mismatch };
            controller.observeRound({ ...outcome, company: 0, kind: "code", passMs: 1 });
          }
          expect(passes).toBeLessThanOrEqual(1.01 * tokens + 7 + 1e-9);
        },
      ),
    );
  });

  it.each([
    // A token of a third of a pass and more: where it never was right it can promise nothing.
    ["and does not promise anything", { rightBefore: 0, leastCost: 0.33, promised: 0 }],
    ["and was always right before: beyond that, what it promised", { rightBefore: 8, leastCost: 0.02, promised: 128 }],
  ])("nor by a draft model that is always wrong, %s", (_, { rightBefore, leastCost, promised }) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...curves),
        fc.record({
          tokenCost: fc.double({ min: leastCost, max: 0.9, noNaN: true }),
          readCost: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
          unread: fc.nat(3_000),
          rounds: fc.integer({ min: 20, max: 400 }),
        }),
        (curve, { tokenCost, readCost, unread, rounds }) => {
          const costs = new CostCurve(curve);
          const passMs = costs.passMs(1);
          const ms = (size: number) => passMs * (size === 1 ? tokenCost : readCost * size);
          const ownMs = new CostCurve({ 1: ms(1), 4: ms(4), 16: ms(16), 64: ms(64) });
          const draftCosts = new DraftCosts(ownMs, costs, 0.5);
          const acceptance = new AcceptanceModel();
          for (let bucket = 0; bucket < 8; bucket++)
            for (let i = 0; i < 30; i++) acceptance.observe("draft", bucket, "code", rightBefore, rightBefore === 0);
          const controller = new Controller({ acceptance, costs, draftCosts, allowedSizes: null });
          let passes = 0;
          let left = unread;
          for (let i = 0; i < rounds; i++) {
            const wanted = controller.wantsModelDraft("code", 24, { unread: left });
            const drafts: Draft[] = wanted > 0 ? [{ drafter: "draft", bucket: 5, tokens: Array(wanted).fill(1) }] : [];
            if (drafts[0]) {
              const [reading, drafting] = [draftCosts.reading(left), draftCosts.token * wanted];
              passes += reading + drafting;
              controller.observeDrafting(drafts[0], { readMs: reading * passMs, draftMs: drafting * passMs });
              left = 0;
            }
            const { draft: chosen, length } = controller.choose(drafts, "code", 24);
            passes += costs.relative(length + 1);
            const outcome = { draftedCount: length, acceptedCount: 0, mismatch: length > 0 };
            controller.observeRound({ draft: chosen, ...outcome, company: 0, kind: "code", passMs });
            left++;
          }
          expect(passes).toBeLessThanOrEqual(
            1.01 * rounds + 7 + (promised > 0 ? Math.max(promised, rounds) : 0) + 1e-6,
          );
        },
      ),
    );
  });
});
