import { describe, expect, it } from "vitest";
import {
  measureExactness,
  quickLengths,
  strictLengths,
  thoroughLengths,
} from "../../../../src/engine/speculation/exactness.ts";
import type { Candidates } from "../../../../src/engine/speculation/types.ts";
import { ToySequence } from "../../support/toySequence.ts";

/** A model whose kernels change at a pass size, as repacked weights do, or at a length, as split attention does. */
class KernelSequence extends ToySequence {
  readonly #differs: (passSize: number, length: number) => boolean;
  constructor(contextSize: number, differs: (passSize: number, length: number) => boolean) {
    super({ contextSize, vocabularySize: 200 });
    this.#differs = differs;
  }
  override async candidates(index: number, count: number): Promise<Candidates> {
    const { tokens, logits } = await super.candidates(index, count);
    const isOther = this.#differs(this.sizes.at(-1)!, this.length);
    return { tokens, logits: isOther ? logits.map((logit) => logit + 2 ** -20) : logits };
  }
}

/** To its end. */
async function measured(sequence: KernelSequence, lengths: readonly number[]) {
  const result = await measureExactness(sequence, lengths);
  if (!result) throw new Error("nobody stopped it");
  return result;
}

describe("the exactness self-test", () => {
  it("finds all sizes equal where they are, and leaves the sequence empty", async () => {
    const sequence = new KernelSequence(1_024, () => false);
    const { exactSizes, maxDifference } = await measured(sequence, quickLengths(1_024));
    expect(exactSizes).toEqual([1, 2, 3, 4, 5, 6, 8, 12, 16]);
    expect(Object.values(maxDifference).every((difference) => difference === 0)).toBe(true);
    expect(sequence.length).toBe(0);
  });

  it("finds the sizes from which another kernel computes, by their last bits", async () => {
    const sequence = new KernelSequence(1_024, (size) => size >= 4 && size <= 16);
    const { exactSizes, maxDifference } = await measured(sequence, quickLengths(1_024));
    expect(exactSizes).toEqual([1, 2, 3]);
    expect(maxDifference[4]).toBeCloseTo(2 ** -20, 10);
  });

  it("looks on both sides of the lengths where attention changes", async () => {
    const sequence = new KernelSequence(1_024, (size, length) => size === 1 && length > 512);
    expect((await measured(sequence, quickLengths(1_024))).exactSizes).toEqual([1]);
  });

  it("keeps to lengths that fit, down to the smallest context", async () => {
    for (const contextSize of [512, 640, 1_024, 4_096])
      for (const lengths of [quickLengths, strictLengths, thoroughLengths].map((of) => of(contextSize))) {
        const { exactSizes } = await measured(new KernelSequence(contextSize, () => false), lengths);
        expect(exactSizes).toContain(16);
      }
    expect(quickLengths(512)).toEqual([200, 300]);
    expect(strictLengths(4_096)).toContain(2_000);
    expect(strictLengths(2_000)).toEqual(quickLengths(2_000));
  });

  it("can be stopped between any two passes, and leaves the sequence empty", async () => {
    const whole = new KernelSequence(1_024, () => false);
    await measureExactness(whole, quickLengths(1_024));
    for (const after of [0, 1, 5, 30, whole.passes - 10]) {
      const sequence = new KernelSequence(1_024, () => false);
      expect(await measureExactness(sequence, quickLengths(1_024), () => sequence.passes >= after)).toBeNull();
      expect(sequence.passes).toBeLessThanOrEqual(after + 2);
      expect(sequence.length).toBe(0);
    }
  });
});
