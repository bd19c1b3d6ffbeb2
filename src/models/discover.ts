/**
 * Models that are on this disk already, whichever program fetched them: a user of LM Studio, Ollama, llama.cpp or the
 * Hugging Face tools need not download again. Reads headers only; what is no usable model is left out with its reason.
 */

import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import { modelPart } from "../common/modelParts.ts";
import { type CatalogueModel, catalogue } from "./catalogue.ts";
import { type Candidate, catalogueModelOf, type FoundIn, listCandidates } from "./discoveryPlaces.ts";
import { type FolderInputs, thisUser } from "./folder.ts";
import { type AttentionShape, readGguf } from "./gguf.ts";
import { modelBytes } from "./parts.ts";
import type { ModelStore } from "./store.ts";

export interface DiscoveredModel {
  /** The first part of a model in several files. */
  path: string;
  foundIn: FoundIn;
  /** For people: what the catalogue or the program that fetched it calls it, else the file's name. */
  name: string;
  architecture: string;
  quantization: string | null;
  /** null for a model in several files: only the first one's header is read. */
  parameterCount: number | null;
  /** All parts together. */
  sizeBytes: number;
  contextSize: number | null;
  /** null where the file does not say. */
  attention: AttentionShape | null;
  /** The catalogue's for its own models, else what the file says; null when it says nothing. */
  licence: string | null;
  /** The catalogue's model that this file seems to be; its SHA-256 was not recomputed. */
  catalogueId: string | null;
}

export interface Discovery {
  models: DiscoveredModel[];
  skipped: { path: string; reason: string }[];
}

export interface DiscoverOptions {
  /** Hunch's own folder, searched too. */
  folder: string;
  models?: readonly CatalogueModel[];
  /** Environment, platform and home whose usual places are searched; default: this process's. */
  from?: FolderInputs;
  signal?: AbortSignal;
}

/** Largest first. Rejects with the signal's reason on abort. */
export async function discoverModels(options: DiscoverOptions): Promise<Discovery> {
  const discovery: Discovery = { models: [], skipped: [] };
  const seen = new Set<string>();
  for (const candidate of await listCandidates(options.folder, options.from ?? thisUser())) {
    options.signal?.throwIfAborted();
    try {
      const file = await realpath(candidate.path);
      if (seen.has(file)) continue;
      seen.add(file);
      discovery.models.push(await inspect(candidate, file, options.models ?? catalogue));
    } catch (error) {
      discovery.skipped.push({ path: candidate.path, reason: (error as Error).message });
    }
  }
  discovery.models.sort((a, b) => b.sizeBytes - a.sizeBytes);
  return discovery;
}

/** Without the catalogue's models in their places; with the user's own files beside them, which are found in "Hunch". */
export async function discoverOthers(store: ModelStore, from?: FolderInputs): Promise<DiscoveredModel[]> {
  const { folder, models } = store;
  const realPath = (path: string) => realpath(path).catch(() => path);
  const known = new Set(await Promise.all(models.map((model) => realPath(store.path(model)))));
  const found = (await discoverModels({ folder, models, from })).models;
  const files = await Promise.all(found.map(({ path }) => realPath(path)));
  return found.filter((_, i) => !known.has(files[i] ?? ""));
}

async function inspect(
  candidate: Candidate,
  file: string,
  models: readonly CatalogueModel[],
): Promise<DiscoveredModel> {
  // By name first: a vision part or a later part need not be opened.
  const part = modelPart(candidate.path);
  if (part !== null && part.index > 1) throw new Error(`part ${part.index} of ${part.count} of a model`);
  if (/mmproj/i.test(basename(candidate.path))) throw new Error("the vision part of a model");
  const info = await readGguf(candidate.path);
  if (info.kind !== "model" || info.architecture === "clip") throw new Error(`no language model, but "${info.kind}"`);
  const sizeBytes = await modelBytes(candidate.path);
  const sha256 = candidate.sha256 ?? blobSha256(file);
  const known = catalogueModelOf({ path: candidate.path, sizeBytes, sha256 }, models);
  return {
    path: candidate.path,
    foundIn: candidate.foundIn,
    name: displayName(candidate, known),
    architecture: info.architecture,
    quantization: info.quantization,
    parameterCount: part === null ? info.parameterCount : null,
    sizeBytes,
    contextSize: info.contextSize,
    attention: info.attention,
    licence: known?.licence ?? info.licence,
    catalogueId: known?.id ?? null,
  };
}

/** Not the name in the metadata: quantisers leave odd ones there. A file's name is what people know it by. */
function displayName(candidate: Candidate, known: CatalogueModel | undefined): string {
  return candidate.title ?? known?.name ?? basename(candidate.path).replace(/(-\d{5}-of-\d{5})?\.gguf$/i, "");
}

/** The hub's cache names a file by its SHA-256; its snapshots link to it. */
function blobSha256(file: string): string | null {
  return /^[0-9a-f]{64}$/.test(basename(file)) ? basename(file) : null;
}
