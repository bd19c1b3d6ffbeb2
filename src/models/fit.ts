/**
 * How much memory a model needs and whether this machine has it: weights + KV cache + the engine's overhead. An upper
 * estimate: layers with a sliding window or a recurrent state keep less than is counted here.
 */
import { totalmem } from "node:os";
import type { KvType } from "../common/protocol.ts";
import type { AttentionShape } from "./gguf.ts";

export interface MemoryNeed {
  weightsBytes: number;
  kvCacheBytes: number;
  /** Runtime, compute buffers and the engine process itself. */
  overheadBytes: number;
  totalBytes: number;
}

export interface MachineMemory {
  /** What can be taken without pushing other programs out. */
  availableBytes: number;
  /** What this process may use at all: the machine's memory, or its container's limit. */
  totalBytes: number;
}

/** `tight`: only when other programs make room. `tooBig`: not even then. */
export type FitVerdict = "fits" | "tight" | "tooBig";

/** An element of the KV cache (bytes): q8_0 and q4_0 store blocks of 32 values with a 16-bit scale. */
const elementBytes: Readonly<Record<KvType, number>> = { f16: 2, q8_0: 34 / 32, q4_0: 18 / 32 };

/** The engine's limit beside weights and KV cache. */
const overheadBytes = 300_000_000;

export function estimateMemory(model: {
  weightsBytes: number;
  /** null: no KV cache is counted. */
  attention: AttentionShape | null;
  /** Tokens. */
  contextSize: number;
  kvType: KvType;
}): MemoryNeed {
  const { weightsBytes, attention, contextSize, kvType } = model;
  const elements = attention
    ? attention.layers * attention.kvHeads * (attention.keyLength + attention.valueLength) * contextSize
    : 0;
  const kvCacheBytes = Math.ceil(elements * elementBytes[kvType]);
  return { weightsBytes, kvCacheBytes, overheadBytes, totalBytes: weightsBytes + kvCacheBytes + overheadBytes };
}

/** Tokens of a conversation for which a model's memory is told. */
const usualContextSize = 8_192;

/** With a KV cache of 8 192 tokens, or of the model's own limit, in f16. @param contextSize null: not known */
export function usualMemory(model: {
  weightsBytes: number;
  attention: AttentionShape | null;
  contextSize: number | null;
}): MemoryNeed {
  const contextSize = Math.min(model.contextSize ?? usualContextSize, usualContextSize);
  return estimateMemory({ ...model, contextSize, kvType: "f16" });
}

/** Counts a container's memory limit. On macOS the free memory is underestimated: files in the cache count as used. */
export function machineMemory(): MachineMemory {
  const limit = process.constrainedMemory();
  // Without a limit some kernels report a number near 2^64.
  const totalBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { totalBytes, availableBytes: Math.min(process.availableMemory(), totalBytes) };
}

export function fitVerdict(need: Pick<MemoryNeed, "totalBytes">, machine: MachineMemory): FitVerdict {
  if (need.totalBytes <= machine.availableBytes) return "fits";
  return need.totalBytes <= machine.totalBytes ? "tight" : "tooBig";
}
