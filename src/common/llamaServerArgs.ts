/** How a llama-server is told where it computes and how it keeps its cache: the engine's own, and one that is compared with it. */
import type { KvType } from "./protocol.ts";

/** No layer is on the GPU, whatever the program was built for. */
export const noGpuArgs: readonly string[] = ["--gpu-layers", "0"];

/** None where it does so by itself. */
export function cacheArgs(kvType: KvType): string[] {
  // A quantised V cache needs flash attention.
  return kvType === "f16" ? [] : ["--cache-type-k", kvType, "--cache-type-v", kvType, "--flash-attn", "on"];
}
