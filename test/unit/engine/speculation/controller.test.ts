import { describe, expect, it } from "vitest";
import { AcceptanceModel } from "../../../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../../../src/engine/speculation/controller.ts";
import { CostCurve } from "../../../../src/engine/speculation/costCurve.ts";
import { DraftCosts } from "../../../../src/engine/speculation/draftCosts.ts";
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

  it("verifies long drafts where they are nearly always right, the longest once the text has won something", () => {
    const controller = controllerOn(slowCpu);
    teach(controller, 7, 0.99);
    const first = controller.choose([draft(7)], "prose", 15);
    expect(first.length).toBe(7);
    const outcome = { draftedCount: 7, acceptedCount: 7, company: 0, mismatch: false, passMs: 174 };
    controller.observeRound({ draft: first.draft, kind: "prose", ...outcome });
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
    expect(controller.wantsModelDraft("code", 15, { company: 1 })).toBe(0);
  });

  it("learns from drafts it does not verify, and forgets when the text changes", () => {
    const controller = controllerOn(slowCpu);
    teach(controller, 5, 0.05);
    expect(controller.choose([draft(5)], "prose", 15).length).toBe(0);
    controller.interrupt();
    teach(controller, 5, 0.97, 60);
    expect(controller.choose([draft(5)], "prose", 15).length).toBeGreaterThan(1);
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

  describe("with a draft model", () => {
    /** 24 ms a token, and 3 ms for each token read. */
    const drafterMs = { 1: 24, 4: 30, 16: 60, 64: 192 };
    const withModel = (costs: CostCurve, samples: Record<string, number> = drafterMs, acceptance?: AcceptanceModel) =>
      new Controller({
        acceptance: acceptance ?? new AcceptanceModel(),
        costs,
        draftCosts: new DraftCosts(new CostCurve(samples), costs, 0.4),
        allowedSizes: null,
      });
    /** Rounds of a text in which the model's drafts are always wrong. @param unread at first */
    const play = (controller: Controller, rounds: number, unread: number, readTokenMs: number) => {
      const spent = { drafts: 0, draftMs: 0, readMs: 0, totalMs: 0 };
      let left = unread;
      for (let i = 0; i < rounds; i++) {
        const wanted = controller.wantsModelDraft("prose", 15, { unread: left });
        const modelDraft = wanted > 0 ? draft(1, wanted, "draft") : null;
        if (modelDraft) {
          const readMs = left * readTokenMs;
          const draftMs = wanted * 24;
          controller.observeDrafting(modelDraft, { readMs, draftMs });
          spent.drafts++;
          spent.readMs += readMs;
          spent.draftMs += draftMs;
          left = 0;
        }
        const { draft: chosen, length } = controller.choose(modelDraft ? [modelDraft] : [], "prose", 15);
        const passMs = slowCpu.passMs(length + 1);
        const outcome = { draftedCount: length, acceptedCount: 0, company: 0, mismatch: chosen !== null };
        controller.observeRound({ draft: chosen, ...outcome, kind: "prose", passMs });
        left++;
        spent.totalMs += passMs;
      }
      spent.totalMs += spent.draftMs + spent.readMs;
      return spent;
    };

    it("tries one that does not pay only now and then", () => {
      const spent = play(withModel(slowCpu, { 1: 24, 4: 24.5, 16: 26, 64: 30 }), 2_000, 0, 0.47);
      expect(spent.drafts).toBeGreaterThan(1);
      expect(spent.draftMs / spent.totalMs).toBeLessThan(0.021);
      // Reading is under the limit: 7 passes and a hundredth of the tokens.
      expect(spent.readMs + spent.draftMs).toBeLessThan((7 + 0.01 * 2_000) * 37);
    });

    it("does not read a long prompt to try it", () => {
      expect(play(withModel(slowCpu), 500, 2_000, 3)).toMatchObject({ drafts: 0, readMs: 0 });
    });

    it("drafts nothing to learn what it costs", () => {
      const unknown = new Controller({ acceptance: new AcceptanceModel(), costs: slowCpu, allowedSizes: null });
      expect(unknown.wantsModelDraft("prose", 15)).toBe(0);
    });

    it("has it read what soon earns itself back, and no more", () => {
      // A third of a target's pass: it pays. 1 ms for each token read: 200 tokens are 5 passes, 20 000 are 540.
      const cheap = { 1: 2, 4: 4, 16: 16, 64: 64 };
      expect(withModel(slowCpu, cheap).wantsModelDraft("code", 15, { unread: 20_000 })).toBe(0);
      expect(withModel(slowCpu, cheap).wantsModelDraft("code", 15, { unread: 200 })).toBeGreaterThan(0);
    });

    it("does not have it read for more than it promises, whatever the text has won", () => {
      const controller = withModel(slowCpu, { 1: 2, 4: 4, 16: 16, 64: 64 });
      for (let i = 0; i < 100; i++) {
        const outcome = { draftedCount: 15, acceptedCount: 15, company: 0, mismatch: false };
        controller.observeRound({ draft: draft(7), ...outcome, kind: "code", passMs: slowCpu.passMs(16) });
      }
      // 1 080 passes: the text has won some 940 and has 1 600 tokens, of which it may save a third.
      expect(controller.wantsModelDraft("code", 15, { unread: 40_000 })).toBe(0);
      expect(controller.wantsModelDraft("code", 15, { unread: 2_000 })).toBeGreaterThan(0);
    });

    it("drafts only where no other drafter promises more", () => {
      const cheap = { 1: 2, 4: 4, 16: 16, 64: 64 };
      const wanted = (drafts: Draft[]) => withModel(slowCpu, cheap).wantsModelDraft("code", 15, { drafts });
      expect(wanted([])).toBeGreaterThan(0);
      expect(wanted([draft(0)])).toBeGreaterThan(0);
      expect(wanted([draft(0), draft(7)])).toBe(0);
    });

    it("is not tried beside a draft that pays", () => {
      const controller = withModel(slowCpu);
      for (let i = 0; i < 200; i++) {
        const outcome = { draftedCount: 0, acceptedCount: 0, company: 0, mismatch: false };
        controller.observeRound({ draft: null, ...outcome, kind: "code", passMs: 37 });
      }
      expect(controller.wantsModelDraft("code", 15, { drafts: [draft(7)] })).toBe(0);
      expect(controller.wantsModelDraft("code", 15)).toBe(2);
    });

    it("spends on reading what was promised, once", () => {
      const cheap = { 1: 2, 4: 4, 16: 16, 64: 64 };
      const controller = withModel(slowCpu, cheap);
      let read = 0;
      for (let i = 0; i < 40; i++)
        if (controller.wantsModelDraft("code", 15, { unread: 400 }) > 0) {
          controller.observeDrafting(null, { readMs: 400, draftMs: 0 });
          read++;
        }
      expect(read).toBeGreaterThan(0);
      // 128 tokens' gain and the limit's 7 passes.
      expect((read * 400) / 37).toBeLessThan(128 + 7);
      const promised = withModel(slowCpu, cheap).wantsModelDraft("code", 15, { unread: 400 });
      expect(promised).toBeGreaterThan(0);
    });

    it("does not take the reading for a cost of drafting", () => {
      const costs = new CostCurve({ 1: 37, 4: 96 });
      const draftCosts = new DraftCosts(new CostCurve({ 1: 5 }), costs, 0.4);
      const controller = new Controller({ acceptance: new AcceptanceModel(), costs, draftCosts, allowedSizes: null });
      for (let i = 0; i < 20; i++) controller.observeDrafting(draft(1, 4, "draft"), { readMs: 900, draftMs: 20 });
      expect(draftCosts.token).toBeCloseTo(5 / 37);
    });
  });
});

describe("DraftCosts", () => {
  const target = new CostCurve({ 1: 40 });

  it("counts in passes of the target", () => {
    const costs = new DraftCosts(new CostCurve({ 1: 20, 4: 26, 16: 40, 64: 120 }), target, 0.3);
    expect(costs.token).toBe(0.5);
    expect(costs.reading(0)).toBe(0);
    expect(costs.reading(64)).toBeCloseTo(3);
    expect(costs.reading(128 + 4)).toBeCloseTo(6.65);
  });

  it("goes by the sizes of the files until it is measured", () => {
    const costs = new DraftCosts(new CostCurve(), target, 0.3);
    expect(costs.token).toBe(0.3);
    expect(costs.reading(100)).toBeGreaterThan(5);
    costs.observe(4, 48);
    expect(costs.token).toBeCloseTo(0.3);
    costs.observe(0, 12);
    expect(costs.token).toBeCloseTo(0.3);
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
