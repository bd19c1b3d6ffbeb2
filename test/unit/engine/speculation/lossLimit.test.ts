import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AcceptanceModel } from "../../../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../../../src/engine/speculation/controller.ts";
import { CostCurve, type CostSamples } from "../../../../src/engine/speculation/costCurve.ts";
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
    expect([limit.allows(7), limit.allows(7.1)]).toEqual([true, false]);
    limit.observe(0, 7);
    expect(limit.allows(1)).toBe(false);
    for (let i = 0; i < 120; i++) limit.observe(0, 0);
    expect(limit.allows(1)).toBe(true);
    limit.observe(15, 5);
    expect(limit.allows(11)).toBe(true);
  });

  it("counts time that brought nothing, and reading beyond what it promises", () => {
    const limit = new LossLimit();
    expect([limit.allowsReading(27, 20), limit.allowsReading(28, 20)]).toEqual([true, false]);
    limit.spend(22, 20);
    expect([limit.allows(5), limit.allows(5.1)]).toEqual([true, false]);
    // What was promised is spent.
    expect(limit.allowsReading(6, 20)).toBe(false);
    limit.spend(5);
    expect(limit.allows(0.1)).toBe(false);
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
});
