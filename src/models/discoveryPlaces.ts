/**
 * Where other programs keep GGUF files, and what their names mean. Only listing; files are opened in discover.ts.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CatalogueModel } from "./catalogue.ts";
import { type FolderInputs, userCacheFolder } from "./folder.ts";

export type FoundIn = "Hunch" | "LM Studio" | "Ollama" | "Hugging Face" | "llama.cpp";

export interface Candidate {
  path: string;
  foundIn: FoundIn;
  /** A name better than the file's own: Ollama's files are called by their checksum. */
  title: string | null;
  /** SHA-256 that the file's place states (not recomputed). */
  sha256: string | null;
}

/** Deep enough for publisher/repository/folder/file, and no endless walk through a home folder someone linked. */
const maxDepth = 6;
const maxEntries = 20_000;

export async function listCandidates(hunchFolder: string, from: FolderInputs): Promise<Candidate[]> {
  const lists = await Promise.all([
    filesOf("LM Studio", lmStudioFolders(from)),
    ollamaFiles(ollamaFolders(from)),
    filesOf("Hugging Face", huggingFaceFolders(from)),
    filesOf("llama.cpp", [from.env.LLAMA_CACHE || join(userCacheFolder(from), "llama.cpp")]),
    // Last: the user may have made another program's folder Hunch's, and the files are that program's.
    filesOf("Hunch", [hunchFolder]),
  ]);
  return lists.flat();
}

function lmStudioFolders({ home }: FolderInputs): string[] {
  return [join(home, ".lmstudio", "models"), join(home, ".cache", "lm-studio", "models")];
}

function ollamaFolders({ env, home, platform }: FolderInputs): string[] {
  if (env.OLLAMA_MODELS) return [env.OLLAMA_MODELS];
  const own = join(home, ".ollama", "models");
  // The service of the Linux installer has a user of its own.
  return platform === "linux" ? [own, "/usr/share/ollama/.ollama/models"] : [own];
}

function huggingFaceFolders({ env, home }: FolderInputs): string[] {
  if (env.HF_HUB_CACHE) return [env.HF_HUB_CACHE];
  if (env.HF_HOME) return [join(env.HF_HOME, "hub")];
  return [join(env.XDG_CACHE_HOME || join(home, ".cache"), "huggingface", "hub")];
}

async function filesOf(foundIn: FoundIn, folders: readonly string[]): Promise<Candidate[]> {
  const paths = await Promise.all(folders.map(ggufFilesBelow));
  return paths.flat().map((path) => ({ path, foundIn, title: null, sha256: null }));
}

/** All `*.gguf` below a folder, links followed; an unreadable or missing folder holds none. */
async function ggufFilesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  let left = maxEntries;
  const walk = async (current: string, depth: number): Promise<void> => {
    const entries = await readdir(current, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (left-- <= 0) return;
      const path = join(current, entry.name);
      if (/\.gguf$/i.test(entry.name)) found.push(path);
      else if (depth < maxDepth && (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)))))
        await walk(path, depth + 1);
    }
  };
  await walk(folder, 0);
  return found;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

interface OllamaManifest {
  layers?: { mediaType?: unknown; digest?: unknown }[];
}

/** `manifests/HOST/NAMESPACE/MODEL/TAG` names the layers; the weights are `blobs/sha256-…`. */
async function ollamaFiles(folders: readonly string[]): Promise<Candidate[]> {
  const lists = await Promise.all(
    folders.map(async (folder): Promise<Candidate[]> => {
      const entries = await readdir(join(folder, "manifests"), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      const files = entries.filter((entry) => entry.isFile()).slice(0, maxEntries);
      return (await Promise.all(files.map((file) => ollamaWeights(folder, join(file.parentPath, file.name))))).flat();
    }),
  );
  return lists.flat();
}

async function ollamaWeights(folder: string, manifestPath: string): Promise<Candidate[]> {
  const manifest = await readFile(manifestPath, "utf8")
    .then((text) => JSON.parse(text) as OllamaManifest | null)
    // Something else that lies there, such as a desktop's index file.
    .catch(() => null);
  const layers = Array.isArray(manifest?.layers) ? manifest.layers : [];
  const digest = layers.find((layer) => layer?.mediaType === "application/vnd.ollama.image.model")?.digest;
  const sha256 = typeof digest === "string" ? /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] : undefined;
  if (!sha256) return [];
  const title = `${basename(join(manifestPath, ".."))}:${basename(manifestPath)}`;
  return [{ path: join(folder, "blobs", `sha256-${sha256}`), foundIn: "Ollama", title, sha256 }];
}

/** The catalogue's model that this file is: by its stated SHA-256, else by name and size. */
export function catalogueModelOf(
  file: { path: string; sizeBytes: number; sha256: string | null },
  models: readonly CatalogueModel[],
): CatalogueModel | undefined {
  return models.find((model) =>
    file.sha256 !== null && model.sha256 !== null
      ? file.sha256 === model.sha256
      : model.bytes === file.sizeBytes && model.file === basename(file.path),
  );
}
