/** The token sequence on the native bindings, in this process. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, inject, it } from "vitest";
import { openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import type { NativeSequence } from "../../src/engine/backends/embedded/sequence.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

it("the KV cache survives a collection of garbage between two passes", async () => {
  const runtime = await startRuntime("off", 1, () => {});
  const model = await openModel(
    runtime,
    { id: "smol", path: inject("smolPath") },
    { contextSize: 512, kvType: "f16", flashAttention: false, threads: 1 },
  );
  const undisturbed = await lastRow(model.sequence, async () => {});
  const collected = await lastRow(model.sequence, async () => {
    // Finalizers run in tasks of their own, and node-llama-cpp's release the cells behind a lock.
    for (let i = 0; i < 5; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  await model.dispose();
  await runtime.llama.dispose();
  expect(collected).toEqual(undisturbed);
});

async function lastRow(sequence: NativeSequence, between: () => Promise<void>) {
  sequence.rollback(0);
  await sequence.evaluate([504, 3575, 282, 4649, 314], 0);
  await between();
  await sequence.evaluate([260], 1);
  return sequence.candidates(0, 10);
}
