/** From load parameters to the backend that they name. */
import { isHunchError } from "../../common/errors.ts";
import type { LlamaServer, LoadParams } from "../../common/protocol.ts";
import type { StateFolder } from "../stateFolder.ts";
import type { Backend, LoadHooks } from "./backend.ts";
import { EmbeddedBackend } from "./embedded/embeddedBackend.ts";
import { LlamaServerBackend } from "./llamaServer/llamaServerBackend.ts";
import { FailoverBackend } from "./openai/failoverBackend.ts";
import { OpenaiBackend } from "./openai/openaiBackend.ts";

/** @throws HunchError that says why the model can not be used */
export function loadBackend(params: LoadParams, folder: StateFolder, hooks: LoadHooks): Promise<Backend> {
  const { server } = params;
  if (!server) return EmbeddedBackend.load(params, folder, hooks);
  switch (server.kind) {
    case "openai":
      return server.others?.length
        ? FailoverBackend.load(params, server, hooks)
        : OpenaiBackend.load(params, server, hooks);
    case "llamaServer":
      return loadOnLlamaServer(params, server, folder, hooks);
  }
}

async function loadOnLlamaServer(
  params: LoadParams,
  server: LlamaServer,
  folder: StateFolder,
  hooks: LoadHooks,
): Promise<Backend> {
  try {
    return await LlamaServerBackend.load(params, server, folder, hooks);
  } catch (error) {
    // The user may have chosen it for a reason; Hunch's own choice must not cost the answer.
    const own = params.backendReason !== undefined && isHunchError(error) && error.code === "backendUnavailable";
    if (!own || hooks.signal?.aborted) throw error;
    hooks.log("warn", error.message);
    const message = `${error.message} Hunch's own engine runs the model.`;
    return EmbeddedBackend.load(params, folder, hooks, [{ code: "llamaServerRefused", message }]);
  }
}
