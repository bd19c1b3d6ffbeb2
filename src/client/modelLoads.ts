/**
 * What an engine is told to load: each model once, with its progress, and on the CPU where the GPU has let it down. What
 * happens when the engine dies, the supervisor decides.
 */
import type { LoadParams, ModelInfo } from "../common/protocol.ts";
import { isGone } from "./again.ts";
import type { EngineClient, LoadProgress } from "./engineClient.ts";
import { GpuTrust } from "./gpuTrust.ts";

export class ModelLoads {
  readonly #onProgress: () => void;
  readonly #gpu = new GpuTrust();
  /** What the engine was last told to load, so that a question to the loaded model does not queue twice. */
  #loaded: { client: EngineClient; key: string; info: ModelInfo } | null = null;
  #progress: number | "waiting" | null = null;
  /** What it was asked to load, as it stands with the GPU. */
  #asked: LoadParams | null = null;

  /** @param onProgress told when `progress` has changed */
  constructor(onProgress: () => void) {
    this.#onProgress = onProgress;
  }

  /** Of the load under way (0..1), or that it waits for its turn; null when there is none. */
  get progress(): number | "waiting" | null {
    return this.#progress;
  }

  /** Unless the engine has it. */
  async load(client: EngineClient, load: LoadParams, signal: AbortSignal | undefined): Promise<ModelInfo> {
    const key = JSON.stringify(load);
    if (this.#gpu.lost && (await isOnGpu(client, load))) {
      this.#gpu.restore();
      this.#loaded = null;
    }
    if (this.#loaded?.client === client && this.#loaded.key === key) return this.#loaded.info;
    this.#loaded = null;
    this.#set(0);
    try {
      const onProgress = (progress: LoadProgress) => this.advance(load, progress);
      this.#asked = this.#gpu.loadOf(load);
      const info = this.#gpu.noted(await client.load(this.#asked, { signal, onProgress }), load);
      this.#loaded = { client, key, info };
      return info;
    } finally {
      this.#set(null);
    }
  }

  /** The engine tells how far it is. */
  advance(load: LoadParams, { id, progress }: LoadProgress): void {
    if (id !== load.target.id && id !== load.draft?.id) return;
    // A draft model is loaded after the target and is small beside it: the last tenth.
    if (progress === null) this.#set("waiting");
    else if (!load.draft) this.#set(progress);
    else this.#set(id === load.target.id ? 0.9 * progress : 0.9 + 0.1 * progress);
  }

  /** Nothing is being loaded any more. */
  done(): void {
    if (this.#progress !== null) this.#set(null);
  }

  /** The engine lets go of its model. */
  forget(): void {
    this.#loaded = null;
  }

  /** The engine has ended. @param crashedAt ms, of a clock that goes forward; null when it was meant to end */
  ended(client: EngineClient, crashedAt: number | null): void {
    const loading = this.#progress === null ? null : this.#asked;
    this.#progress = null;
    if (crashedAt === null) return;
    this.#gpu.crashed(this.#loaded?.client === client ? this.#loaded.info : loading, client.lastWords, crashedAt);
  }

  /** Whether a failure calls for another attempt: the model had been dropped, or the GPU has been given up just now. */
  canHelp(): (error: unknown) => boolean {
    let { losses } = this.#gpu;
    return (error) => {
      const onCpuNow = this.#gpu.losses > losses;
      losses = this.#gpu.losses;
      if (isGone(error)) this.#loaded = null;
      return isGone(error) || onCpuNow;
    };
  }

  /** The user wants the GPU tried again. */
  restoreGpu(): void {
    this.#gpu.restore();
  }

  #set(progress: typeof this.progress): void {
    this.#progress = progress;
    this.#onProgress();
  }
}

/**
 * Another program has the model there: it was told to try the GPU again while this one was not connected, or has come since
 * it failed. With one here and one there a shared engine would load it anew for each question of the other.
 */
async function isOnGpu(client: EngineClient, { target }: LoadParams): Promise<boolean> {
  if (!client.isShared) return false;
  const { model } = await client.status({ devices: false });
  return model !== null && model.id === target.id && model.gpuLayers > 0;
}
