/**
 * Keeps an engine alive: starts it when it is first needed, starts it again after a crash (with growing waits, and only
 * so often), and makes sure that the model is loaded before a generation. The one place that decides what happens when
 * the engine dies; a cut-off generation is not repeated, since its text is kept and may be continued.
 */

import { HunchError, toErrorData } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { EngineHealth } from "../common/panel.ts";
import type { GenerateParams, GenerationEvent, GenerationResult, LoadParams, ModelInfo } from "../common/protocol.ts";
import { orAborted } from "./abort.ts";
import { again } from "./again.ts";
import { howItEnded } from "./crash.ts";
import { EngineClient, type EngineExit, type EngineOptions, type LoadProgress } from "./engineClient.ts";
import { retireSharedIfAny } from "./engineSource.ts";
import { ModelLoads } from "./modelLoads.ts";
import { ModelTurns } from "./modelTurns.ts";
import { maxRestarts, RestartPolicy, windowMs } from "./restartPolicy.ts";

/** Read anew at each start of an engine, so that an option which is a getter may have changed. */
export interface SupervisorOptions extends EngineOptions {
  /** Told of every change, in order. */
  onHealth(health: EngineHealth): void;
  /** Wait before the first restart (ms), default 250; it doubles with each crash. */
  restartDelayMs?: number;
}

export interface GenerateOptions {
  onEvents(events: GenerationEvent[]): void;
  /** The model is loaded (again); comes before the first event. */
  onModel?(model: ModelInfo): void;
  signal?: AbortSignal;
}

/** Whether there is an engine process, apart from what it does. */
type ProcessState =
  | { kind: "off" }
  | { kind: "starting"; client: Promise<EngineClient> }
  | { kind: "running"; client: EngineClient }
  | { kind: "restarting"; attempt: number; reason: string; client: Promise<EngineClient>; cancel(): void }
  | { kind: "failed"; error: HunchError; canRetry: boolean };

