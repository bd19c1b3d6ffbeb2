/**
 * Reads the header of a GGUF file without native code: to tell a missing, empty, foreign, cut or damaged file apart
 * before an engine process maps it, and to know a model's size, context and attention for the memory estimate.
 * Format: docs/gguf.md of the ggml project.
 */

import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { BadValue, BoundedReader, EndOfFile } from "./boundedReader.ts";
import { fileTypeName } from "./ggmlTypes.ts";
import { type GgufHeader, type GgufValue, readGgufHeader } from "./ggufHeader.ts";
import { laterPart } from "./parts.ts";
import { formatBytes } from "./units.ts";

export interface GgufInfo {
  version: number;
  sizeBytes: number;
  /** "llama", "qwen3", …; "clip" for the vision part of a model. */
  architecture: string;
  name: string | null;
  /** As the file gives it, most often an SPDX identifier in small letters; null when it does not. */
  licence: string | null;
  /** "model", "adapter", "mmproj", "imatrix"; "model" when the file does not say. */
  kind: string;
  /** Quantisation mix, such as "Q4_K_M"; null when unknown. */
  quantization: string | null;
  parameterCount: number;
  /** Tokens the model was trained for; null when the file does not say. */
  contextSize: number | null;
  vocabularySize: number | null;
  /** null for an architecture without such attention (recurrent), or when the file does not say. */
  attention: AttentionShape | null;
  /** Layers that predict further tokens (multi-token prediction), 0 for none. */
  predictionLayers: number;
  /** Layers with a state in place of a cache by token (Mamba, RWKV, delta nets, short convolutions): it can not be rolled back. */
  hasRecurrentState: boolean;
  tokenizer: string | null;
  chatTemplate: string | null;
  /** Part `index` (from 0) of `count`; null for a model in one file. */
  split: { index: number; count: number } | null;
}

/** What a token costs in the KV cache: `layers` × (`keyLength` + `valueLength`) × `kvHeads` elements. */
export interface AttentionShape {
  layers: number;
  /** KV heads a layer; the mean where layers differ. */
  kvHeads: number;
  /** Elements of a head's key and value. */
  keyLength: number;
  valueLength: number;
}

const magic = "GGUF";
/** Vocabularies of a million tokens take a quarter of this. */
const maxHeaderBytes = 128 << 20;
/** Behind the architecture's name. */
const recurrentKeys = /^\.(ssm|wkv|shortconv|kda)\./;
const maxAlignment = 1 << 20;

/**
 * @throws HunchError modelNotFound (missing, a folder, not readable), notGguf, modelTruncated, modelCorrupted,
 * modelUnsupported (a version or byte order that llama.cpp does not read either; a later part that says only that).
 */
export async function readGguf(path: string): Promise<GgufInfo> {
  const handle = await openModel(path);
  try {
    const stats = await handle.stat();
    if (!stats.isFile())
      throw new HunchError(
        "modelNotFound",
        stats.isDirectory() ? t("{0} is a folder.", path) : t("{0} is no regular file.", path),
        {
          hint: t("Name the GGUF file itself."),
        },
      );
    return await inspect(handle, stats.size, path);
  } catch (error) {
    if (error instanceof EndOfFile) throw truncated(path, error.message, error);
    if (error instanceof BadValue)
      throw new HunchError("modelCorrupted", t("{0} is damaged: {1}.", basename(path), error.message), {
        hint: t("Download the file again."),
        cause: error,
      });
    throw error;
  } finally {
    await handle.close();
  }
}

async function openModel(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new HunchError("modelNotFound", t("There is no file {0}.", path), {
        hint: t("Check the path, or use a model of the catalogue: hunch models list"),
        cause: error,
      });
    throw new HunchError("modelNotFound", t("{0} cannot be read: {1}.", path, message), {
      hint: t("Check the file's permissions."),
      cause: error,
    });
  }
}

function truncated(path: string, detail: string, cause?: unknown): HunchError {
  return new HunchError("modelTruncated", t("{0} is cut short: {1}.", basename(path), detail), {
    hint: t("The download or the copy did not finish. Get the file again."),
    cause,
  });
}

