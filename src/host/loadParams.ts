/** How the model is loaded that the settings name: from here, or with the server that runs it. */

import type * as vscode from "vscode";
import { splitEndpoints } from "../common/endpoints.ts";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { OpenaiServer } from "../common/openaiServer.ts";
import type { LoadParams, ModelRef, ModelServer } from "../common/protocol.ts";
import type { SettingKey, Settings } from "../common/settings.ts";
import type { Models } from "./models.ts";
import { networkOptions } from "./network.ts";
import { ServerKeys } from "./serverKeys.ts";
import type { SettingsReader } from "./settings.ts";

/** Settings that need the model to be loaded anew. */
export const loadKeys: readonly SettingKey[] = [
  "model",
  "draftModel",
  "modelsFolder",
  "contextSize",
  "kvCacheType",
  "threads",
  "parallelGenerations",
  "gpu",
  "speculation",
  "promptCacheSize",
  "backend",
  "endpoint",
  "serverModel",
  "llamaServer.path",
  "thinkingFormat",
];

export interface LoadServices {
  extension: vscode.ExtensionContext;
  settings: SettingsReader;
  models: Models;
}

/** @throws HunchError of the models' files; usage, backendUnavailable of the server */
export async function loadParams(services: LoadServices): Promise<LoadParams> {
  const { settings, models } = services;
  const { contextSize, kvCacheType, threads, parallelGenerations, gpu, speculation } = settings.current;
  const { model, draftModel, serverModel, thinkingFormat } = settings.current;
  const server = await modelServer(services);
  const remote = server?.kind === "openai" ? { id: serverModel, path: server.endpoint } : null;
  const target = remote ?? (await models.resolve(model));
  const draft = remote || draftModel === "none" ? null : await models.resolve(draftModel);
  return {
    ...(server ? { server } : {}),
    ...(settings.current.backend === "auto" ? await chooseBackend(target, draft, settings.current) : {}),
    target,
    draft,
    contextSize: contextSize ?? "auto",
    kvType: kvCacheType,
    threads: threads ?? "auto",
    lanes: parallelGenerations ?? "auto",
    gpu,
    strict: speculation === "strict",
    promptCacheBytes: promptCacheBytes(settings.current),
    ...(thinkingFormat === "auto" ? {} : { thinkingFormat }),
  };
}

export function promptCacheBytes({ promptCacheSize }: Settings): number {
  return promptCacheSize * 1e6;
}

/** The server that the settings name. @throws HunchError usage, backendUnavailable */
export async function modelServer({
  extension,
  settings,
}: Pick<LoadServices, "extension" | "settings">): Promise<ModelServer | undefined> {
  const { backend, endpoint, speculation, "llamaServer.path": path } = settings.current;
  switch (backend) {
    case "auto":
    case "embedded":
      return undefined;
    case "llama-server": {
      const { findLlamaServer } = await import("./runtime.ts");
      return { kind: "llamaServer", program: findLlamaServer(path), speculation };
    }
    case "openai":
      if (splitEndpoints(endpoint).length === 0)
        throw new HunchError("usage", t("The settings choose a server, and name none."), {
          hint: t("Set hunch.endpoint to its address, like http://127.0.0.1:8000."),
        });
      return openaiServer(splitEndpoints(endpoint), new ServerKeys(extension.secrets));
  }
}

/** @throws HunchError of the models' files */
async function chooseBackend(
  target: ModelRef,
  draft: ModelRef | null,
  { speculation, "llamaServer.path": path }: Settings,
): Promise<Pick<LoadParams, "server" | "backendReason">> {
  const { automaticBackend, llamaServerHere } = await import("./runtime.ts");
  return automaticBackend(target, draft, speculation, llamaServerHere(path));
}

/** @param endpoints one at least */
async function openaiServer(endpoints: readonly string[], keys: ServerKeys): Promise<OpenaiServer> {
  const servers = await Promise.all(
    endpoints.map(async (endpoint) => ({ endpoint, apiKey: await keys.get(endpoint) })),
  );
  const [first, ...others] = servers;
  return { kind: "openai", ...first!, ...(others.length > 0 ? { others } : {}), network: networkOptions() };
}
