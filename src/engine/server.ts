/**
 * One client's connection to the engine, over any vscode-jsonrpc connection: requests in, events out. What all clients
 * share is in engine.ts.
 */
import { randomUUID } from "node:crypto";
import { type CancellationToken, type MessageConnection, ResponseError } from "vscode-jsonrpc/node";
import { HunchError, toErrorData } from "../common/errors.ts";
import { indexDocumentsRequest, openIndexRequest } from "../common/indexProtocol.ts";
import type { OpenaiServer } from "../common/openaiServer.ts";
import {
  answerNowNotification,
  countTokensRequest,
  type GenerateParams,
  type GenerationResult,
  generateRequest,
  generationNotification,
  type InitializeParams,
  type InitializeResult,
  initializeRequest,
  type LogLevel,
  limitPromptsNotification,
  loadProgressNotification,
  loadRequest,
  logNotification,
  measureRequest,
  pauseNotification,
  protocolVersion,
  retireRequest,
  retiringNotification,
  serverModelsRequest,
  shutdownRequest,
  statusRequest,
  unloadRequest,
} from "../common/protocol.ts";
import type { RunningGeneration } from "./backends/backend.ts";
import { serverModels } from "./backends/openai/serverModels.ts";
import type { Engine } from "./engine.ts";
import type { Session } from "./session.ts";
import { cancelled } from "./turns.ts";

const logLevels: readonly LogLevel[] = ["error", "warn", "info", "debug"];
const engineVersion = process.env.HUNCH_VERSION ?? "development";

/** What a connection needs of the process that it reaches. */
export interface EngineHost {
  /** The engine, for a client that may use it. @throws HunchError unauthorized */
  admit(params: InitializeParams): Engine;
  /** The client asked for the end. */
  shutdown(): Promise<void>;
  /** Somebody brings a newer engine. @throws HunchError unauthorized */
  retire(token: string): void;
}

export class EngineServer implements Session {
  readonly id = randomUUID();
  wanted: Session["wanted"] = null;
  workspace: string | null = null;
  wantedWorkspace: string | null = null;
  readonly #connection: MessageConnection;
  readonly #host: EngineHost;
  /** Of requests under way that can be cut short. */
  readonly #cancellable = new Set<AbortController>();
  /** Requests under way; each resolves when its answer is there. */
  readonly #answering = new Set<Promise<void>>();
  #isGone = false;
  /** By id, from the request to the result; before its turn comes, whether it is to answer at once then. */
  readonly #generations = new Map<string, RunningGeneration | "waiting" | "answerNow">();
  #engine: Engine | null = null;
  #logLevel: LogLevel = "info";

