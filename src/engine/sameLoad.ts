/** Whether the model that is loaded is the one that is asked for, or does for it. */
import { isDeepStrictEqual } from "node:util";
import type { KvType, LoadParams, ModelInfo } from "../common/protocol.ts";
import { autoContextSize } from "./backends/embedded/contextSize.ts";

/** Loaded as it is asked for, to the last option. */
export function sameLoad(a: LoadParams, b: LoadParams): boolean {
  return isDeepStrictEqual(essence(a), essence(b));
}

/** What is loaded. */
export interface Loaded {
  params: LoadParams;
  info: Pick<ModelInfo, "contextSize" | "trainContextSize" | "kvType">;
}

/**
 * The loaded model answers as the one that is asked for would: the same weights, with a context that is at least as large.
 * Threads, room for generations side by side and the prompts kept on disk change how fast it is, not what it says.
 */
export function serves({ params, info }: Loaded, asked: LoadParams): boolean {
  if (!sameWeights(params, asked)) return false;
  if (asked.takesLoaded) return true;
  return (
    isDeepStrictEqual(decisive(params), decisive(asked)) &&
    isLargeEnough(params, info, asked.contextSize) &&
    isPreciseEnough(params, info.kvType, asked.kvType)
  );
}

/** Of a server outside: the same server and model. */
export function sameWeights(a: LoadParams, b: LoadParams): boolean {
  if (a.server?.kind !== "openai" && b.server?.kind !== "openai") return a.target.path === b.target.path;
  return a.target.id === b.target.id && isDeepStrictEqual(a.server, b.server);
}

/**
 * Why the engine's own process runs the model makes no other model of it: two clients may have come to it in two ways. Nor
 * does who chose how much is kept on disk: a client that did says so with its load.
 */
function essence({
  backendReason,
  takesLoaded: _,
  promptCacheByDefault: __,
  ...load
}: LoadParams): Partial<LoadParams> {
  return load.server ? { ...load, backendReason } : load;
}

/** A llama-server that Hunch chose may be done without; one that the user chose may not. The reason is told in words. */
function decisive({ draft, gpu, strict, thinkingFormat, server, backendReason }: LoadParams) {
  const isOwnChoice = server ? backendReason !== undefined : null;
  return { draft: draft?.path, gpu, strict, thinkingFormat, server, isOwnChoice };
}

function isLargeEnough(params: LoadParams, info: Loaded["info"], asked: LoadParams["contextSize"]): boolean {
  if (asked === params.contextSize) return true;
  const tokens = asked === "auto" ? autoContextSize : asked;
  // More than a model was trained for is not to be had in this process; what a server would do is not known.
  return info.contextSize >= (params.server ? tokens : Math.min(tokens, info.trainContextSize));
}

/** q4_0, which can spoil a model, is for those who ask for it. */
function isPreciseEnough(params: LoadParams, used: KvType, asked: LoadParams["kvType"]): boolean {
  if (asked === params.kvType) return true;
  return asked === "auto" ? used !== "q4_0" : used === asked;
}
