/** The engine as the terminal uses it: one process for one command, with models that are fetched when they are missing. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EngineClient, type EngineOptions } from "../client/engineClient.ts";
import { HunchError } from "../common/errors.ts";
import { isPath } from "../common/modelName.ts";
import type { LoadParams, LogLevel, ModelInfo, ModelRef } from "../common/protocol.ts";
import { automaticBackend } from "../models/automaticBackend.ts";
import { download } from "../models/download.ts";
import { engineFolder, sharedEnginePlace, thisUser } from "../models/folder.ts";
import { llamaServerHere } from "../models/llamaServer/find.ts";
import { environmentFetch } from "../models/sources/environmentFetch.ts";
import type { ModelStore } from "../models/store.ts";
import type { EngineRequest } from "./engineRequest.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Preparation } from "./output/output.ts";
import { printable } from "./terminal/ansi.ts";

export interface EngineContext {
  store: ModelStore;
  output: Preparation;
  interrupts: Interrupts;
  /** Writes the engine's log to standard error. */
  verbose: boolean;
  /** The engine's bundle; the one beside this program's unless given. */
  enginePath?: string;
  /** Where the engine keeps what it learns; the user's folder unless given. */
  stateFolder?: string;
  /** Use the engine that all of the user's programs share. */
  shared?: boolean;
}

export interface LoadedEngine {
  client: EngineClient;
  model: ModelInfo;
}

/**
 * Starts an engine, gives it to `work`, and ends it in any case.
 * @throws HunchError engineStartFailed, protocolMismatch, and what `work` throws
 */
export async function withEngine<T>(context: EngineContext, work: (client: EngineClient) => Promise<T>): Promise<T> {
  const client = await EngineClient.start(engineOptions(context));
  context.interrupts.onKill(() => client.kill());
  try {
    return await work(client);
  } finally {
    await client.dispose();
  }
}

export function engineOptions({ verbose, enginePath, stateFolder, shared }: EngineContext): EngineOptions {
  return {
    enginePath: enginePath ?? fileURLToPath(new URL("engine.mjs", import.meta.url)),
    client: "cli",
    stateFolder: stateFolder ?? engineFolder(thisUser()),
    ...(shared ? { sharing: sharedEnginePlace(thisUser()) } : {}),
    logLevel: verbose ? "debug" : "warn",
    onLog: (level: LogLevel, message: string) => {
      // llama.cpp lists what stands in a model's file.
      if (verbose) process.stderr.write(`[${level}] ${printable(message)}\n`);
    },
  };
}

/** Fetches what is missing, then loads it. @throws HunchError of the store, the download or the load */
export async function loadModel(asked: EngineRequest, context: EngineContext): Promise<LoadParams> {
  const { server } = asked;
  const options = loadOptions(asked);
  // The server has the model; nothing is fetched.
  if (server?.kind === "openai")
    return { target: { id: asked.model, path: server.endpoint }, draft: null, ...options, server };
  const request = { ...asked, model: fileOrId(asked.model, context.store) };
  const target = await obtainModel(request.model, context);
  const draftId = draftFor(request, context.store);
  const draft = draftId === null ? null : await obtainModel(fileOrId(draftId, context.store), context);
  if (!request.chooseBackend) return { target, draft, ...options, ...(server ? { server } : {}) };
  return {
    target,
    draft,
    ...options,
    ...(await automaticBackend(target, draft, request.speculation, llamaServerHere(""))),
  };
}

function loadOptions({ contextSize, kvType, threads, gpu, speculation, ...more }: EngineRequest) {
  const promptCache = more.promptCacheSize > 0 ? { promptCacheBytes: more.promptCacheSize * 1e6 } : {};
  const byDefault = more.promptCacheByDefault ? { promptCacheByDefault: true as const } : {};
  const format = more.thinkingFormat === null ? {} : { thinkingFormat: more.thinkingFormat };
  const loaded = more.takesLoaded ? { takesLoaded: true as const } : {};
  const strict = speculation === "strict";
  return { contextSize, kvType, threads, gpu, strict, ...promptCache, ...byDefault, ...format, ...loaded };
}

export async function load(client: EngineClient, params: LoadParams, context: EngineContext): Promise<ModelInfo> {
  const model = await client.load(params, {
    onProgress: ({ id, progress }) => {
      if (progress !== null) context.output.loading(id, progress);
    },
    signal: context.interrupts.signal,
  });
  // Which backend it is was decided from the model's file.
  if (params.thinkingFormat !== undefined && model.backend !== "embedded")
    context.output.notice({
      code: "thinkingFormat",
      message: "A llama-server runs this model and marks its thoughts itself: --thinking-format has no effect.",
    });
  return model;
}

/** What looks like an id may be a file here, as "model.bin" is; an id of the catalogue always means the catalogue's. */
function fileOrId(name: string, { models }: ModelStore): string {
  const isId = models.some(({ id }) => id === name.trim().toLowerCase());
  return !isPath(name) && !isId && existsSync(name) && statSync(name).isFile() ? resolve(name) : name;
}

/** The checked file of a catalogue id or a path; a catalogue model that is missing is downloaded. */
async function obtainModel(idOrPath: string, { store, output, interrupts }: EngineContext): Promise<ModelRef> {
  const { signal } = interrupts;
  if (isPath(idOrPath)) return store.resolve(idOrPath, { signal });
  const model = store.find(idOrPath);
  const check = () => store.resolve(model.id, { signal, onProgress: (bytes) => output.verifying(model, bytes) });
  if (await store.isInstalled(model)) return check();
  output.downloadStarts(model);
  await download(model, store, {
    fetch: environmentFetch(process.env),
    signal,
    onProgress: (progress) => output.download(model, progress),
    onNotice: (message) => output.notice({ code: "download", message }),
  });
  return check();
}

/** Id or path of the draft model; null for none. @throws HunchError usage when one is needed and none is known */
function draftFor({ model, draft, speculation }: EngineRequest, store: ModelStore): string | null {
  if (draft !== null) return draft === "none" ? null : draft;
  if (speculation !== "draft") return null;
  const known = isPath(model) ? null : store.find(model).draft;
  if (known) return known;
  throw new HunchError("usage", `No draft model is known for ${model}.`, {
    hint: "Name one with --draft: a small model with the same vocabulary.",
  });
}