async function inspect(handle: FileHandle, sizeBytes: number, path: string): Promise<GgufInfo> {
  if (sizeBytes === 0) throw truncated(path, t("it is empty"));
  const reader = new BoundedReader(handle, sizeBytes, maxHeaderBytes);
  const start = (await reader.peek(Math.min(64, sizeBytes))).toString("latin1");
  if (!start.startsWith(magic.slice(0, sizeBytes))) throw notGguf(path, start);
  reader.skip(magic.length);
  const version = await reader.u32();
  if (version !== 2 && version !== 3) throw unsupportedVersion(path, version);

  const header = await readGgufHeader(reader);
  const alignment = number(header.metadata, "general.alignment") ?? 32;
  if (!Number.isInteger(alignment) || alignment < 1 || alignment > maxAlignment)
    throw new BadValue(t("it claims an alignment of {0}", alignment));
  const wholeBytes = Math.ceil(reader.position / alignment) * alignment + header.dataBytes;
  if (header.tensorCount > 0 && wholeBytes > sizeBytes)
    throw truncated(path, t("{0} of {1} are there", formatBytes(sizeBytes), formatBytes(wholeBytes)));
  return describe(header, version, sizeBytes, path);
}

function describe(header: GgufHeader, version: number, sizeBytes: number, path: string): GgufInfo {
  const { metadata, arrayLengths, parameterCount } = header;
  const split = splitOf(metadata);
  const architecture = text(metadata, "general.architecture");
  // llama.cpp's splitter describes the model in the first part only.
  if (!architecture && split && split.index > 0) throw laterPart(path, { ...split, index: split.index + 1 });
  if (!architecture) throw new BadValue(t("its metadata names no architecture"));
  const own = (key: string) => number(metadata, `${architecture}.${key}`);
  const fileType = number(metadata, "general.file_type");
  return {
    version,
    sizeBytes,
    parameterCount,
    architecture,
    name: text(metadata, "general.name") || null,
    licence: text(metadata, "general.license") || null,
    kind: text(metadata, "general.type") ?? "model",
    quantization: fileType === null ? null : fileTypeName(fileType),
    contextSize: own("context_length"),
    vocabularySize: arrayLengths.get("tokenizer.ggml.tokens") ?? own("vocab_size"),
    attention: attentionShape(metadata, architecture),
    predictionLayers: own("nextn_predict_layers") ?? 0,
    hasRecurrentState: [...metadata.keys()].some((key) => recurrentKeys.test(key.slice(architecture.length))),
    tokenizer: text(metadata, "tokenizer.ggml.model"),
    chatTemplate: text(metadata, "tokenizer.chat_template"),
    split,
  };
}

function splitOf(metadata: ReadonlyMap<string, GgufValue>): GgufInfo["split"] {
  const count = number(metadata, "split.count") ?? 0;
  return count > 1 ? { index: number(metadata, "split.no") ?? 0, count } : null;
}

function attentionShape(metadata: ReadonlyMap<string, GgufValue>, architecture: string): AttentionShape | null {
  const own = (key: string) => number(metadata, `${architecture}.${key}`);
  const layers = own("block_count");
  const heads = own("attention.head_count");
  const embedding = own("embedding_length");
  if (!layers || !heads || !embedding) return null;
  const headSize = embedding / heads;
  return {
    layers,
    kvHeads: own("attention.head_count_kv") ?? heads,
    keyLength: own("attention.key_length") ?? headSize,
    valueLength: own("attention.value_length") ?? headSize,
  };
}

function text(metadata: ReadonlyMap<string, GgufValue>, key: string): string | null {
  const value = metadata.get(key);
  return typeof value === "string" ? value : null;
}

/** A number; of a value given layer by layer, the mean. */
function number(metadata: ReadonlyMap<string, GgufValue>, key: string): number | null {
  const value = metadata.get(key);
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (Array.isArray(value) && value.length > 0) return value.reduce((sum, one) => sum + one, 0) / value.length;
  return null;
}

function notGguf(path: string, start: string): HunchError {
  const file = basename(path);
  const what = start.startsWith("version https://git-lfs")
    ? t("a Git LFS pointer, not the file it points to; run git lfs pull where it was cloned")
    : /^\s*<(!doctype|html|\?xml)/i.test(start)
      ? t("a web page; the link led to a page about the file")
      : start.startsWith("PK")
        ? t("a zip archive")
        : start.slice(8).startsWith('{"')
          ? t("a safetensors file")
          : t("something else");
  return new HunchError("notGguf", t("{0} is not a GGUF file: it is {1}.", file, what), {
    hint: t("Hunch reads models in the GGUF format. Choose such a file, or one of the catalogue: hunch models list"),
  });
}

function unsupportedVersion(path: string, version: number): HunchError {
  const why = version > 0xffff ? t("its numbers are big-endian") : t("it is of GGUF version {0}", version);
  return new HunchError("modelUnsupported", t("{0} cannot be read: {1}, versions 2 and 3 can.", basename(path), why), {
    hint: t("Look for a newer file of this model."),
  });
}