export class EngineSupervisor {
  readonly #options: SupervisorOptions;
  readonly #policy: RestartPolicy;
  readonly #turns = new ModelTurns();
  readonly #loads = new ModelLoads(() => this.#report());
  /** A shared engine that a newer one has replaced, while it ends what it does for this program. */
  #former: EngineClient | null = null;
  /** Of evaluated prompts on disk (bytes), as it was last said; null until it is: then loads say it alone. */
  #promptLimit: number | null = null;
  #state: ProcessState = { kind: "off" };
  #disposed = false;
  #generations = 0;
  #reported: EngineHealth = { state: "off" };

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#policy = new RestartPolicy(options.restartDelayMs ?? 250);
  }

  get health(): EngineHealth {
    return this.#reported;
  }

  /**
   * The running engine; starts it when it is off, waits for it while it starts or restarts.
   * @throws HunchError engineStartFailed, protocolMismatch; engineGaveUp after too many crashes
   */
  async client(): Promise<EngineClient> {
    if (this.#disposed) throw new HunchError("cancelled", t("The engine was shut down."));
    const state = this.#state;
    switch (state.kind) {
      case "running":
        if (!state.client.isRetiring) return state.client;
        this.#former = state.client;
        this.#forgetCrashes();
        return this.#start();
      case "starting":
      case "restarting":
        return state.client;
      case "failed":
        if (!state.canRetry) throw state.error;
        return this.#start();
      case "off":
        return this.#start();
    }
  }

  /**
   * Loads the model if it is not loaded, then generates.
   * @throws HunchError cancelled when aborted before the generation began; after that an abort resolves with what there
   *   was. engineCrashed when the engine dies; the next call works without help.
   */
  async generate(load: LoadParams, params: GenerateParams, o: GenerateOptions): Promise<GenerationResult> {
    const endTurn = await this.#turns.begin(JSON.stringify(load), o.signal);
    try {
      let said = false;
      const onEvents = (events: GenerationEvent[]) => {
        said ||= events.some(({ type }) => type === "tokens");
        o.onEvents(events);
      };
      const attempt = async () => {
        const client = await orAborted(this.client(), o.signal);
        return this.#loadAndGenerate(client, this.#asOfNow(load), params, { ...o, onEvents });
      };
      // Before this generation had said anything.
      const helps = this.#loads.canHelp();
      return await again(attempt, (error) => helps(error) && !said);
    } finally {
      endTurn();
    }
  }

  /** Loads the model, so that the first question need not wait for it. */
  async load(load: LoadParams, o: { signal?: AbortSignal } = {}): Promise<ModelInfo> {
    const endTurn = await this.#turns.begin(JSON.stringify(load), o.signal);
    try {
      const attempt = async () =>
        this.#loads.load(await orAborted(this.client(), o.signal), this.#asOfNow(load), o.signal);
      return await again(attempt, this.#loads.canHelp());
    } finally {
      endTurn();
    }
  }

  /**
   * Lets go of the model when nothing runs here; it leaves memory unless other programs use it too. The next question
   * loads it again. @param forAll also where others use it. @returns whether it has left memory
   */
  async unload({ forAll = false } = {}): Promise<boolean> {
    if (this.#state.kind !== "running" || this.#generations > 0) return false;
    this.#loads.forget();
    return (await this.#state.client.unload({ forAll })).dropped;
  }

  /** Ends a running thought; nothing happens when there is none. */
  answerNow(generationId: string): void {
    if (this.#state.kind === "running") this.#state.client.answerNow(generationId);
    this.#former?.answerNow(generationId);
  }

  /** What runs on the processor waits for so long (ms); nothing happens when there is no engine. */
  pause(ms: number): void {
    if (this.#state.kind === "running") this.#state.client.pause(ms);
    this.#former?.pause(ms);
  }

  /** Of evaluated prompts on disk (bytes), for the engine that runs; one that starts is told with its load. */
  limitPrompts(bytes: number): void {
    this.#promptLimit = bytes;
    if (this.#state.kind === "running") this.#state.client.limitPrompts(bytes);
    this.#former?.limitPrompts(bytes);
  }

  /** Ends the engine, if there is one, also a shared one, and starts a fresh one; earlier crashes are forgotten. */
  async restart(): Promise<void> {
    this.#forgetCrashes();
    const isConnected = this.#state.kind === "running" || this.#state.kind === "starting";
    await this.#stop((client) => client.retire());
    if (!isConnected) await retireSharedIfAny(this.#options);
    await this.client();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#stop((client) => client.dispose());
  }

  async #stop(end: (client: EngineClient) => Promise<void>): Promise<void> {
    const state = this.#state;
    this.#become({ kind: "off" });
    this.#former?.kill();
    this.#former = null;
    switch (state.kind) {
      case "running":
        return end(state.client);
      case "starting":
        return state.client.then(
          end,
          // The one who asked for it has the error.
          () => {},
        );
      case "restarting":
        return state.cancel();
      case "off":
      case "failed":
    }
  }

  #start(): Promise<EngineClient> {
    const client = EngineClient.start({ ...this.#options, leavesGpu: true });
    this.#become({ kind: "starting", client });
    this.#adopt(client);
    return client;
  }

  /** Follows a starting engine into `running` or `failed`, unless something else has happened in between. */
  #adopt(starting: Promise<EngineClient>): void {
    const current = () => "client" in this.#state && this.#state.client === starting;
    starting.then(
      (client) => {
        // Stopped while it was starting: #stop disposes it.
        if (!current()) return;
        this.#become({ kind: "running", client });
        client.onExit((exit) => this.#exited(client, exit));
      },
      (error: unknown) => {
        if (!current()) return;
        const data = toErrorData(error);
        this.#become({
          kind: "failed",
          error: error instanceof HunchError ? error : new HunchError(data.code, data.message, { hint: data.hint }),
          canRetry: true,
        });
      },
    );
  }

  #exited(client: EngineClient, exit: EngineExit): void {
    if (this.#former === client) this.#former = null;
    if (this.#state.kind !== "running" || this.#state.client !== client) return;
    const now = performance.now();
    this.#loads.ended(client, client.isRetiring ? null : now);
    if (client.isRetiring) {
      this.#forgetCrashes();
      this.#become({ kind: "off" });
      return;
    }
    const reason = howItEnded(exit);
    const decision = this.#policy.crashed(now);
    if (decision.kind === "giveUp" && client.isShared && this.#turns.isIdle) {
      // It died of what others asked: what is asked here next may well do better.
      this.#options.onLog(
        "warn",
        `the shared engine stopped (${reason}) too often; it is started with the next question`,
      );
      this.#policy.forget();
      this.#become({ kind: "off" });
      return;
    }
    if (decision.kind === "giveUp") {
      const error = new HunchError(
        "engineGaveUp",
        t("The engine stopped {0} times within {1} minutes (last: {2}).", maxRestarts + 1, windowMs / 60_000, reason),
        { hint: t("Read the engine's log, choose a smaller model or context, then restart the engine.") },
      );
      this.#options.onLog("error", error.message);
      this.#become({ kind: "failed", error, canRetry: false });
      return;
    }
    this.#options.onLog(
      "warn",
      `the engine stopped (${reason}); restart ${decision.attempt} of ${maxRestarts} in ${decision.delayMs} ms`,
    );
    this.#restartLater(decision.attempt, decision.delayMs, reason);
  }

  /**
   * The user has restarted the engine, here or in another program, or an update has. All programs then try the GPU again:
   * if some did and others did not, a shared engine would load the model anew for each question of the other.
   */
  #forgetCrashes(): void {
    this.#policy.forget();
    this.#loads.restoreGpu();
  }

  #restartLater(attempt: number, delayMs: number, reason: string): void {
    let cancel = () => {};
    const client = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, delayMs);
      cancel = () => {
        clearTimeout(timer);
        reject(new HunchError("cancelled", t("The engine was stopped before it had started again.")));
      };
    }).then(() => EngineClient.start({ ...this.#options, leavesGpu: true }));
    this.#become({
      kind: "restarting",
      attempt,
      reason,
      client,
      cancel: () => {
        cancel();
        // The timer may have fired: then there is, or soon will be, a process to end.
        client.then(
          (started) => started.dispose(),
          () => {},
        );
      },
    });
    this.#adopt(client);
  }

  /** It may have waited for an engine, and the limit was changed meanwhile. */
  #asOfNow(load: LoadParams): LoadParams {
    if (load.promptCacheBytes === undefined || this.#promptLimit === null) return load;
    return { ...load, promptCacheBytes: this.#promptLimit };
  }

  async #loadAndGenerate(client: EngineClient, load: LoadParams, params: GenerateParams, o: GenerateOptions) {
    const model = await this.#loads.load(client, load, o.signal);
    o.onModel?.(model);
    this.#generations++;
    this.#report();
    try {
      const onLoading = (progress: LoadProgress) => this.#loads.advance(load, progress);
      const onEvents = (events: GenerationEvent[]) => {
        // Loaded again, in case another program's model had taken its place.
        if (events.some(({ type }) => type === "prefill" || type === "tokens")) this.#loads.done();
        o.onEvents(events);
      };
      return await client.generate(params, { ...o, onEvents, onLoading });
    } finally {
      this.#generations--;
      this.#loads.done();
      this.#report();
    }
  }

  #become(state: ProcessState): void {
    this.#state = state;
    this.#report();
  }

  #report(): void {
    const health = this.#currentHealth();
    if (JSON.stringify(health) === JSON.stringify(this.#reported)) return;
    this.#reported = health;
    this.#options.onHealth(health);
  }

  #loadHealth(): EngineHealth | null {
    const { progress } = this.#loads;
    if (progress === null) return null;
    return progress === "waiting" ? { state: "waiting" } : { state: "loading", progress };
  }

  #currentHealth(): EngineHealth {
    const state = this.#state;
    switch (state.kind) {
      case "off":
      case "starting":
        return { state: state.kind };
      case "restarting":
        return { state: "restarting", attempt: state.attempt, reason: state.reason };
      case "failed":
        return { state: "failed", error: toErrorData(state.error) };
      case "running":
        return this.#loadHealth() ?? { state: this.#generations > 0 ? "busy" : "ready" };
    }
  }
}
