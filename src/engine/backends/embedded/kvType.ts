/**
 * The number format of the KV cache where Hunch may choose. f16 as long as there is room for it: it is the fastest on a CPU,
 * and exact. Else q8_0, at about half the memory and hardly any loss (bench/results/kv.md). q4_0, which can spoil a model,
 * only where the user asks for it.
 */
import type { KvType, LoadParams, Notice } from "../../../common/protocol.ts";

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

/** How keys and values are to be kept, and whether attention is computed in one kernel. */
export interface CacheOptions {
  /** "auto": as there is memory. */
  kvType: KvType | "auto";
  flashAttention: boolean;
  notice: Notice | null;
}

/**
 * Strict mode compares with plain decoding of the same KV type, so it may choose the type and not the kernel: q8_0, which
 * needs flash attention in both, has sizes that are bit-equal to n = 1 on a CPU.
 */
export function cacheOptions({ strict, kvType }: Pick<LoadParams, "strict" | "kvType">, device: string): CacheOptions {
  // On a CPU it costs time at long contexts, so a cache that can do without it does.
  const flashAttention = device !== "cpu";
  const notice: Notice = {
    code: "strictF16",
    message:
      "With an f16 cache, passes of several tokens are computed by other kernels on a CPU than those of one: strict mode will find little or nothing to guess. A q8_0 cache, its own choice, has no such difference.",
  };
  return {
    kvType: strict && kvType === "auto" ? "q8_0" : kvType,
    flashAttention,
    notice: strict && kvType === "f16" && !flashAttention ? notice : null,
  };
}
