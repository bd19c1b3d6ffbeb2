/** What runs the model, as `--backend`, `--endpoint` and the keys of the environment say. */

import { splitEndpoints } from "../common/endpoints.ts";
import type { ModelServer, SpeculationMode } from "../common/protocol.ts";
import { findLlamaServer } from "../models/llamaServer/find.ts";
import { usage } from "./values.ts";

export const backends = ["auto", "embedded", "llama-server", "openai"] as const;
export type BackendName = (typeof backends)[number];

/**
 * @returns null: the engine's own process
 * @throws HunchError usage when backend, endpoint and keys contradict each other; backendUnavailable without llama-server
 */
export function modelServer(
  {
    backend = "embedded",
    endpoint,
    speculation,
  }: { backend?: BackendName; endpoint?: string; speculation: SpeculationMode },
  env: NodeJS.ProcessEnv,
): ModelServer | null {
  if (backend !== "openai") {
    if (endpoint !== undefined) throw usage("--endpoint belongs to the openai backend.", "Add --backend openai.");
    return backend !== "llama-server" ? null : { kind: "llamaServer", program: findLlamaServer("", env), speculation };
  }
  if (endpoint === undefined)
    throw usage("--backend openai needs the server's address.", "Give it: --endpoint http://127.0.0.1:8000");
  const endpoints = splitEndpoints(endpoint);
  const keys = apiKeys(endpoints.length, env);
  const [first = { endpoint: "", apiKey: null }, ...others] = endpoints.map((address, i) => ({
    endpoint: address,
    apiKey: keys[i] ?? null,
  }));
  return { kind: "openai", ...first, ...(others.length > 0 ? { others } : {}) };
}

/** One for each server: those of HUNCH_API_KEYS, where an empty place is none, else HUNCH_API_KEY. @throws HunchError usage */
function apiKeys(count: number, env: NodeJS.ProcessEnv): (string | null)[] {
  const list = env.HUNCH_API_KEYS?.trim();
  if (!list) return Array(count).fill(env.HUNCH_API_KEY?.trim() || null);
  const keys = list.split(",").map((key) => key.trim() || null);
  // A key must not come to another server than the one that it was meant for.
  if (keys.length === count) return keys;
  throw usage(
    `HUNCH_API_KEYS has ${keys.length} places for the ${count} servers of --endpoint.`,
    "Give each its key, in the same order with commas between; an empty place is for a server without one.",
  );
}
