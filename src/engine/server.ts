/** The engine's side of the protocol: requests in, events out, over any vscode-jsonrpc connection. */
import { join } from "node:path";
import { type CancellationToken, type MessageConnection, ResponseError } from "vscode-jsonrpc/node";
import { HunchError, toErrorData } from "../common/errors.ts";
import {
  answerNowNotification,
  countTokensRequest,
  type Device,
  type GenerateParams,
  type GenerationEvent,
  type GenerationResult,
  generateRequest,
  generationNotification,
  type IndexDocumentsParams,
  type IndexDocumentsResult,
  type InitializeParams,
  indexDocumentsRequest,
  initializeRequest,
  type LoadParams,
  type LogLevel,
  loadProgressNotification,
  loadRequest,
  logNotification,
  type ModelInfo,
  measureRequest,
  type OpenIndexResult,
  openIndexRequest,
  protocolVersion,
  shutdownRequest,
  statusRequest,
  unloadRequest,
} from "../common/protocol.ts";
import type { Backend, RunningGeneration } from "./backends/backend.ts";
import { probeDevices } from "./backends/embedded/runtime.ts";
import { loadBackend } from "./backends/load.ts";
import { Indexing } from "./indexing.ts";
import { FairQueue } from "./queue.ts";
import { StateFolder } from "./stateFolder.ts";

const logLevels: readonly LogLevel[] = ["error", "warn", "info", "debug"];
const engineVersion = process.env.HUNCH_VERSION ?? "development";

export class EngineServer {
  readonly #connection: MessageConnection;
  readonly #exit: () => void;
  readonly #queue = new FairQueue();
  /** By id, from the request to the result; before its turn comes, whether it is to answer at once then. */
  readonly #generations = new Map<string, RunningGeneration | "waiting" | "answerNow">();
  #model: Backend | null = null;
  #state: StateFolder | null = null;
  #stateFolder = "";
  #indexing: Indexing | null = null;
  #logLevel: LogLevel = "info";

