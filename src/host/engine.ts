/**
 * The engine as the editor uses it: one supervised process, started at the first question, with the model that the
 * settings name. What does the work is loaded only then, so that opening a window costs nothing.
 */

import * as vscode from "vscode";
import { isGone } from "../client/again.ts";
import type { EngineClient } from "../client/engineClient.ts";
import type { EngineSupervisor } from "../client/supervisor.ts";
import { toErrorData } from "../common/errors.ts";
import type { EngineHealth } from "../common/panel.ts";
import type {
  Device,
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  LoadParams,
  ModelInfo,
} from "../common/protocol.ts";
import { estimateTokens } from "../prompts/contextBudget.ts";
import { type LoadServices, loadKeys, loadParams, modelServer, promptCacheBytes } from "./loadParams.ts";
import type { Log } from "./log.ts";

export interface EngineServices extends LoadServices {
  log: Log;
}

export class Engine {
  readonly #services: EngineServices;
  readonly #healthChanged = new vscode.EventEmitter<EngineHealth>();
  readonly #modelChanged = new vscode.EventEmitter<ModelInfo | null>();
  readonly #settingsSubscription: vscode.Disposable;
  #supervisor: EngineSupervisor | null = null;
  /** Its engine is the one that all windows share. */
  #isShared = false;
  #load: LoadParams | null = null;
  #model: ModelInfo | null = null;
  /** A model is in memory for us: the one in use, or one that the settings do not name any more. */
  #holdsModel = false;
  #running = 0;
  #idleTimer: NodeJS.Timeout | null = null;

  readonly onHealth = this.#healthChanged.event;
  readonly onModel = this.#modelChanged.event;

