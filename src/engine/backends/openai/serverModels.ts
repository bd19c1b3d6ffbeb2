/** The models to choose from, before one is: asked of the server itself. */
import { isHunchError } from "../../../common/errors.ts";
import type { OpenaiServer } from "../../../common/openaiServer.ts";
import { Endpoint } from "./endpoint.ts";
import { HttpClient } from "./http.ts";
import { within } from "./openaiBackend.ts";
import { modelNames } from "./server.ts";

/** Longest wait for one server's list (ms). */
const waitMs = 10_000;

/**
 * Names as the server lists them; of several servers, which have the same, the first's that answers.
 * @throws HunchError of the first server, when none does
 */
export async function serverModels(server: OpenaiServer, signal: AbortSignal): Promise<string[]> {
  const { others = [], ...first } = server;
  let error: unknown = null;
  for (const { endpoint, apiKey } of [first, ...others]) {
    try {
      return await modelsOf({ ...first, endpoint, apiKey }, signal);
    } catch (failure) {
      if (signal.aborted || !isHunchError(failure)) throw failure;
      error ??= failure;
    }
  }
  throw error;
}

async function modelsOf({ endpoint, apiKey, network }: OpenaiServer, signal: AbortSignal): Promise<string[]> {
  const place = new Endpoint(endpoint);
  const http = new HttpClient({ apiKey, timeoutMs: waitMs, network });
  try {
    return await within(waitMs, place, (limited) => modelNames(place, http, limited), [signal]);
  } finally {
    http.dispose();
  }
}
