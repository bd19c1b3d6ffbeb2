import { describe, expect, it } from "vitest";
import { DraftDepth } from "../../../../../src/engine/backends/llamaServer/draftDepth.ts";
import { seededRandom } from "../../../support/random.ts";

/** A server on which guesses are right with this chance, and a pass takes 20 ms, and so much more a guessed token. */
class World {
  readonly #random = seededRandom(5);
  readonly chance: number;
  readonly cost: number;

  constructor(chance: number, cost: number) {
    this.chance = chance;
    this.cost = cost;
  }

  answer(depth: number, tokens = 200) {
    let [draftedTokens, acceptedTokens, passes] = [0, 0, 0];
    while (passes + acceptedTokens < tokens) {
      passes++;
      draftedTokens += depth;
      for (let i = 0; i < depth && this.#random() < this.chance; i++) acceptedTokens++;
    }
    const decodeMs = passes * 20 * (1 + this.cost * depth);
    return { draftedTokens, acceptedTokens, outputTokens: passes + acceptedTokens, decodeMs };
  }

  /** Tokens a second. */
  rate(depth: number): number {
    const { outputTokens, decodeMs } = this.answer(depth, 20_000);
    return (1000 * outputTokens) / decodeMs;
  }
}

/** Lets the depth follow what it sees. */
function follow(world: World, depth: DraftDepth, answers = 20): number {
  let changes = 0;
  for (let i = 0; i < answers; i++) {
    depth.observe(world.answer(depth.current));
    if (depth.best === depth.current) continue;
    depth.use(depth.best);
    changes++;
  }
  return changes;
}

describe("how far llama-server guesses ahead", () => {
  it.each([
    { chance: 0.95, cost: 0.05 },
    { chance: 0.95, cost: 0.35 },
    { chance: 0.7, cost: 0.1 },
    { chance: 0.5, cost: 0.4 },
    { chance: 0.3, cost: 0.6 },
    { chance: 0.1, cost: 0.1 },
  ])("comes close to the best depth: right with $chance, at a cost of $cost a token", ({ chance, cost }) => {
    const world = new World(chance, cost);
    const depth = new DraftDepth("cpu", 0);
    const changes = follow(world, depth);
    const best = Math.max(...Array.from({ length: 9 }, (_, i) => world.rate(i)));
    expect(world.rate(depth.current)).toBeGreaterThan(0.88 * best);
    expect(changes).toBeLessThanOrEqual(4);
  });

  it("does not guess where it never pays, and looks again at the next start", () => {
    const depth = new DraftDepth("cpu", 0);
    follow(new World(0.05, 0.6), depth);
    expect(depth.current).toBe(0);
    expect(new DraftDepth("cpu", 0, depth.toJSON()).current).toBe(1);
  });

  it("a draft model as large as its target is given up at once, however often it is right", () => {
    const depth = new DraftDepth("cpu", 1);
    expect(follow(new World(0.98, 1.4), depth)).toBe(1);
    expect(depth.current).toBe(0);
  });

  it("waits for enough passes, and for a gain that is worth a start", () => {
    const depth = new DraftDepth("gpu", 0);
    depth.observe(new World(1, 0).answer(3, 60));
    expect(depth.best).toBe(3);
    const content = new DraftDepth("cpu", 0);
    follow(new World(0.75, 0.2), content);
    expect(content.current).toBe(3);
  });

  it("knows the acceptance", () => {
    const depth = new DraftDepth("gpu", 0);
    for (let i = 0; i < 20; i++) depth.observe(new World(0.6, 0.1).answer(3));
    expect(depth.acceptance).toBeGreaterThan(0.55);
    expect(depth.acceptance).toBeLessThan(0.65);
  });

  it("answers without counts teach nothing", () => {
    const depth = new DraftDepth("cpu", 0);
    for (let i = 0; i < 10; i++)
      depth.observe({ draftedTokens: 0, acceptedTokens: 0, outputTokens: 500, decodeMs: 9_000 });
    expect(depth.toJSON()).toEqual({ depth: 3, seen: {} });
  });

  it("is kept between runs", () => {
    const depth = new DraftDepth("gpu", 0);
    follow(new World(0.97, 0.02), depth);
    expect(depth.current).toBeGreaterThan(3);
    const again = new DraftDepth("gpu", 0, JSON.parse(JSON.stringify(depth)));
    expect(again.current).toBe(depth.current);
  });
});

describe("a start of the server", () => {
  const answers = (depth: DraftDepth, world: World) => {
    for (let i = 0; i < 3; i++) depth.observe(world.answer(depth.current));
  };

  it("takes the depth that an earlier run has found best, but not none at all", () => {
    const before = new DraftDepth("cpu", 0);
    answers(before, new World(0.98, 0.02));
    expect(before.best).toBeGreaterThan(before.current);
    const after = new DraftDepth("cpu", 0, before.toJSON());
    after.start();
    expect(after.current).toBe(before.best);

    const useless = new DraftDepth("cpu", 0);
    answers(useless, new World(0.02, 0.6));
    expect(useless.best).toBe(0);
    const again = new DraftDepth("cpu", 0, useless.toJSON());
    again.start();
    expect(again.current).toBe(1);
  });

  it("does not try a depth again with which it failed", () => {
    const depth = new DraftDepth("cpu", 0);
    answers(depth, new World(0.98, 0.02));
    const refused = depth.best;
    depth.refuse(refused, 3);
    expect([depth.current, depth.best === refused]).toEqual([3, false]);
  });
});
