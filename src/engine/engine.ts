/**
 * What all clients of an engine share: one loaded model, the queue to it, the workspace indexes, and what is done while
 * nobody waits. One client's connection to it is server.ts.
 *
 * A client's requests are for the model that it loaded. Where another client has loaded another one since, its generation
 * loads its own again in its turn, so that two clients with two models both get on, however they interleave.
 */
import { join } from "node:path";
import { HunchError } from "../common/errors.ts";
import type {
  IndexDocumentsParams,
  IndexDocumentsResult,
  OpenIndexParams,
  OpenIndexResult,
} from "../common/indexProtocol.ts";
import type {
  EngineStatus,
  GenerateParams,
  GenerationResult,
  LoadParams,
  LogLevel,
  MeasureParams,
  MeasureResult,
  ModelInfo,
  StatusParams,
  UnloadParams,
  UnloadResult,
} from "../common/protocol.ts";
import type { Backend } from "./backends/backend.ts";
import { IdleWorker } from "./idleWorker.ts";
import type { Indexing } from "./indexing.ts";
import { Indices } from "./indices.ts";
import { ModelSlot } from "./modelSlot.ts";
import { Pause } from "./pause.ts";
import { FairQueue } from "./queue.ts";
import { sameWeights } from "./sameLoad.ts";
import type { EngineGenerationHooks, Session } from "./session.ts";
import { StateFolder } from "./stateFolder.ts";
import { alone, cancelled, exclusively, whenIdle } from "./turns.ts";

/** Between two words that what is kept is still being written (ms). */
const writingIntervalMs = 300;

export class Engine {
  readonly #queue = new FairQueue();
  readonly #sessions = new Set<Session>();
  /** What each client allows of evaluated prompts on disk (bytes), where it says so. */
  readonly #promptLimits = new Map<Session, number>();
  readonly #slot: ModelSlot;
  readonly #indices: Indices;
  readonly #idle: IdleWorker;
  readonly #pause = new Pause();
  /** Time that a model stays which the last client that used it has left (ms). */
  readonly #lingerMs: number;
  #isRetiring = false;

