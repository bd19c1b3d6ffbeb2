/**
 * Whether models may use the GPU. A driver that runs out of memory or loses its device in the middle of a pass takes the
 * engine's process with it, and would do so again and again: after a crash that names memory, or a second crash with
 * layers on the GPU, models run on the CPU until the user restarts the engine.
 */
import { t } from "../common/l10n.ts";
import type { LoadParams, ModelInfo } from "../common/protocol.ts";
import { windowMs } from "./restartPolicy.ts";

/** What drivers and ggml say when the GPU's memory is short or the device is gone. */
const gpuFailure = /out ?of ?(?:device|host)? ?memory|device ?lost|cudaMalloc|failed to allocate .*buffer/i;

export class GpuTrust {
  #lastCrash = Number.NEGATIVE_INFINITY;
  #lost = false;

  get lost(): boolean {
    return this.#lost;
  }

  /** @param model that was loaded; null: none. @param lastWords of the engine. @param now ms, of a clock that goes forward */
  crashed(model: ModelInfo | null, lastWords: string, now: number): void {
    if (!model || model.gpuLayers === 0) return;
    if (gpuFailure.test(lastWords) || now - this.#lastCrash < windowMs) this.#lost = true;
    this.#lastCrash = now;
  }

  /** How to load now what is to be loaded like this. */
  loadOf(load: LoadParams): LoadParams {
    return this.#lost && !load.server ? { ...load, gpu: "off" } : load;
  }

  /** The model, with what the user has to know about it. @param load as it was asked for */
  noted(model: ModelInfo, load: LoadParams): ModelInfo {
    if (!this.#lost || load.server || load.gpu === "off") return model;
    const message = t(
      "The engine stopped while the model was on the GPU, so the model runs on the CPU. Restart the engine to try the GPU again.",
    );
    return { ...model, notices: [...model.notices, { code: "gpuLost", message }] };
  }

  /** The user wants it tried again. */
  restore(): void {
    this.#lost = false;
    this.#lastCrash = Number.NEGATIVE_INFINITY;
  }
}
