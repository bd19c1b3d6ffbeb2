/** The token sequence on the native bindings, in this process. */
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, inject, it } from "vitest";
import { openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { addSequences } from "../../src/engine/backends/embedded/moreSequences.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import type { NativeSequence } from "../../src/engine/backends/embedded/sequence.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

it("the KV cache survives a collection of garbage between two passes", async () => {
  const { model, close } = await open();
  const undisturbed = await lastRow(model.sequence, async () => {});
  const collected = await lastRow(model.sequence, async () => {
    // Finalizers run in tasks of their own, and node-llama-cpp's release the cells behind a lock.
    for (let i = 0; i < 5; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  await close();
  expect(collected).toEqual(undisturbed);
});

it("a row is the same whether it was read ahead, out of turn, with another count, or not at all before the next pass", async () => {
  const { model, close } = await open();
  const { sequence } = model;
  await sequence.evaluate([504, 3575, 282, 4649, 314, 260], 4);
  const outOfTurn = [];
  for (const index of [3, 1, 2, 0]) outOfTurn[index] = await sequence.candidates(index, 10);
  const inTurn = [];
  for (const index of [0, 1, 2, 3]) inTurn.push(await sequence.candidates(index, 10));
  expect(inTurn).toEqual(outOfTurn);
  expect(new Set(inTurn.map(({ tokens }) => tokens.join())).size).toBe(4);
  await sequence.candidates(0, 10);
  const fewer = await sequence.candidates(1, 3);
  expect(fewer.tokens).toEqual(inTurn[1]!.tokens.slice(0, 3));
  // The row after this one has been begun, and is not wanted.
  await sequence.candidates(0, 10);
  sequence.rollback(5);
  await sequence.evaluate([260], 1);
  const again = await sequence.candidates(0, 10);
  expect(again.tokens).toEqual(inTurn[3]!.tokens);
  await sequence.candidates(0, 12);
  // The first row is read behind the pass, with the count that was told, or is not wanted, or is wanted in another size.
  const first = async (told: number, count: number) => {
    sequence.rollback(5);
    await sequence.evaluate([260], 1, told);
    return (await sequence.candidates(0, count)).tokens;
  };
  expect(await first(10, 10)).toEqual(inTurn[3]!.tokens);
  expect(await first(3, 10)).toEqual(inTurn[3]!.tokens);
  sequence.rollback(5);
  await sequence.evaluate([260], 1, 10);
  sequence.rollback(0);
  await sequence.evaluate([504, 3575, 282], 1, 10);
  const ahead = await sequence.candidates(0, 10);
  expect(ahead).toEqual(await plain(sequence, [504, 3575, 282]));
  await close();
});

describe("with further sequences", () => {
  const text = (length: number, seed: number) => Array.from({ length }, (_, i) => 1_000 + ((i * i + seed) % 9_000));
  const next = async (sequence: NativeSequence) => {
    await sequence.evaluate([260], 1);
    const row = await sequence.candidates(0, 10);
    sequence.rollback(sequence.length - 1);
    return row;
  };

  it("what one takes over from another is there at once, so that nothing loaded then is overwritten", async () => {
    const { model, close } = await open();
    const { sequence: first } = model;
    const [second] = await addSequences(model, 2);
    const file = join(inject("scratch"), "state-taken-over");
    const [held, kept] = [text(60, 0), [...text(40, 0), ...text(20, 5)]];
    await second!.evaluate(kept, 0);
    const expected = await next(second!);
    await second!.save(file);
    second!.rollback(0);
    // The last token in a pass of its own, as it is where all of a text is taken over: passes of other sizes differ a little.
    await first.evaluate(held.slice(0, -1), 0);
    await first.evaluate(held.slice(-1), 0);
    await second!.copyFrom(first, kept);
    expect(second!.tokens).toEqual(held.slice(0, 40));
    await second!.restore(file, kept);
    expect(second!.tokens).toEqual(kept);
    expect(await next(second!)).toEqual(expected);
    // What was taken over is right as well.
    const ofFirst = await next(first);
    second!.rollback(0);
    await second!.copyFrom(first, held);
    expect(second!.tokens).toEqual(held);
    expect(await next(second!)).toEqual(ofFirst);
    await close();
  });

  it("one takes nothing over from another that was taken for another text while it waited", async () => {
    const { model, close } = await open();
    const { sequence: first } = model;
    const [second] = await addSequences(model, 2);
    await first.evaluate(text(60, 0), 0);
    await second!.evaluate(text(4, 0), 0);
    for (const sequence of [first, second!]) await sequence.enter();
    const copied = second!.copyFrom(first, text(60, 0));
    first.rollback(0);
    const other = first.evaluate(text(10, 5), 0);
    await copied;
    second!.leave();
    await other;
    expect(second!.tokens).toEqual(text(4, 0));
    expect(first.tokens).toEqual(text(10, 5));
    first.leave();
    await close();
  });
});

async function open() {
  const runtime = await startRuntime("off", 1, () => {});
  const model = await openModel(
    runtime,
    { id: "smol", path: inject("smolPath") },
    { contextSize: 512, kvType: "f16", flashAttention: false, threads: 1 },
  );
  const close = async () => {
    await model.dispose();
    await runtime.llama.dispose();
  };
  return { model, close };
}

/** The row behind these tokens, not read ahead. */
async function plain(sequence: NativeSequence, tokens: readonly number[]) {
  sequence.rollback(0);
  await sequence.evaluate(tokens, 1);
  return sequence.candidates(0, 10);
}

async function lastRow(sequence: NativeSequence, between: () => Promise<void>) {
  sequence.rollback(0);
  await sequence.evaluate([504, 3575, 282, 4649, 314], 0);
  await between();
  await sequence.evaluate([260], 1);
  return sequence.candidates(0, 10);
}
