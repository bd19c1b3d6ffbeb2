/** Loads one GGUF file and opens a token sequence on it; every way that can fail becomes a clear error. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import {
  GgmlType,
  GgufInsights,
  InsufficientMemoryError,
  type LlamaContext,
  type LlamaModel,
  type LlamaModelOptions,
  readGgufFileInfo,
} from "node-llama-cpp";
import { HunchError } from "../../../common/errors.ts";
import type { KvType, ModelRef, Notice } from "../../../common/protocol.ts";
import { modelBytes } from "../modelBytes.ts";
import { autoContextSize, openLargest, sizesToTry, smallestContext } from "./contextSize.ts";
import { affordableKvType } from "./kvType.ts";
import { nativeContext, nativeContextSupported } from "./nativeContext.ts";
import type { Runtime } from "./runtime.ts";
import { NativeSequence } from "./sequence.ts";
import { SharedBatch } from "./sharedBatch.ts";

export interface OpenModel {
  ref: ModelRef;
  model: LlamaModel;
  /** Replaced when sequences are added. */
  context: LlamaContext;
  batch: SharedBatch;
  /** The first, and at first the only one. */
  sequence: NativeSequence;
  kvType: KvType;
  flashAttention: boolean;
  sizeBytes: number;
  /** The KV cache can drop a suffix: without that there is no speculation (recurrent and hybrid models). */
  canRollBack: boolean;
  notices: Notice[];
  /** A context like the one in use, but for so many sequences. @throws when there is not enough memory */
  openContext(sequences: number): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

export interface OpenOptions {
  contextSize: number | "auto";
  /** "auto": as there is memory (kvType.ts). */
  kvType: KvType | "auto";
  flashAttention: boolean;
  threads: number;
  /** Layers on the GPU, if there is one; absent: as many as fit. */
  gpuLayers?: LlamaModelOptions["gpuLayers"];
  onProgress?: (progress: number) => void;
  signal?: AbortSignal;
}

/** Prefill pass: small on a CPU, where it bounds how long a cancel waits and the size of the compute buffers. */
const cpuBatchSize = 64;
const gpuBatchSize = 512;
/**
 * The same while other sequences share the batch: they wait for it. On a CPU tokens are read no slower in passes of 16;
 * a GPU takes that many more in the time of one.
 */
const sharedCpuPassSize = 16;
const sharedGpuPassSize = 128;

/** @throws HunchError modelNotFound, notGguf, modelTruncated, modelUnsupported, outOfMemory */
export async function openModel(runtime: Runtime, ref: ModelRef, options: OpenOptions): Promise<OpenModel> {
  const sizeBytes = checkFile(ref);
  runtime.takeLog();
  const notices: Notice[] = [];
  let model: LlamaModel;
  try {
    model = await runtime.llama.loadModel({
      modelPath: ref.path,
      gpuLayers: runtime.llama.gpu ? (options.gpuLayers ?? "auto") : 0,
      // For the estimate of what the context beside the layers will take.
      defaultContextFlashAttention: options.flashAttention,
      // With mmap, weights that the CPU kernels repack would be in memory twice.
      useMmap: false,
      onLoadProgress: (progress) => options.onProgress?.(progress),
      loadSignal: options.signal,
    });
  } catch (error) {
    throw await loadError(error, ref, runtime);
  }
  try {
    const { context, kvType, flashAttention } = await openContext(runtime, model, options, notices);
    if (!nativeContextSupported(model, context))
      throw new HunchError("internal", "This version of node-llama-cpp lacks what Hunch's decoder uses.", {
        hint: "Install the version that package.json pins.",
      });
    const batch = new SharedBatch({
      context: nativeContext(context),
      capacity: context.batchSize,
      sharedPassSize: Math.min(context.batchSize, runtime.llama.gpu ? sharedGpuPassSize : sharedCpuPassSize),
      threads: nativeContext(context).getThreads(),
    });
    const open: OpenModel = {
      ref,
      model,
      context,
      batch,
      sequence: new NativeSequence(model, context, batch, vocabularySize(model)),
      kvType,
      flashAttention,
      sizeBytes,
      canRollBack: !model.fileInsights.isRecurrent && !model.fileInsights.isHybrid,
      notices,
      openContext: (sequences) => {
        const { contextSize } = open.context;
        return model.createContext({
          ...contextOptions(runtime, { ...options, contextSize, kvType, flashAttention }),
          sequences,
          failedCreationRemedy: false,
        });
      },
      dispose: async () => {
        await open.sequence.dispose();
        await open.context.dispose();
        await model.dispose();
      },
    };
    return open;
  } catch (error) {
    await model.dispose();
    throw error instanceof HunchError ? error : await loadError(error, ref, runtime);
  }
}

