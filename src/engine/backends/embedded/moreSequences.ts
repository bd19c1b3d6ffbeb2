/**
 * Gives a loaded model further sequences. llama.cpp fixes their number, and with it the memory of the KV cache, when a
 * context is created. So a model begins with one, which costs nothing extra, and moves into a larger context when a second
 * generation first wants to run beside another: what the cache holds moves along through a file.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenModel } from "./loadModel.ts";
import { nativeContext } from "./nativeContext.ts";
import type { Runtime } from "./runtime.ts";
import { NativeSequence } from "./sequence.ts";

/** Sequences taken by "auto" at most: beyond four, a pass on a CPU takes as much longer as it yields more. */
const autoSequences = 4;
/** Share of the free memory that "auto" may take for them. */
const memoryShare = 0.5;

/** How many sequences the model may get. */
export async function affordableSequences(
  runtime: Runtime,
  target: OpenModel,
  wanted: number | "auto",
): Promise<number> {
  // Their common batch may fail half-way: what it left in the cache has to be dropped.
  if (!target.canRollBack) return 1;
  if (wanted !== "auto") return wanted;
  const free = runtime.llama.gpu ? (await runtime.llama.getVramState()).free : process.availableMemory();
  const bytes = await sequenceBytes(target, runtime.llama.gpu !== false);
  return Math.max(1, Math.min(autoSequences, Math.floor((free * memoryShare) / bytes)));
}

/** KV cache of one sequence (bytes). */
async function sequenceBytes({ model, context, kvType, flashAttention }: OpenModel, onGpu: boolean): Promise<number> {
  const need = async (sequences: number) => {
    const { gpuVram, cpuRam } = await model.fileInsights.estimateContextResourceRequirementsV2({
      contextSize: context.contextSize,
      sequences,
      modelGpuLayers: model.gpuLayers,
      batchSize: context.batchSize,
      flashAttention,
      kvCacheKeyType: context.kvCacheKeyType,
      kvCacheValueType: context.kvCacheValueType,
      swaFullCache: true,
    });
    return onGpu ? gpuVram : cpuRam;
  };
  const [one, two] = [await need(1), await need(2)];
  // Where the estimate says nothing: a 1.5B model's at 8 192 tokens, twice.
  return two > one ? two - one : kvType === "f16" ? 500_000_000 : 250_000_000;
}

/**
 * Moves the model's sequence into a context for `total` sequences. Takes some tenths of a second, between two passes.
 * @returns the further ones. @throws when there is not enough memory, or when what the cache holds cannot move (models with
 * a sliding window keep two caches); the model then goes on as it was
 */
export async function addSequences(target: OpenModel, total: number): Promise<NativeSequence[]> {
  const { batch, sequence, model } = target;
  const further: NativeSequence[] = [];
  const folder = await mkdtemp(join(tmpdir(), "hunch-"));
  try {
    await batch.between(null, async () => {
      const context = await target.openContext(total);
      try {
        await sequence.moveTo(context, join(folder, "sequence"));
      } catch (error) {
        await context.dispose();
        throw error;
      }
      batch.moveTo(nativeContext(context));
      for (let i = 1; i < total; i++) further.push(new NativeSequence(model, context, batch, sequence.vocabularySize));
      const before = target.context;
      target.context = context;
      await before.dispose();
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return further;
}
