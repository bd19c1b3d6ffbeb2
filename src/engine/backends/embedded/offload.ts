/**
 * How much of a model goes onto the GPU: as many layers as an estimate says fit beside the context. Estimates can be
 * wrong, and other programs take memory meanwhile; then fewer layers are tried, and at last the caller is told to do
 * without the GPU, so that a question is answered more slowly in place of not at all.
 */
import { GgufInsights, readGgufFileInfo } from "node-llama-cpp";
import { HunchError, isHunchError } from "../../../common/errors.ts";
import type { ModelRef } from "../../../common/protocol.ts";
import { autoContextSize } from "./contextSize.ts";
import { type OpenModel, type OpenOptions, openModel } from "./loadModel.ts";
import type { Runtime } from "./runtime.ts";

/** Shares of all layers that are tried after the estimate; each try loads the weights again. */
const laterShares = [1 / 2, 1 / 4];

/** Not even some of the layers fit beside the context. */
export class GpuMemoryError extends HunchError {
  constructor(ref: ModelRef, device: string, cause: unknown) {
    super("outOfMemory", `${ref.id} does not fit into the memory of ${device}.`, {
      hint: "Choose a smaller model or a smaller context (setting hunch.contextSize, --context), or switch the GPU off.",
      cause,
    });
  }
}

/** @throws HunchError as openModel; GpuMemoryError when only the GPU's memory is short */
export async function openOffloaded(runtime: Runtime, ref: ModelRef, options: OpenOptions): Promise<OpenModel> {
  if (!runtime.llama.gpu) return openModel(runtime, ref, options);
  const fitContext = { contextSize: options.contextSize === "auto" ? autoContextSize : options.contextSize };
  let shortage: HunchError;
  try {
    return await openModel(runtime, ref, { ...options, gpuLayers: { fitContext } });
  } catch (error) {
    shortage = outOfMemory(error);
  }
  const layers = await layerCount(runtime, ref);
  for (const share of laterShares) {
    const max = Math.floor(layers * share);
    if (max === 0) break;
    try {
      const opened = await openModel(runtime, ref, { ...options, gpuLayers: { max, fitContext } });
      const message = `The memory of ${runtime.device} holds ${opened.model.gpuLayers} of the ${layers} layers of ${ref.id}; the others run on the CPU.`;
      opened.notices.push({ code: "gpuMemory", message });
      return opened;
    } catch (error) {
      shortage = outOfMemory(error);
    }
  }
  throw new GpuMemoryError(ref, runtime.device, shortage);
}

/** @throws the error, if it is another one */
function outOfMemory(error: unknown): HunchError {
  if (isHunchError(error) && error.code === "outOfMemory") return error;
  throw error;
}

async function layerCount(runtime: Runtime, ref: ModelRef): Promise<number> {
  const info = await readGgufFileInfo(ref.path, { logWarnings: false });
  return (await GgufInsights.from(info, runtime.llama)).totalLayers;
}