async function openContext(runtime: Runtime, model: LlamaModel, options: OpenOptions, notices: Notice[]) {
  const wanted =
    options.contextSize === "auto" ? Math.min(model.trainContextSize, autoContextSize) : options.contextSize;
  const contextSize = Math.max(smallestContext, Math.min(wanted, model.trainContextSize));
  if (options.contextSize !== "auto" && contextSize !== wanted)
    notices.push({
      code: "contextClamped",
      message: `A context of ${wanted} tokens was asked for; ${contextSize} is used (this model was trained on ${model.trainContextSize}).`,
    });
  const open = async (kvType: KvType, flashAttention: boolean) => {
    // On a GPU fewer layers are tried before a smaller context (offload.ts).
    const mayShrink = options.contextSize === "auto" && !runtime.llama.gpu;
    const context = await openLargest(
      sizesToTry(contextSize, mayShrink),
      (size) =>
        model.createContext({
          ...contextOptions(runtime, { ...options, contextSize: size, kvType, flashAttention }),
          sequences: 1,
          failedCreationRemedy: false,
        }),
      (error) => error instanceof InsufficientMemoryError,
    );
    if (mayShrink && context.contextSize < contextSize)
      notices.push({
        code: "contextLowered",
        message: `There is not enough free memory for a context of ${contextSize} tokens; it has ${context.contextSize}.`,
      });
    return context;
  };
  const kvType = options.kvType === "auto" ? await chooseKvType(runtime, model, contextSize, notices) : options.kvType;
  // A quantised V cache needs it.
  const flashAttention = options.flashAttention || kvType !== "f16";
  try {
    return { context: await open(kvType, flashAttention), kvType, flashAttention };
  } catch (error) {
    // Quantised KV needs flash attention and a head size that its block size divides: not every model has both.
    if (kvType === "f16" || error instanceof InsufficientMemoryError) throw error;
    notices.push({
      code: "kvTypeUnsupported",
      message: `This model cannot keep its KV cache as ${kvType}; f16 is used.`,
    });
    return {
      context: await open("f16", options.flashAttention),
      kvType: "f16" as const,
      flashAttention: options.flashAttention,
    };
  }
}

/** On a GPU f16: where its memory is short, layers stay on the CPU. */
async function chooseKvType(
  runtime: Runtime,
  model: LlamaModel,
  contextSize: number,
  notices: Notice[],
): Promise<KvType> {
  if (runtime.llama.gpu) return "f16";
  const { cpuRam } = await model.fileInsights.estimateContextResourceRequirementsV2({
    contextSize,
    modelGpuLayers: 0,
    batchSize: cpuBatchSize,
    kvCacheKeyType: GgmlType.F16,
    kvCacheValueType: GgmlType.F16,
    swaFullCache: true,
  });
  const { kvType, notice } = affordableKvType(contextSize, cpuRam, process.availableMemory());
  if (notice) notices.push(notice);
  return kvType;
}

