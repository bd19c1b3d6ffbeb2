import { describe, expect, it } from "vitest";
import { SelfTest } from "../../../../../src/engine/backends/embedded/selfTest.ts";
import { ToySequence } from "../../../support/toySequence.ts";

class ThreadedSequence extends ToySequence {
  threads = 0;
  /** Threads that passes ran with. */
  readonly used = new Set<number>();
  override async evaluate(tokens: readonly number[], outputs: number): Promise<void> {
    this.used.add(this.threads);
    await super.evaluate(tokens, outputs);
  }
}

function open(contextSize: number, threads = 2) {
  const sequence = new ThreadedSequence({ contextSize, vocabularySize: 200 });
  const governor = { threads, max: 2 };
  return { sequence, governor, test: new SelfTest(sequence, governor, null) };
}

describe("the self-test of a model", () => {
  it("reaches as far as its kind, and a longer one counts for a shorter", async () => {
    const { test } = open(4_096);
    expect(test.isDone("quick")).toBe(false);
    await test.run("quick");
    expect([test.isDone("quick"), test.isDone("long")]).toEqual([true, false]);
    await test.run("long");
    expect([test.isDone("quick"), test.isDone("long"), test.isDone("thorough")]).toEqual([true, true, false]);
    expect(test.result?.lengths).toContain(2_000);
  });

  it("is as long as the context has room for", async () => {
    const { test } = open(1_024);
    await test.run("quick");
    expect(test.isDone("long")).toBe(true);
  });

  it("keeps what was found with all threads, and tests again once all may be used", async () => {
    const { test, sequence, governor } = open(1_024, 1);
    await test.run("quick");
    expect([...sequence.used]).toEqual([1]);
    expect(test.result).not.toBeNull();
    expect([test.toKeep, test.isDone("quick")]).toEqual([null, true]);
    governor.threads = 2;
    expect(test.isDone("quick")).toBe(false);
    await test.run("quick");
    expect([...sequence.used]).toEqual([1, 2]);
    expect(test.toKeep).toEqual(test.result);
    // Fewer threads are no other kernels: the result stays.
    governor.threads = 1;
    expect(test.isDone("quick")).toBe(true);
  });

  it("learns nothing from a test that was stopped", async () => {
    const { test, sequence } = open(4_096);
    await test.run("quick");
    const before = test.result;
    const start = sequence.passes;
    await test.run("long", () => sequence.passes > start + 20);
    expect(test.result).toEqual(before);
    expect(test.isDone("long")).toBe(false);
  });
});