  /** @param folder for what is measured and kept */
  constructor(folder: string, lingerMs = 0) {
    const warn = (message: string) => this.#log("warn", message);
    const isBusy = () => this.#queue.isBusy || this.#pause.isOn;
    const indices = new Indices({ folder: join(folder, "index"), isBusy, onError: warn });
    this.#indices = indices;
    this.#slot = new ModelSlot(new StateFolder(folder, warn), {
      onProgress: (modelId, progress) => {
        for (const session of this.#sessions) session.onLoadProgress(modelId, progress);
      },
      // They are read with the model's tokens.
      onDrop: () => indices.closeAllBut(new Set()),
      log: (level, message) => this.#log(level, message),
    });
    const model = () => this.#slot.model;
    this.#idle = new IdleWorker({ queue: this.#queue, pause: this.#pause, model, onError: warn });
    this.#lingerMs = lingerMs;
  }

  get clients(): number {
    return this.#sessions.size;
  }

  /** @throws HunchError engineRetired */
  join(session: Session): void {
    this.#assertInService();
    this.#sessions.add(session);
  }

  leave(session: Session): void {
    this.#sessions.delete(session);
    // The last one's holds on: the model may stay for a while.
    if (this.#promptLimits.delete(session) && this.#promptLimits.size > 0)
      this.#slot.model?.inProcess?.limitPrompts(this.#promptLimit);
    this.#closeIndex(session);
    if (this.#isWanted) return;
    setTimeout(() => void this.#dropUnlessWanted(), this.#lingerMs).unref();
  }

  /** Loads what is missing; at once where it is loaded, whatever runs. @throws HunchError of the load; cancelled */
  async load(session: Session, params: LoadParams, signal: AbortSignal): Promise<ModelInfo> {
    this.#assertInService();
    session.wanted = null;
    const { promptCacheBytes, promptCacheByDefault } = params;
    if (promptCacheBytes !== undefined && !promptCacheByDefault) await this.limitPrompts(session, promptCacheBytes);
    const info = this.#loadedFor(session, params)?.info ?? (await this.#loadInTurn(session, params, signal));
    session.wanted = params;
    return info;
  }

  #loadInTurn(session: Session, params: LoadParams, signal: AbortSignal): Promise<ModelInfo> {
    const work = async () => {
      this.#assertInService();
      return (this.#loadedFor(session, params) ?? (await this.#replace(params, signal))).info;
    };
    let hasWaited = false;
    const onPosition = (position: number) => {
      hasWaited ||= position > 0;
      if (hasWaited) session.onLoadProgress(params.target.id, position > 0 ? null : 0);
    };
    return exclusively(this.#queue, session.id, work, signal, onPosition);
  }

  /** A client that has the engine for itself gets what it asks for to the last option; with others, what does for it. */
  #loadedFor(session: Session, params: LoadParams): Backend | null {
    const isUsed = [...this.#sessions].some((other) => other !== session && this.#slot.loadedFor(other.wanted));
    return isUsed || params.takesLoaded ? this.#slot.loadedFor(params) : this.#slot.loadedAs(params);
  }

  /** The client lets go of its model, which is dropped unless others use it. */
  async unload(session: Session, { forAll }: UnloadParams): Promise<UnloadResult> {
    session.wanted = null;
    this.#closeIndex(session);
    const stays = () => !forAll && this.#isWanted;
    if (stays()) return { dropped: false };
    return exclusively(this.#queue, session.id, async () => {
      if (stays()) return { dropped: false };
      await this.#slot.drop();
      return { dropped: true };
    });
  }

  /** @throws HunchError modelNotLoaded when the client has loaded none or it was dropped; those of the generation */
  async generate(session: Session, params: GenerateParams, hooks: EngineGenerationHooks): Promise<GenerationResult> {
    this.#assertInService();
    const { wanted } = session;
    if (!wanted) throw notLoaded();
    this.#idle.interrupt();
    try {
      return await this.#generateInTurn(session, wanted, params, hooks);
    } finally {
      this.#idle.begin();
    }
  }

  #generateInTurn(
    session: Session,
    wanted: LoadParams,
    params: GenerateParams,
    hooks: EngineGenerationHooks,
  ): Promise<GenerationResult> {
    const { emit, signal } = hooks;
    const arrived = performance.now();
    const waitedMs = () => performance.now() - arrived;
    return this.#queue.run(
      params.conversationId,
      (position) => emit([{ type: "queue", position }]),
      async (turn) => {
        this.#assertInService();
        const model = await this.#modelFor(wanted, hooks);
        if (!model.runsAlone(params)) turn.share();
        const indexing = this.#indexing(session, model);
        const generation = await model.generation(params, {
          emit,
          signal,
          queueMs: waitedMs(),
          pause: this.#pause,
          ...(indexing && !params.freshDrafters ? { index: indexing.index } : {}),
        });
        hooks.onBegin(generation);
        try {
          const result = await generation.run();
          // A raw prompt is a program's (a benchmark asks the same twice); what people ask is a chat.
          if (params.prompt.kind !== "raw" && !params.freshDrafters)
            indexing?.addAnswer(`${result.thinking}\n${result.answer}`.trim());
          return result;
        } finally {
          this.#queue.capacity = model.lanes;
        }
      },
      {
        clientId: session.id,
        alone: () => this.#slot.loadedFor(wanted)?.runsAlone(params) ?? true,
        leaving: {
          signal,
          result: () => {
            const model = this.#slot.loadedFor(wanted);
            if (model) return model.notBegun(params, waitedMs());
            throw cancelled();
          },
        },
      },
    );
  }

  /** What is computed on the processor waits for so long (ms). */
  pause(ms: number): void {
    this.#pause.ask(ms);
  }

  /**
   * At most so many bytes of evaluated prompts are kept on disk. Of several clients' limits the lowest counts, as long as
   * they are there; and no more than the model in memory was loaded with.
   */
  limitPrompts(session: Session, bytes: number): Promise<void> {
    this.#promptLimits.set(session, bytes);
    return this.#slot.limitPrompts(this.#promptLimit);
  }

  get #promptLimit(): number {
    return Math.min(...this.#promptLimits.values());
  }

  measure(session: Session, params: MeasureParams): Promise<MeasureResult> {
    return exclusively(this.#queue, session.id, () => this.#ownModel(session).measure(params));
  }

  /** @throws HunchError modelNotLoaded, also while another client's model is loaded */
  async countTokens(session: Session, text: string): Promise<number> {
    return this.#ownModel(session).countTokens(text);
  }

  /** Opens the index of the client's workspace once nobody runs or waits; null closes it, at once. */
  async openIndex(session: Session, { workspace, removed }: OpenIndexParams): Promise<OpenIndexResult> {
    const closed = { isOpen: false, versions: {}, tokens: 0 };
    this.#closeIndex(session);
    if (removed !== undefined) this.#indices.remove(removed);
    if (workspace === null) return closed;
    session.wantedWorkspace = workspace;
    return whenIdle(this.#queue, () => {
      // Closed again, or another one was asked for, while it waited.
      if (session.wantedWorkspace !== workspace) return closed;
      const model = this.#ownModel(session);
      if (model.inProcess) session.workspace = workspace;
      return this.#indexing(session, model)?.state ?? closed;
    });
  }

  /** Once nobody runs, waits or types. @throws HunchError modelNotLoaded as countTokens; internal when no index is open */
  async indexDocuments(session: Session, params: IndexDocumentsParams): Promise<IndexDocumentsResult> {
    await this.#pause.over();
    return whenIdle(this.#queue, () => {
      const indexing = this.#indexing(session, this.#ownModel(session));
      if (indexing) return indexing.add(params);
      throw new HunchError("internal", "No index is open.", { hint: "openIndex has to come first." });
    });
  }

  async status({ devices }: StatusParams): Promise<EngineStatus> {
    return {
      pid: process.pid,
      clients: this.#sessions.size,
      model: this.#slot.model?.info ?? null,
      queueLength: this.#queue.length,
      residentBytes: process.memoryUsage().rss,
      devices: devices ? await this.#slot.devices() : [],
    };
  }

  /** No new work from now on: what waits is refused too, so that it goes to another engine. Resolves when nothing runs. */
  async retire(): Promise<void> {
    this.#isRetiring = true;
    do await alone(this.#queue, async () => {});
    while (this.#queue.length > 0);
  }

  /** Before the process ends: writes what is kept. @param onWriting called several times a second while it does */
  async close(onWriting: () => void = () => {}): Promise<void> {
    this.#indices.closeAllBut(new Set());
    onWriting();
    const timer = setInterval(onWriting, writingIntervalMs);
    try {
      // It is written then, and has the queue: a while after their last client the model and its shared engine go at once.
      await this.#slot.dropped;
      // While a generation runs, the cache is not what it was.
      if (this.#queue.length > 0) return;
      await alone(this.#queue, async () => this.#slot.model?.inProcess?.keepPrompts());
    } finally {
      clearInterval(timer);
    }
  }

  /** Some client uses the model in memory. */
  get #isWanted(): boolean {
    return [...this.#sessions].some(({ wanted }) => this.#slot.loadedFor(wanted) !== null);
  }

  /** @throws HunchError modelNotLoaded */
  #ownModel({ wanted }: Session): Backend {
    const model = this.#slot.loadedFor(wanted);
    if (model) return model;
    throw notLoaded();
  }

  /** For a turn that has the engine for itself, unless the model is there. */
  async #modelFor(wanted: LoadParams, { emit, signal }: EngineGenerationHooks): Promise<Backend> {
    const loaded = this.#slot.loadedFor(wanted);
    if (loaded) return loaded;
    // It was dropped. The client loads it and tells its user so.
    if (!this.#slot.model) throw notLoaded();
    const uses = sameWeights(this.#slot.model.params, wanted)
      ? "this model with options that do not go together with those here (context, cache, backend and the like)"
      : "another model";
    const message = `Another client of the shared engine uses ${uses}, and it holds one at a time: it was loaded again.`;
    emit([{ type: "notice", notice: { code: "modelSwapped", message } }]);
    return this.#replace(wanted, signal);
  }

  async #replace(params: LoadParams, signal: AbortSignal): Promise<Backend> {
    const model = await this.#slot.replace(params, signal);
    model.inProcess?.limitPrompts(this.#promptLimit);
    this.#queue.capacity = model.lanes;
    this.#idle.begin();
    return model;
  }

  async #dropUnlessWanted(): Promise<void> {
    if (!this.#slot.model || this.#isWanted) return;
    await alone(this.#queue, async () => {
      if (!this.#isWanted) await this.#slot.drop();
    });
  }

  /** The open index of the client's workspace; opened again after another model had taken its model's place. */
  #indexing({ workspace }: Session, { inProcess }: Backend): Indexing | null {
    return workspace !== null && inProcess ? this.#indices.of(workspace, inProcess) : null;
  }

  #closeIndex(session: Session): void {
    session.workspace = null;
    session.wantedWorkspace = null;
    this.#indices.closeAllBut(new Set([...this.#sessions].map(({ workspace }) => workspace)));
  }

  #assertInService(): void {
    if (this.#isRetiring)
      throw new HunchError("engineRetired", "This engine has been replaced.", { hint: "Ask again." });
  }

  #log(level: LogLevel, message: string): void {
    for (const session of this.#sessions) session.log(level, message);
  }
}

function notLoaded(): HunchError {
  return new HunchError("modelNotLoaded", "No model is loaded.", { hint: "Load a model first." });
}
