/** From load parameters to the backend that they name. */
import type { LoadParams } from "../../common/protocol.ts";
import type { Backend, LoadHooks } from "./backend.ts";
import { EmbeddedBackend } from "./embedded/embeddedBackend.ts";
import type { StateFolder } from "./embedded/stateFolder.ts";
import { LlamaServerBackend } from "./llamaServer/llamaServerBackend.ts";
import { OpenaiBackend } from "./openai/openaiBackend.ts";

/** @throws HunchError that says why the model can not be used */
export function loadBackend(params: LoadParams, folder: StateFolder, hooks: LoadHooks): Promise<Backend> {
  const { server } = params;
  if (!server) return EmbeddedBackend.load(params, folder, hooks);
  switch (server.kind) {
    case "openai":
      return OpenaiBackend.load(params, server, hooks);
    case "llamaServer":
      return LlamaServerBackend.load(params, server, hooks);
  }
}
