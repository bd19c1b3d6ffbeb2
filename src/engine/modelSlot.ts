/** The one model in memory. Whoever puts another one into its place, or drops it, has to have the engine for itself. */
import type { Device, LoadParams, LogLevel } from "../common/protocol.ts";
import type { Backend } from "./backends/backend.ts";
import { trimPrompts } from "./backends/embedded/promptCache.ts";
import { probeDevices } from "./backends/embedded/runtime.ts";
import { loadBackend } from "./backends/load.ts";
import { sameLoad, serves } from "./sameLoad.ts";
import type { StateFolder } from "./stateFolder.ts";

export interface ModelSlotHooks {
  /** @param progress 0..1 */
  onProgress(modelId: string, progress: number): void;
  /** Before the model is dropped: what was made with it is of no use without it. */
  onDrop(): void;
  log(level: LogLevel, message: string): void;
}

export class ModelSlot {
  readonly #state: StateFolder;
  readonly #hooks: ModelSlotHooks;
  #model: Backend | null = null;
  #dropped: Promise<void> = Promise.resolve();

  constructor(state: StateFolder, hooks: ModelSlotHooks) {
    this.#state = state;
    this.#hooks = hooks;
  }

  get model(): Backend | null {
    return this.#model;
  }

  /** The model in memory, if it was loaded with these parameters. */
  loadedAs(params: LoadParams): Backend | null {
    return this.#model && sameLoad(this.#model.params, params) ? this.#model : null;
  }

  /** The model in memory, if it does for these parameters. */
  loadedFor(params: LoadParams | null): Backend | null {
    return params && this.#model && serves(this.#model, params) ? this.#model : null;
  }

  /** Loads this in place of what is loaded; nothing is, when that fails. @throws HunchError of the load */
  async replace(params: LoadParams, signal: AbortSignal): Promise<Backend> {
    await this.drop();
    const { log, onProgress } = this.#hooks;
    const onModelProgress = ({ id }: { id: string }, progress: number) => onProgress(id, progress);
    const model = await loadBackend(params, this.#state, { onProgress: onModelProgress, log, signal });
    this.#model = model;
    const { info } = model;
    log("info", `loaded ${info.id} in ${info.loadMs} ms on ${info.device}, ${info.threads.used} threads`);
    return model;
  }

  async drop(): Promise<void> {
    this.#hooks.onDrop();
    const model = this.#model;
    this.#model = null;
    if (!model) return;
    const dropping = model.dispose();
    // Whoever drops it has the error.
    this.#dropped = dropping.catch(() => {});
    await dropping;
  }

  /** Resolves when no model is being dropped, which writes what is kept of it. Never rejects. */
  get dropped(): Promise<void> {
    return this.#dropped;
  }

  /** At most so many bytes of evaluated prompts are kept on disk from now on; at 0 none, and none of those there are. */
  async limitPrompts(bytes: number): Promise<void> {
    this.#model?.inProcess?.limitPrompts(bytes);
    await trimPrompts(bytes, this.#state, this.#hooks.log);
  }

  /** Asks the runtime in use, or starts one to see what there is. @throws HunchError backendUnavailable */
  async devices(): Promise<Device[]> {
    return this.#model?.inProcess?.devices() ?? (await probeDevices(this.#hooks.log));
  }
}