  /** @param exit ends the process: after `shutdown`, or when the client is gone */
  constructor(connection: MessageConnection, exit: () => void) {
    this.#connection = connection;
    this.#exit = exit;
    connection.onRequest(initializeRequest, (params) => answer(async () => this.#initialize(params)));
    connection.onRequest(loadRequest, (params, token) => answer(() => this.#load(params, token)));
    connection.onRequest(unloadRequest, () => answer(() => this.#exclusively(() => this.#unload())));
    connection.onRequest(generateRequest, (params, token) => answer(() => this.#generate(params, token)));
    connection.onRequest(measureRequest, (params) =>
      answer(() => this.#exclusively(() => assertLoaded(this.#model).measure(params))),
    );
    connection.onRequest(countTokensRequest, ({ text }) => answer(() => assertLoaded(this.#model).countTokens(text)));
    connection.onRequest(openIndexRequest, ({ workspace }) =>
      answer(() => this.#exclusively(async () => this.#openIndex(workspace))),
    );
    connection.onRequest(indexDocumentsRequest, (params) =>
      answer(() => this.#exclusively(async () => this.#indexDocuments(params))),
    );
    connection.onRequest(statusRequest, () =>
      answer(async () => ({
        pid: process.pid,
        model: this.#model?.info ?? null,
        queueLength: this.#queue.length,
        residentBytes: process.memoryUsage().rss,
        devices: await this.#devices(),
      })),
    );
    connection.onRequest(shutdownRequest, () =>
      answer(async () => {
        this.#closeIndex();
        // While a generation runs, the cache is not what it was.
        if (this.#queue.length === 0) await this.#exclusively(async () => this.#model?.inProcess?.keepPrompts());
        setImmediate(() => this.#exit());
        return null;
      }),
    );
    connection.onNotification(answerNowNotification, ({ generationId }) => {
      const generation = this.#generations.get(generationId);
      if (generation === "waiting") this.#generations.set(generationId, "answerNow");
      else if (typeof generation === "object") generation.answerNow();
    });
  }

  #initialize(params: InitializeParams) {
    if (params.protocolVersion !== protocolVersion)
      throw new HunchError(
        "protocolMismatch",
        `The engine speaks protocol ${protocolVersion}, ${params.client} speaks ${params.protocolVersion}.`,
        { hint: "Reload the window, or reinstall Hunch, so that both are of one version." },
      );
    this.#logLevel = params.logLevel;
    this.#stateFolder = params.stateFolder;
    this.#state = new StateFolder(params.stateFolder, (message) => this.#log("warn", message));
    return { protocolVersion, engineVersion, pid: process.pid };
  }

  async #load(params: LoadParams, token: CancellationToken): Promise<ModelInfo> {
    return this.#exclusively(async () => {
      if (this.#model && sameLoad(this.#model.params, params)) return this.#model.info;
      await this.#unload();
      if (!this.#state) throw new HunchError("internal", "initialize has to come first");
      this.#model = await loadBackend(params, this.#state, {
        onProgress: ({ id }, progress) => this.#notify(loadProgressNotification, { id, progress }),
        log: (level, message) => this.#log(level, message),
        signal: abortSignal(token),
      });
      this.#queue.capacity = this.#model.lanes;
      const { info } = this.#model;
      this.#log("info", `loaded ${info.id} in ${info.loadMs} ms on ${info.device}, ${info.threads.used} threads`);
      this.#measureSoon(this.#model);
      return info;
    });
  }

  /** Measures the cost curve while nobody waits; what a request cut short is made up for after it. */
  #measureSoon(model: Backend): void {
    const work = model.idleWork;
    if (!work) return;
    this.#queue.whenIdle(async () => {
      if (this.#model !== model) return;
      try {
        await work(() => this.#queue.waiting > 0);
      } catch (error) {
        this.#log("warn", `what was to be done while idle failed: ${toErrorData(error).message}`);
      }
    });
  }

  async #generate(params: GenerateParams, token: CancellationToken): Promise<GenerationResult> {
    const signal = abortSignal(token);
    const { generationId } = params;
    const arrived = performance.now();
    const emit = (events: GenerationEvent[]) => this.#notify(generationNotification, { generationId, events });
    this.#generations.set(generationId, "waiting");
    const result = this.#queue.run(
      params.conversationId,
      (position) => emit([{ type: "queue", position }]),
      async () => {
        const model = assertLoaded(this.#model);
        const generation = await model.generation(params, { emit, signal, queueMs: performance.now() - arrived });
        if (this.#generations.get(generationId) === "answerNow") generation.answerNow();
        this.#generations.set(generationId, generation);
        try {
          const result = await generation.run();
          // A raw prompt is a program's (a benchmark asks the same twice); what people ask is a chat.
          if (params.prompt.kind !== "raw") this.#indexing?.addAnswer(`${result.thinking}\n${result.answer}`.trim());
          return result;
        } finally {
          this.#queue.capacity = model.lanes;
          this.#measureSoon(model);
        }
      },
      {
        alone: this.#model?.runsAlone(params) ?? true,
        leaving: { signal, result: () => assertLoaded(this.#model).notBegun(params, performance.now() - arrived) },
      },
    );
    return result.finally(() => this.#generations.delete(generationId));
  }

  #openIndex(workspace: string | null): OpenIndexResult {
    const { inProcess } = assertLoaded(this.#model);
    this.#closeIndex();
    if (workspace === null || !inProcess) return { isOpen: false, versions: {}, tokens: 0 };
    this.#indexing = new Indexing(inProcess, workspace, {
      folder: join(this.#stateFolder, "index"),
      isBusy: () => this.#queue.isBusy,
      onError: (message) => this.#log("warn", message),
    });
    return this.#indexing.state;
  }

  #indexDocuments(params: IndexDocumentsParams): IndexDocumentsResult {
    if (this.#indexing) return this.#indexing.add(params);
    throw new HunchError("internal", "No index is open.", { hint: "openIndex has to come first." });
  }

  #closeIndex(): void {
    this.#indexing?.close();
    this.#indexing = null;
  }

  /** Asks the runtime in use, or starts one to see what there is. */
  async #devices(): Promise<Device[]> {
    return this.#model?.inProcess?.devices() ?? (await probeDevices((level, message) => this.#log(level, message)));
  }

  async #unload(): Promise<null> {
    this.#closeIndex();
    const model = this.#model;
    this.#model = null;
    await model?.dispose();
    return null;
  }

  /** Work that needs the model for itself takes its turn like a generation. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run("engine", () => {}, work, { alone: true });
  }

  #log(level: LogLevel, message: string): void {
    if (logLevels.indexOf(level) <= logLevels.indexOf(this.#logLevel))
      this.#notify(logNotification, { level, message });
  }

  /** A client that is gone gets no more notifications; its end is noticed in main.ts. */
  #notify<T>(type: { method: string }, params: T): void {
    this.#connection.sendNotification(type.method, params).catch(() => {});
  }
}

function assertLoaded(model: Backend | null): Backend {
  if (model) return model;
  throw new HunchError("modelNotLoaded", "No model is loaded.", { hint: "Load a model first." });
}

/** Errors leave as JSON-RPC errors with ErrorData. */
async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const data = toErrorData(error);
    throw new ResponseError(1, data.message, data);
  }
}

function abortSignal(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

function sameLoad(a: LoadParams, b: LoadParams): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