function contextOptions(runtime: Runtime, options: OpenOptions & { contextSize: number; kvType: KvType }) {
  const { contextSize, kvType, flashAttention, threads } = options;
  const kvName = kvType === "f16" ? "F16" : kvType === "q8_0" ? "Q8_0" : "Q4_0";
  return {
    contextSize,
    batchSize: Math.min(contextSize, runtime.llama.gpu ? gpuBatchSize : cpuBatchSize),
    threads: { ideal: threads, min: 1 },
    flashAttention,
    // A sliding window's cache drops what lies behind it: a rolled-back position would find its window half empty.
    swaFullCache: true,
    experimentalKvCacheKeyType: kvName,
    experimentalKvCacheValueType: kvName,
  } as const;
}

/** @returns the model's size in bytes, all its files together. */
function checkFile(ref: ModelRef): number {
  let size: number;
  const magic = Buffer.alloc(4);
  try {
    if (!statSync(ref.path).isFile()) throw new Error("not a file");
    size = modelBytes(ref.path);
    const file = openSync(ref.path, "r");
    try {
      readSync(file, magic, 0, 4, 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new HunchError("modelNotFound", `The model file ${ref.path} cannot be read (${(error as Error).message}).`, {
      hint: "Check the path, or download a model: Hunch: Download Model, or `hunch models download ID`.",
      cause: error,
    });
  }
  if (magic.toString("latin1") !== "GGUF")
    throw new HunchError("notGguf", `${ref.path} is not a GGUF model file.`, {
      hint: "Choose a file in GGUF format, for example from the catalogue: `hunch models list`.",
    });
  return size;
}

/** What node-llama-cpp, ggml and the GPU's driver say. */
const outOfMemory = /out ?of ?(?:device ?|host ?)?memory|(?:failed|unable) to allocate|insufficient memory/i;

async function loadError(error: unknown, ref: ModelRef, runtime: Runtime): Promise<HunchError> {
  if (error instanceof HunchError) return error;
  const log = runtime.takeLog();
  const message = error instanceof Error ? error.message : String(error);
  const details = `${message}\n${log.join("\n")}`;
  const options = { cause: error };
  if (/abort/i.test(message)) return new HunchError("cancelled", "Loading the model was cancelled.", options);
  if (error instanceof InsufficientMemoryError || outOfMemory.test(details))
    return new HunchError("outOfMemory", `${ref.id} does not fit into this machine's memory.`, {
      hint: "Choose a smaller model or a smaller context (setting hunch.contextSize, --context), or close other programs.",
      ...options,
    });
  if (await isCutOff(ref.path, runtime))
    return new HunchError("modelTruncated", `${ref.path} is incomplete: the file ends before its last weights.`, {
      hint: "Delete the file and download it again: `hunch models download ID` resumes and checks it.",
      ...options,
    });
  if (/unknown (model )?architecture|unsupported/i.test(details))
    return new HunchError(
      "modelUnsupported",
      `This version of llama.cpp does not know the architecture of ${ref.id}.`,
      {
        hint: "Update Hunch, or choose another model.",
        ...options,
      },
    );
  return new HunchError("modelCorrupted", `${ref.path} cannot be loaded: ${lastLine(log) ?? message}`, {
    hint: "Check the file (`hunch models verify ID`) or download it again; the engine log has the details.",
    ...options,
  });
}

/** The header can be read and promises more weights than there are bytes. */
async function isCutOff(path: string, runtime: Runtime): Promise<boolean> {
  try {
    const info = await readGgufFileInfo(path, { logWarnings: false });
    const { modelSize } = await GgufInsights.from(info, runtime.llama);
    return modelBytes(path) < modelSize;
  } catch {
    return false; // a header that cannot be read is damaged, which the caller says
  }
}

function lastLine(log: string[]): string | undefined {
  return log.findLast((line) => /error|fail|invalid|missing/i.test(line));
}

function vocabularySize(model: LlamaModel): number {
  const { tokens } = model.fileInfo.metadata.tokenizer.ggml;
  if (tokens.length > 0) return tokens.length;
  let size = 0;
  for (const _ of model.iterateAllTokens()) size++;
  return size;
}
