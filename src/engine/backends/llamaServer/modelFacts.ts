/** What a model's file says of itself, as far as it decides how llama-server is started. */
import { statSync } from "node:fs";
import { readGgufFileInfo } from "node-llama-cpp";
import { HunchError } from "../../../common/errors.ts";
import { modelFiles } from "../../../common/modelParts.ts";

export interface ModelFacts {
  architecture: string;
  name: string;
  /** Layers that predict further tokens (multi-token prediction). */
  nextnLayers: number;
  /** Of a DSpark draft: a Markov head. */
  hasMarkovHead: boolean;
  /** All tensors (bytes). */
  weightsBytes: number;
  /** Of these the experts of a mixture, by layer (bytes); 0 where a layer has none. */
  expertBytes: readonly number[];
  /** Elements of keys and values that a token adds to the cache: an upper estimate. */
  cacheElements: number;
}

type TensorInfo = NonNullable<Awaited<ReturnType<typeof readGgufFileInfo>>["fullTensorInfo"]>[number];

/** Experts of a layer in one tensor: "blk.3.ffn_gate_exps.weight". */
const expertTensor = /^blk\.(\d+)\..*_exps\./;
/** A tensor's name can claim any layer; llama.cpp itself takes 512. */
const mostLayers = 4096;

/** @throws HunchError notGguf */
export async function readModelFacts(path: string): Promise<ModelFacts> {
  try {
    const { metadata, fullTensorInfo } = await readGgufFileInfo(path, { logWarnings: false });
    const { architecture, name } = metadata.general;
    const own = (metadata as unknown as Record<string, Record<string, unknown> | undefined>)[architecture] ?? {};
    const sizes = tensorSizes(path, fullTensorInfo ?? []);
    return {
      architecture,
      name: name ?? "",
      nextnLayers: mean(own.nextn_predict_layers),
      hasMarkovHead: sizes.some((tensor) => tensor.name.startsWith("markov_")),
      weightsBytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
      expertBytes: expertBytes(sizes),
      cacheElements: cacheElements(own),
    };
  } catch (error) {
    throw new HunchError("notGguf", `${path} can not be read as a GGUF file (${(error as Error).message}).`, {
      hint: "Choose a GGUF file; `hunch models list` shows what there is.",
      cause: error,
    });
  }
}

/** A tensor reaches to where the next one begins, the last one of a file to the file's end. */
function tensorSizes(path: string, tensors: readonly TensorInfo[]): { name: string; bytes: number }[] {
  const inOrder = [...tensors].sort((a, b) => a.filePart - b.filePart || Number(a.fileOffset) - Number(b.fileOffset));
  const files = modelFiles(path);
  return inOrder.map(({ name, fileOffset, filePart }, i) => {
    const next = inOrder[i + 1];
    const isLast = next?.filePart !== filePart;
    const end = isLast ? statSync(files[filePart - 1] ?? path).size : Number(next.fileOffset);
    return { name, bytes: end - Number(fileOffset) };
  });
}

function expertBytes(sizes: readonly { name: string; bytes: number }[]): number[] {
  const layers: number[] = [];
  for (const { name, bytes } of sizes) {
    const layer = Number(expertTensor.exec(name)?.[1] ?? -1);
    if (layer < 0) continue;
    if (layer >= mostLayers) throw new Error(`it has a tensor of a layer ${layer}`);
    while (layers.length <= layer) layers.push(0);
    layers[layer] = (layers[layer] ?? 0) + bytes;
  }
  return layers;
}

/** Sliding windows keep less than is counted here. */
function cacheElements(own: Record<string, unknown>): number {
  const attention = (own.attention ?? {}) as Record<string, unknown>;
  const heads = mean(attention.head_count);
  const headSize = heads > 0 ? mean(own.embedding_length) / heads : 0;
  const kvHeads = mean(attention.head_count_kv) || heads;
  // Of a hybrid only every so many layers have a cache by token.
  const layers = mean(own.block_count) / (mean(own.full_attention_interval) || 1);
  return layers * kvHeads * ((mean(attention.key_length) || headSize) + (mean(attention.value_length) || headSize));
}

/** A number; of values given layer by layer the mean; 0 where there is none. */
function mean(value: unknown): number {
  if (Array.isArray(value))
    return value.length === 0 ? 0 : value.reduce((sum, one) => sum + mean(one), 0) / value.length;
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : 0;
}
