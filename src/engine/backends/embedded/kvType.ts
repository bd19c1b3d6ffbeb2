/**
 * The number format of the KV cache where Hunch may choose. f16 as long as there is room for it: it is the fastest on a CPU,
 * and exact. Else q8_0, at about half the memory and hardly any loss (bench/results/kv.md). q4_0, which can spoil a model,
 * only where the user asks for it.
 */
import type { KvType, Notice } from "../../../common/protocol.ts";

/** Share of the free memory that an f16 cache may take: other programs, and what a pass needs, want some too. */
const memoryShare = 0.75;

export interface KvChoice {
  kvType: Extract<KvType, "f16" | "q8_0">;
  notice: Notice | null;
}

/** @param f16Bytes that a cache of `contextSize` tokens takes as f16. @param freeBytes with the weights in memory */
export function affordableKvType(contextSize: number, f16Bytes: number, freeBytes: number): KvChoice {
  if (f16Bytes <= memoryShare * freeBytes) return { kvType: "f16", notice: null };
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  return {
    kvType: "q8_0",
    notice: {
      code: "kvTypeLowered",
      message: `A context of ${contextSize} tokens needs ${gigabytes(f16Bytes)} and ${gigabytes(freeBytes)} are free: its cache is kept as q8_0, in half of that.`,
    },
  };
}
