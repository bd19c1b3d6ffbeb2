/**
 * One running engine process and the requests to it. Every request ends: with its result, with the engine's error, or,
 * when the process dies, with an `engineCrashed` that says what it was doing. Restarting is the supervisor's.
 */

import { mkdirSync } from "node:fs";
import type { CancellationToken, MessageConnection } from "vscode-jsonrpc";
import * as rpc from "vscode-jsonrpc/node";
import { fromErrorData, HunchError, toErrorData } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type {
  EngineStatus,
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  IndexDocumentsParams,
  IndexDocumentsResult,
  InitializeResult,
  LoadParams,
  LogLevel,
  MeasureParams,
  MeasureResult,
  ModelInfo,
  OpenIndexParams,
  OpenIndexResult,
} from "../common/protocol.ts";
import * as protocol from "../common/protocol.ts";
import { connect, isChannelError } from "./channel.ts";
import { crashError, howItEnded, lastWords, type Phase } from "./crash.ts";
import { type EngineExit, EngineProcess, startFailed } from "./engineProcess.ts";

export type { EngineExit } from "./engineProcess.ts";

export interface EngineOptions {
  /** The engine's bundle. */
  enginePath: string;
  /** Who starts it, for the engine's log: "cli", "vscode". */
  client: string;
  /** Folder for what the engine measures and keeps; made when missing. */
  stateFolder: string;
  logLevel: LogLevel;
  onLog(level: LogLevel, message: string): void;
  env?: Record<string, string>;
  /** Time for the engine's first word (ms); default 60 000, since a cold disk under load is slow. */
  startTimeoutMs?: number;
}

export interface LoadProgress {
  id: string;
  /** 0..1 */
  progress: number;
}

/** Time from asking a generation to stop until a hung engine is ended (ms): a slow prefill batch takes some seconds. */
const cancelTimeoutMs = 30_000;
/** Time for an orderly end (ms). */
const shutdownTimeoutMs = 2_000;

export class EngineClient {
  readonly pid: number;
  readonly engineVersion: string;
  readonly #process: EngineProcess;
  readonly #connection: MessageConnection;
  readonly #generations = new Map<string, (events: GenerationEvent[]) => void>();
  readonly #loads = new Set<(progress: LoadProgress) => void>();
  readonly #exitListeners = new Set<(exit: EngineExit) => void>();
  #exit: EngineExit | null = null;

  /**
   * Forks the engine and shakes hands with it.
   * @throws HunchError engineStartFailed, protocolMismatch
   */
  static async start(o: EngineOptions): Promise<EngineClient> {
    try {
      mkdirSync(o.stateFolder, { recursive: true });
    } catch (error) {
      throw startFailed(error, t("its folder {0} can not be made ({1}).", o.stateFolder, (error as Error).message));
    }
    const engine = new EngineProcess({ enginePath: o.enginePath, env: o.env ?? {}, onLog: o.onLog });
    const connection = connect(engine, o.onLog);
    const giveUp = (error: HunchError) => {
      engine.expectExit();
      engine.kill();
      connection.dispose();
      return error;
    };
    const hello = connection.sendRequest(protocol.initializeRequest, {
      protocolVersion: protocol.protocolVersion,
      client: o.client,
      parentPid: process.pid,
      logLevel: o.logLevel,
      stateFolder: o.stateFolder,
    });
    const timeoutMs = o.startTimeoutMs ?? 60_000;
    let timer: NodeJS.Timeout | undefined;
    try {
      const result = await Promise.race([
        hello,
        engine.exited.then((exit) => {
          const reason = lastWords(engine.lastLines);
          throw startFailed(undefined, t("it ended at once ({0}){1}", howItEnded(exit), reason ? `: ${reason}` : "."));
        }),
        new Promise<never>((_, reject) => {
          const error = startFailed(undefined, t("no answer within {0} s.", Math.round(timeoutMs / 1000)));
          timer = setTimeout(() => reject(error), timeoutMs);
        }),
      ]);
      if (result.protocolVersion !== protocol.protocolVersion) throw mismatch(result);
      return new EngineClient(engine, connection, result);
    } catch (error) {
      // The losers of the race reject later; nobody waits for them.
      hello.catch(() => {});
      throw giveUp(error instanceof HunchError ? error : fromErrorData(toErrorData(error), error));
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(engine: EngineProcess, connection: MessageConnection, hello: InitializeResult) {
    this.#process = engine;
    this.#connection = connection;
    this.pid = hello.pid;
    this.engineVersion = hello.engineVersion;
    connection.onNotification(protocol.generationNotification, ({ generationId, events }) =>
      this.#generations.get(generationId)?.(events),
    );
    connection.onNotification(protocol.loadProgressNotification, (progress) => {
      for (const listener of this.#loads) listener(progress);
    });
    // An engine that closed its channel can not be spoken to any more; the exit then ends what is pending.
    engine.child.once("disconnect", () => setTimeout(() => engine.kill(), shutdownTimeoutMs).unref());
    void engine.exited.then((exit) => {
      this.#exit = exit;
      connection.dispose();
      for (const listener of [...this.#exitListeners]) listener(exit);
    });
  }

  /** Loads what is missing; returns at once when the same is loaded. */
  async load(
    params: LoadParams,
    o: { onProgress?(progress: LoadProgress): void; signal?: AbortSignal } = {},
  ): Promise<ModelInfo> {
    const { onProgress } = o;
    const listener = (progress: LoadProgress) => {
      if (progress.id === params.target.id || progress.id === params.draft?.id) onProgress?.(progress);
    };
    this.#loads.add(listener);
    try {
      return await this.#request(
        { phase: "loading" },
        (token) => this.#connection.sendRequest(protocol.loadRequest, params, token),
        o.signal,
      );
    } finally {
      this.#loads.delete(listener);
    }
  }

  /**
   * Resolves when the generation has ended; after an abort with what there was, as `stopReason: "cancelled"`.
   * Events come in order and all before it resolves.
   * @throws HunchError engineCrashed when the engine dies; what `onEvents` got so far stays good.
   */
  async generate(
    params: GenerateParams,
    o: { onEvents(events: GenerationEvent[]): void; signal?: AbortSignal },
  ): Promise<GenerationResult> {
    const operation: { phase: Phase } = { phase: "queued" };
    this.#generations.set(params.generationId, (events) => {
      for (const event of events) operation.phase = phaseAfter(event, operation.phase);
      o.onEvents(events);
    });
    try {
      return await this.#request(
        operation,
        (token) => this.#connection.sendRequest(protocol.generateRequest, params, token),
        o.signal,
      );
    } finally {
      this.#generations.delete(params.generationId);
    }
  }

  /** Ends the thought of a running generation, so that its answer starts; nothing happens when it has ended. */
  answerNow(generationId: string): void {
    if (this.#exit) return;
    // Fails only when the channel is gone, which the exit reports.
    this.#connection.sendNotification(protocol.answerNowNotification, { generationId }).catch(() => {});
  }

  measure(params: MeasureParams): Promise<MeasureResult> {
    return this.#request({ phase: "measuring" }, () => this.#connection.sendRequest(protocol.measureRequest, params));
  }

  status(): Promise<EngineStatus> {
    return this.#request({ phase: "serving" }, () => this.#connection.sendRequest(protocol.statusRequest));
  }

  /** Number of tokens of a text for the loaded model. */
  countTokens(text: string): Promise<number> {
    return this.#request({ phase: "serving" }, () =>
      this.#connection.sendRequest(protocol.countTokensRequest, { text }),
    );
  }

  openIndex(params: OpenIndexParams): Promise<OpenIndexResult> {
    return this.#request({ phase: "serving" }, () => this.#connection.sendRequest(protocol.openIndexRequest, params));
  }

  indexDocuments(params: IndexDocumentsParams): Promise<IndexDocumentsResult> {
    return this.#request({ phase: "serving" }, () =>
      this.#connection.sendRequest(protocol.indexDocumentsRequest, params),
    );
  }

