/**
 * Memory in pages of 2 MB for the engine, where Linux gives them to who asks. A pass reads all weights, and with pages of
 * 4 KB some of its time goes into looking up addresses: single-token passes of a 1.5B were 8 to 12 % faster with them on
 * two Intel cores. What asks is glibc's malloc (2.35 and later), told by a variable that others ignore; it holds for weights
 * that llama.cpp lays out anew for the processor, and for the KV cache, not for those it reads in place from the file.
 * Electron has an allocator of its own, which does not know it either.
 * https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html
 */
const tunable = "glibc.malloc.hugetlb";

/** Variables for the engine's process beside those of `env`; a choice that is in there stands. */
export function hugePages(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): NodeJS.ProcessEnv {
  const { GLIBC_TUNABLES: chosen = "" } = env;
  if (platform !== "linux" || chosen.includes(tunable)) return {};
  return { GLIBC_TUNABLES: [...(chosen ? [chosen] : []), `${tunable}=1`].join(":") };
}