  constructor(services: EngineServices) {
    this.#services = services;
    this.#settingsSubscription = services.settings.onDidChange((keys) => {
      if (keys.includes("idleUnloadMinutes")) this.#restartIdleTimer();
      // The model in memory would keep what it holds at its end.
      if (keys.includes("promptCacheSize")) this.#supervisor?.limitPrompts(promptCacheBytes(services.settings.current));
      if (keys.some((key) => loadKeys.includes(key))) this.#setModel(null);
    });
  }

  get health(): EngineHealth {
    return this.#supervisor?.health ?? { state: "off" };
  }

  /** The model in use; null until it is loaded. */
  get model(): ModelInfo | null {
    return this.#model;
  }

  /**
   * Starts the engine and loads the model of the settings, whichever is missing.
   * @param options onProgress: 0..1; null while the load waits for another's answer
   * @throws HunchError of the model's file, of the load, or of the engine's start
   */
  async prepare(options: { onProgress(progress: number | null): void; signal: AbortSignal }): Promise<ModelInfo> {
    return this.#busy(async () => {
      const load = await loadParams(this.#services);
      const supervisor = await this.#start();
      const progress = this.onHealth((health) => {
        if (health.state === "loading") options.onProgress(health.progress);
        if (health.state === "waiting") options.onProgress(null);
      });
      try {
        const model = await supervisor.load(load, { signal: options.signal });
        this.#load = load;
        this.#holdsModel = true;
        this.#setModel(model);
        return model;
      } finally {
        progress.dispose();
      }
    });
  }

  /** Generates with the model that `prepare` loaded, loading it again when the engine died since. */
  async generate(
    params: GenerateParams,
    options: { onEvents(events: GenerationEvent[]): void; signal: AbortSignal },
  ): Promise<GenerationResult> {
    const load = this.#load;
    if (!load) throw new Error("generate was called before prepare.");
    return this.#busy(async () =>
      (await this.#start()).generate(load, params, { ...options, onModel: (model) => this.#setModel(model) }),
    );
  }

  /**
   * Work beside the questions, which must not keep the model in memory: done only while it is loaded and nothing runs.
   * @returns null when that is not so. @throws HunchError of the engine's
   */
  async whenIdle<T>(work: (client: EngineClient) => Promise<T>): Promise<T | null> {
    if (!this.#supervisor || this.health.state !== "ready" || !this.#model) return null;
    try {
      return await work(await this.#supervisor.client());
    } catch (error) {
      // It was dropped in between, another program's model has its place, or a newer engine took over.
      if (isGone(error)) return null;
      throw error;
    }
  }

  /**
   * Closes the workspace's index, whatever runs: nothing more is added to it, and later answers do not draft from it.
   * @param removed the workspace, where nothing is to be kept of it
   */
  async closeIndex(removed?: string): Promise<void> {
    const state = this.#model ? this.health.state : "off";
    if (!this.#supervisor || (state !== "ready" && state !== "busy")) return;
    try {
      await (await this.#supervisor.client()).openIndex({ workspace: null, removed });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Tokens of a text: as the loaded model counts them, else an estimate that is rather too high. */
  async countTokens(text: string): Promise<number> {
    const state = this.#model ? this.health.state : "off";
    if (!this.#supervisor || (state !== "ready" && state !== "busy")) return estimateTokens(text);
    try {
      return await (await this.#supervisor.client()).countTokens(text);
    } catch (error) {
      // It was dropped from memory in between.
      if (toErrorData(error).code !== "modelNotLoaded") throw error;
      return estimateTokens(text);
    }
  }

  /**
   * What the model in use takes of the memory, all of the engine counted (bytes); 0 while none is loaded, and where
   * another program has it: a llama-server beside the engine, or a server elsewhere.
   */
  async memoryBytes(): Promise<number> {
    const state = this.#model ? this.health.state : "off";
    if (!this.#supervisor || (state !== "ready" && state !== "busy")) return 0;
    try {
      const { model, residentBytes } = await (await this.#supervisor.client()).status({ devices: false });
      return model?.backend === "embedded" ? residentBytes : 0;
    } catch (error) {
      if (isGone(error)) return 0;
      throw error;
    }
  }

  /** What can compute on this machine; starts the engine when it is off. @throws HunchError of the engine's start */
  async devices(): Promise<Device[]> {
    return this.#busy(async () => (await (await (await this.#start()).client()).status()).devices);
  }

  /** Names of the models on the server of the settings; starts the engine when it is off. @throws HunchError of the server */
  async serverModels(): Promise<string[]> {
    const server = await modelServer(this.#services);
    if (server?.kind !== "openai") throw new Error("The settings choose no server.");
    return this.#busy(async () => (await (await this.#start()).client()).serverModels(server));
  }

  /** Drops the model from memory, so that its file can be deleted. False while a question is being answered. */
  async release(): Promise<boolean> {
    if (this.#running > 0) return false;
    await this.#supervisor?.unload({ forAll: true });
    this.#holdsModel = false;
    this.#setModel(null);
    return true;
  }

  answerNow(generationId: string): void {
    this.#supervisor?.answerNow(generationId);
  }

  /** Somebody types: what is computed on the processor waits for so long (ms). */
  pause(ms: number): void {
    this.#supervisor?.pause(ms);
  }

  async restart(): Promise<void> {
    await (await this.#start()).restart();
  }

  async dispose(): Promise<void> {
    this.#stopIdleTimer();
    this.#settingsSubscription.dispose();
    await this.#supervisor?.dispose();
    this.#healthChanged.dispose();
    this.#modelChanged.dispose();
  }

  async #start(): Promise<EngineSupervisor> {
    const { EngineSupervisor, engineFolder, sharedEnginePlace, thisUser } = await import("./runtime.ts");
    const { extension, log, settings } = this.#services;
    const { sharedEngine } = settings.current;
    // The setting was changed; whoever starts the engine runs already, and may be the only one.
    if (this.#supervisor && this.#isShared !== sharedEngine && this.#running <= 1) {
      const former = this.#supervisor;
      this.#supervisor = null;
      await former.dispose();
    }
    if (this.#supervisor) return this.#supervisor;
    this.#isShared = sharedEngine;
    this.#supervisor = new EngineSupervisor({
      enginePath: vscode.Uri.joinPath(extension.extensionUri, "dist", "engine.mjs").fsPath,
      client: "vscode",
      background: true,
      ...(sharedEngine
        ? { stateFolder: engineFolder(thisUser()), sharing: sharedEnginePlace(thisUser()) }
        : { stateFolder: vscode.Uri.joinPath(extension.globalStorageUri, "engine").fsPath }),
      // Read at each start: a restart has the level that is set by then.
      get logLevel() {
        return settings.current.logLevel;
      },
      onLog: (level, message) => log.write(level, message),
      onHealth: (health) => this.#healthChanged.fire(health),
    });
    return this.#supervisor;
  }

  #setModel(model: ModelInfo | null): void {
    if (this.#model === model) return;
    this.#model = model;
    this.#modelChanged.fire(model);
  }

  /** Keeps the model in memory while `work` runs, and for the idle minutes after. */
  async #busy<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    this.#stopIdleTimer();
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) this.#startIdleTimer();
    }
  }

  #startIdleTimer(): void {
    const minutes = this.#services.settings.current.idleUnloadMinutes;
    if (minutes > 0) this.#idleTimer = setTimeout(() => void this.#unload(minutes), minutes * 60_000);
  }

  /** The minutes are others: they count from now on, for a model that is idle. */
  #restartIdleTimer(): void {
    if (this.#running > 0 || !this.#holdsModel) return;
    this.#stopIdleTimer();
    this.#startIdleTimer();
  }

  async #unload(minutes: number): Promise<void> {
    const { log } = this.#services;
    this.#idleTimer = null;
    if (!this.#holdsModel || this.#supervisor?.health.state !== "ready") return;
    try {
      const dropped = await this.#supervisor.unload();
      const what = dropped ? "was dropped from memory" : "is not used here any more, and stays for other programs,";
      log.write("info", `The model ${what} after ${minutes} idle minutes.`);
      this.#holdsModel = false;
      this.#setModel(null);
    } catch (error) {
      log.error("unload the idle model", error);
    }
  }

  #stopIdleTimer(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}