  async unload(): Promise<void> {
    await this.#request({ phase: "serving" }, () => this.#connection.sendRequest(protocol.unloadRequest));
  }

  /** What of the end of the engine's log tells why it stopped; empty when nothing does. */
  get lastWords(): string {
    return lastWords(this.#process.lastLines);
  }

  /** Called once, when the process has ended; at once when it has ended already. */
  onExit(listener: (exit: EngineExit) => void): { dispose(): void } {
    if (this.#exit) listener(this.#exit);
    else this.#exitListeners.add(listener);
    return { dispose: () => this.#exitListeners.delete(listener) };
  }

  /** Ends the process, orderly if it listens, within some seconds in any case. */
  async dispose(): Promise<void> {
    this.#process.expectExit();
    if (this.#exit) return;
    const timer = setTimeout(() => this.#process.kill(), shutdownTimeoutMs);
    // Whether it answers does not matter: the exit does.
    this.#connection.sendRequest(protocol.shutdownRequest).catch(() => {});
    await this.#process.exited;
    clearTimeout(timer);
  }

  /** Ends the process at once. */
  kill(): void {
    this.#process.expectExit();
    this.#process.kill();
  }

  async #request<R>(
    operation: { phase: Phase },
    send: (token: CancellationToken) => Promise<R>,
    signal?: AbortSignal,
  ): Promise<R> {
    if (this.#exit) throw this.#ended(operation.phase, this.#exit);
    const source = new rpc.CancellationTokenSource();
    let hung: NodeJS.Timeout | undefined;
    const cancel = () => {
      source.cancel();
      hung = setTimeout(() => this.#process.kill(), cancelTimeoutMs);
    };
    try {
      const response = send(source.token);
      if (signal?.aborted) cancel();
      else signal?.addEventListener("abort", cancel, { once: true });
      return await response;
    } catch (error) {
      if (error instanceof rpc.ResponseError && error.data?.code) throw fromErrorData(toErrorData(error), error);
      // A broken channel shows first here, then as the exit of the process.
      if (isChannelError(error)) throw this.#ended(operation.phase, await this.#process.exited);
      throw fromErrorData(toErrorData(error), error);
    } finally {
      clearTimeout(hung);
      signal?.removeEventListener("abort", cancel);
      source.dispose();
    }
  }

  #ended(phase: Phase, exit: EngineExit): HunchError {
    return exit.expected
      ? new HunchError("cancelled", t("The engine was stopped."), { hint: t("Ask again to start it.") })
      : crashError(phase, exit, this.#process.lastLines);
  }
}

function phaseAfter(event: GenerationEvent, phase: Phase): Phase {
  switch (event.type) {
    case "queue":
      return event.position > 0 ? "queued" : "prefill";
    case "prefill":
      return "prefill";
    case "tokens":
      return event.tokens.at(-1)?.segment === "thinking" ? "thinking" : "answering";
    case "thoughts":
      return "thinking";
    case "thinkingEnd":
      return "answering";
    case "notice":
      return phase;
  }
}

function mismatch(result: InitializeResult): HunchError {
  return new HunchError(
    "protocolMismatch",
    t("The engine speaks protocol {0}, this program speaks {1}.", result.protocolVersion, protocol.protocolVersion),
    { hint: t("The installation is mixed up: install Hunch again (in a checkout: npm run build).") },
  );
}
