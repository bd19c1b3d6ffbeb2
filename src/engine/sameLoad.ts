/** Whether the model that is loaded is the one that is asked for. */
import { isDeepStrictEqual } from "node:util";
import type { LoadParams } from "../common/protocol.ts";

export function sameLoad(a: LoadParams, b: LoadParams): boolean {
  return isDeepStrictEqual(essence(a), essence(b));
}

/** Why the engine's own process runs the model makes no other model of it: two clients may have come to it in two ways. */
function essence({ backendReason, ...load }: LoadParams): Partial<LoadParams> {
  return load.server ? { ...load, backendReason } : load;
}