  constructor(connection: MessageConnection, host: EngineHost) {
    this.#connection = connection;
    this.#host = host;
    connection.onClose(() => this.#leave());
    connection.onRequest(initializeRequest, (params) => this.#answer(async () => this.#initialize(params)));
    connection.onRequest(retireRequest, ({ token }) =>
      this.#answer(async () => {
        host.retire(token);
        return null;
      }),
    );
    connection.onRequest(loadRequest, (params, token) =>
      this.#answer(() => this.#withSignal(token, (signal) => this.#joined.load(this, params, signal))),
    );
    connection.onRequest(unloadRequest, (params) => this.#answer(() => this.#joined.unload(this, params)));
    connection.onRequest(generateRequest, (params, token) => this.#answer(() => this.#generate(params, token)));
    connection.onRequest(measureRequest, (params) => this.#answer(() => this.#joined.measure(this, params)));
    connection.onRequest(countTokensRequest, ({ text }) => this.#answer(() => this.#joined.countTokens(this, text)));
    connection.onRequest(serverModelsRequest, (params, token) =>
      this.#answer(() => this.#withSignal(token, (signal) => this.#serverModels(params, signal))),
    );
    connection.onRequest(openIndexRequest, (params) => this.#answer(() => this.#joined.openIndex(this, params)));
    connection.onRequest(indexDocumentsRequest, (params) =>
      this.#answer(() => this.#joined.indexDocuments(this, params)),
    );
    connection.onRequest(statusRequest, (params) => this.#answer(() => this.#joined.status(params)));
    connection.onRequest(shutdownRequest, () =>
      this.#answer(async () => {
        await host.shutdown();
        return null;
      }),
    );
    connection.onNotification(answerNowNotification, ({ generationId }) => {
      const generation = this.#generations.get(generationId);
      if (generation === "waiting") this.#generations.set(generationId, "answerNow");
      else if (typeof generation === "object") generation.answerNow();
    });
    connection.onNotification(pauseNotification, ({ ms }) => this.#engine?.pause(ms));
    connection.onNotification(limitPromptsNotification, ({ bytes }) => void this.#engine?.limitPrompts(this, bytes));
  }

  onLoadProgress(id: string, progress: number | null): void {
    this.#notify(loadProgressNotification, { id, progress });
  }

  log(level: LogLevel, message: string): void {
    if (logLevels.indexOf(level) <= logLevels.indexOf(this.#logLevel))
      this.#notify(logNotification, { level, message });
  }

  /** Tells the client that its next request is for another engine. Resolves when that is written. */
  async tellRetiring(): Promise<void> {
    if (!this.#isGone) await this.#connection.sendNotification(retiringNotification).catch(() => {});
  }

  /** Resolves when every request that has come is answered, and the answers are written. */
  async answersWritten(): Promise<void> {
    await Promise.all(this.#answering);
    // Only now the connection begins to write the last one; what is written after it waits for it.
    await new Promise((resolve) => setImmediate(resolve));
    await this.tellRetiring();
  }

  #initialize(params: InitializeParams): InitializeResult {
    const engine = this.#host.admit(params);
    if (params.protocolVersion !== protocolVersion)
      throw new HunchError(
        "protocolMismatch",
        `The engine speaks protocol ${protocolVersion}, ${params.client} speaks ${params.protocolVersion}.`,
        { hint: "Reload the window, or reinstall Hunch, so that both are of one version." },
      );
    this.#logLevel = params.logLevel;
    engine.join(this);
    this.#engine = engine;
    return { protocolVersion, engineVersion, pid: process.pid };
  }

  /** @throws HunchError internal before `initialize` */
  get #joined(): Engine {
    if (this.#engine) return this.#engine;
    throw new HunchError("internal", "initialize has to come first");
  }

  /** @throws HunchError internal before `initialize`; those of the server */
  async #serverModels(server: OpenaiServer, signal: AbortSignal): Promise<string[]> {
    // Nothing has to be loaded for it, but whoever asks has to have been admitted.
    void this.#joined;
    return serverModels(server, signal);
  }

  async #generate(params: GenerateParams, token: CancellationToken): Promise<GenerationResult> {
    const { generationId } = params;
    this.#generations.set(generationId, "waiting");
    try {
      return await this.#withSignal(token, (signal) =>
        this.#joined.generate(this, params, {
          emit: (events) => this.#notify(generationNotification, { generationId, events }),
          onBegin: (generation) => {
            if (this.#generations.get(generationId) === "answerNow") generation.answerNow();
            this.#generations.set(generationId, generation);
          },
          signal,
        }),
      );
    } finally {
      this.#generations.delete(generationId);
    }
  }

  /** What it asked for is of no use to anybody else. */
  #leave(): void {
    this.#isGone = true;
    for (const request of this.#cancellable) request.abort();
    this.wanted = null;
    this.workspace = null;
    this.#engine?.leave(this);
  }

  /**
   * @param work cut short when the request is cancelled or the client is gone
   * @throws HunchError cancelled then, whatever the work threw: what broke it off need not be an error of ours
   */
  async #withSignal<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const request = new AbortController();
    if (token.isCancellationRequested) request.abort();
    token.onCancellationRequested(() => request.abort());
    this.#cancellable.add(request);
    try {
      return await work(request.signal);
    } catch (error) {
      if (request.signal.aborted) throw cancelled();
      throw error;
    } finally {
      this.#cancellable.delete(request);
    }
  }

  /** A client that is gone gets no more notifications. */
  #notify<T>(type: { method: string }, params: T): void {
    if (!this.#isGone) this.#connection.sendNotification(type.method, params).catch(() => {});
  }

  /** Errors leave as JSON-RPC errors with ErrorData. */
  async #answer<T>(work: () => Promise<T>): Promise<T> {
    let isAnswered = () => {};
    const answered = new Promise<void>((resolve) => {
      isAnswered = resolve;
    });
    this.#answering.add(answered);
    try {
      return await work();
    } catch (error) {
      const data = toErrorData(error);
      throw new ResponseError(1, data.message, data);
    } finally {
      this.#answering.delete(answered);
      isAnswered();
    }
  }
}
