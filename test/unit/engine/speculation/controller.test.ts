import { describe, expect, it } from "vitest";
import { AcceptanceModel } from "../../../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../../../src/engine/speculation/controller.ts";
import { CostCurve } from "../../../../src/engine/speculation/costCurve.ts";
import type { Draft } from "../../../../src/engine/speculation/types.ts";
import { seededRandom } from "../../support/random.ts";

/** Measured on a 2-core AMD machine and, for the GPU, assumed flat (engine tests and bench measure real ones). */
const slowCpu = new CostCurve({ 1: 37, 2: 59, 3: 74, 4: 96, 6: 140, 8: 174, 12: 259, 16: 252 });
const gpu = new CostCurve({ 1: 10, 2: 10.1, 4: 10.2, 8: 10.5, 16: 11 });
const draft = (bucket: number, length = 15, drafter: Draft["drafter"] = "suffix"): Draft => ({
  drafter,
  bucket,
  tokens: Array.from({ length }, (_, i) => i + 1),
});

/** Tells the controller how drafts of a bucket fare: each token right with `chance`. */
function teach(controller: Controller, bucket: number, chance: number, rounds = 200) {
  const random = seededRandom(1);
  for (let i = 0; i < rounds; i++) {
    controller.choose([draft(bucket)], "prose", 15);
    const right = Array.from({ length: 15 }, (_, j) => (random() < chance ? j + 1 : 999));
    const wrongAt = right.indexOf(999);
    controller.commit(wrongAt < 0 ? right : right.slice(0, wrongAt + 1));
  }
}

function controllerOn(costs: CostCurve) {
  return new Controller({ acceptance: new AcceptanceModel(), costs, allowedSizes: null });
}

describe("Controller", () => {
  it("decodes plainly where drafts are rarely right and passes are dear", () => {
    const controller = controllerOn(slowCpu);
    teach(controller, 1, 0.2);
    expect(controller.choose([draft(1)], "prose", 15).length).toBe(0);
  });

  it("verifies long drafts where they are nearly always right", () => {
    const controller = controllerOn(slowCpu);
    teach(controller, 7, 0.99);
    expect(controller.choose([draft(7)], "prose", 15).length).toBe(15);
  });

  it("drafts on a GPU what it would not on a slow CPU", () => {
    const [onCpu, onGpu] = [controllerOn(slowCpu), controllerOn(gpu)];
    for (const controller of [onCpu, onGpu]) teach(controller, 3, 0.45);
    expect(onCpu.choose([draft(3)], "prose", 15).length).toBe(0);
    expect(onGpu.choose([draft(3)], "prose", 15).length).toBeGreaterThan(2);
  });

  it("backs off in company where the others are the better use of a pass", () => {
    const [onCpu, onGpu] = [controllerOn(slowCpu), controllerOn(gpu)];
    for (const controller of [onCpu, onGpu]) teach(controller, 6, 0.9);
    expect(onCpu.choose([draft(6)], "prose", 15).length).toBeGreaterThan(0);
    expect(onCpu.choose([draft(6)], "prose", 15, 3).length).toBe(0);
    // Two parts in place of one cost a GPU as much as a second pass: only a long draft is worth that.
    expect(onGpu.choose([draft(6)], "prose", 15, 3).length).toBeGreaterThan(7);
    expect(onGpu.choose([draft(6, 3)], "prose", 15, 3).length).toBe(0);
  });

  it("does not let others wait for a draft model", () => {
    const controller = controllerOn(gpu);
    expect(controller.wantsModelDraft("code", 15)).toBeGreaterThan(0);
    expect(controller.wantsModelDraft("code", 15, 1)).toBe(0);
  });

  it("learns from drafts it does not verify, and forgets when the text changes", () => {
    const controller = controllerOn(slowCpu);
    teach(controller, 5, 0.05);
    expect(controller.choose([draft(5)], "prose", 15).length).toBe(0);
    controller.interrupt();
    teach(controller, 5, 0.97, 60);
    expect(controller.choose([draft(5)], "prose", 15).length).toBeGreaterThan(2);
  });

  it("takes the better of two drafters", () => {
    const controller = controllerOn(slowCpu);
    teach(controller, 2, 0.3);
    teach(controller, 6, 0.95);
    const choice = controller.choose([draft(2, 15, "recycling"), draft(6)], "prose", 15);
    expect(choice.draft?.drafter).toBe("suffix");
  });

  it("keeps to the room there is and to allowed sizes", () => {
    const strict = new Controller({ acceptance: new AcceptanceModel(), costs: gpu, allowedSizes: [1, 2, 3] });
    teach(strict, 7, 0.99, 30);
    expect(strict.choose([draft(7)], "prose", 15).length).toBe(2);
    expect(strict.choose([draft(7)], "prose", 1).length).toBe(1);
    expect(strict.choose([draft(7)], "prose", 0).length).toBe(0);
  });

  it("tries a draft model that does not pay only now and then", () => {
    const controller = controllerOn(slowCpu);
    let drafted = 0;
    let draftMs = 0;
    let totalMs = 0;
    for (let i = 0; i < 2_000; i++) {
      const wanted = controller.wantsModelDraft("prose", 15);
      const modelDraft = wanted > 0 ? draft(1, wanted, "draft") : null;
      const ms = wanted * 24;
      const choice = controller.choose(modelDraft ? [modelDraft] : [], "prose", 15);
      controller.observeRound({
        draft: choice.draft,
        modelDraft,
        draftedCount: choice.length,
        acceptedCount: 0,
        company: 0,
        mismatch: choice.draft !== null,
        kind: "prose",
        draftMs: ms,
        passMs: slowCpu.passMs(choice.length + 1),
      });
      if (wanted > 0) drafted++;
      draftMs += ms;
      totalMs += ms + slowCpu.passMs(choice.length + 1);
    }
    expect(drafted).toBeGreaterThan(3);
    expect(draftMs / totalMs).toBeLessThan(0.04);
  });
});

describe("CostCurve", () => {
  it("interpolates between measured sizes and goes on beyond the last", () => {
    const curve = new CostCurve({ 1: 10, 4: 22, 8: 40, 16: 60 });
    expect(curve.passMs(4)).toBe(22);
    expect(curve.passMs(6)).toBe(31);
    expect(curve.passMs(32)).toBeCloseTo(100);
    expect(curve.relative(16)).toBe(6);
  });

  it("follows passes that get slower, and ignores one that was disturbed", () => {
    const curve = new CostCurve({ 1: 10, 2: 16 });
    curve.observe(1, 400);
    expect(curve.passMs(1)).toBe(10);
    for (let i = 0; i < 100; i++) curve.observe(1, 14);
    expect(curve.passMs(1)).toBeCloseTo(14, 1);
    expect(curve.relative(2)).toBeGreaterThan(1.2);
  });

  it("assumes a shape until something is known", () => {
    expect(new CostCurve().known).toBe(false);
    expect(new CostCurve().relative(2)).toBeGreaterThan(1);
  });
});
