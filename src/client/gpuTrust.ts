/**
 * Whether models may use the GPU. A driver that runs out of memory, loses its device or has no code for it takes the
 * engine's process with it, and would do so again and again: after a crash that names the GPU or its memory, or a second
 * crash with layers on the GPU, models run on the CPU until the user restarts the engine. A model that is still being
 * loaded may be on the CPU all the same: then only words that name a GPU count.
 */
import { t } from "../common/l10n.ts";
import type { LoadParams, ModelInfo, Notice } from "../common/protocol.ts";
import { windowMs } from "./restartPolicy.ts";

/** What drivers and ggml say when memory is short, on the GPU if that is where the model is. */
const memoryFailure = /out ?of ?(?:device|host)? ?memory|failed to allocate .*buffer/i;
/**
 * What they say of a GPU alone: its memory is short, the device is gone, or there are no kernels for it. The CUDA
 * build of node-llama-cpp 3.22.1 has machine code for sm_86, 89, 120 and 121, and PTX 9.1 for others, which a driver of
 * CUDA 13.0 or older does not translate. It loads there all the same, and fails at the first pass.
 */
const gpuFailure =
  /device ?(?:memory|lost)|cudaMalloc|(?:CUDA|ROCm|MUSA|SYCL) error|unsupported toolchain|no kernel image/i;
/** That the GPU's memory is short, where the GPU is named. */
const gpuMemoryFailure = /device ?memory|cudaMalloc/i;

/** What failed: too little memory on the GPU, or anything else of it and its driver. */
export type GpuFailure = "memory" | "driver";

/** The failure of a GPU that an engine's last words name; null: they name none. */
export function gpuFailureIn(lastWords: string): GpuFailure | null {
  if (!gpuFailure.test(lastWords)) return null;
  return memoryFailure.test(lastWords) || gpuMemoryFailure.test(lastWords) ? "memory" : "driver";
}

export class GpuTrust {
  #lastCrash = Number.NEGATIVE_INFINITY;
  #lost = false;
  #losses = 0;

  get lost(): boolean {
    return this.#lost;
  }

  /** How often it was given up. */
  get losses(): number {
    return this.#losses;
  }

  /**
   * @param model that was loaded, or is being loaded. @param lastWords of the engine
   * @param now ms, of a clock that goes forward
   */
  crashed(model: ModelInfo | LoadParams | null, lastWords: string, now: number): void {
    if (!model) return;
    if (!("gpuLayers" in model)) {
      if (gpuFailureIn(lastWords)) this.#lose();
      return;
    }
    if (model.gpuLayers === 0) return;
    const isSecond = now - this.#lastCrash < windowMs;
    if (isSecond || gpuFailureIn(lastWords) || memoryFailure.test(lastWords)) this.#lose();
    this.#lastCrash = now;
  }

  /** How to load now what is to be loaded like this. */
  loadOf(load: LoadParams): LoadParams {
    return this.#lost && !load.server ? { ...load, gpu: "off" } : load;
  }

  /** The model, with what the user has to know about it. @param load as it was asked for */
  noted(model: ModelInfo, load: LoadParams): ModelInfo {
    const notice = this.notice(load, t("Restart the engine to try the GPU again."));
    return notice ? { ...model, notices: [...model.notices, notice] } : model;
  }

  /** That a model is not on the GPU; null where it need not be told. @param load as it was asked for */
  notice(load: LoadParams, advice: string): Notice | null {
    if (!this.#lost || load.server || load.gpu === "off") return null;
    const happened = t("The engine stopped while the model was on the GPU, so the model runs on the CPU.");
    return { code: "gpuLost", message: `${happened} ${advice}` };
  }

  /** The user wants it tried again. */
  restore(): void {
    this.#lost = false;
    this.#lastCrash = Number.NEGATIVE_INFINITY;
  }

  #lose(): void {
    if (!this.#lost) this.#losses++;
    this.#lost = true;
  }
}
