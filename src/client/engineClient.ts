/**
 * One running engine, of one's own or shared, and the requests to it. Every request ends: with its result, with the engine's
 * error, or, when the process dies, with an `engineCrashed` that says what it was doing. Restarting is the supervisor's.
 */

import type { CancellationToken, MessageConnection } from "vscode-jsonrpc";
import * as rpc from "vscode-jsonrpc/node";
import { fromErrorData, HunchError, toErrorData } from "../common/errors.ts";
import {
  type IndexDocumentsParams,
  type IndexDocumentsResult,
  indexDocumentsRequest,
  type OpenIndexParams,
  type OpenIndexResult,
  openIndexRequest,
} from "../common/indexProtocol.ts";
import { t } from "../common/l10n.ts";
import type { OpenaiServer } from "../common/openaiServer.ts";
import type {
  EngineStatus,
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  LoadParams,
  MeasureParams,
  MeasureResult,
  ModelInfo,
  StatusParams,
  UnloadParams,
  UnloadResult,
} from "../common/protocol.ts";
import * as protocol from "../common/protocol.ts";
import { isChannelError, tell } from "./channel.ts";
import { crashError, lastWords, type Phase } from "./crash.ts";
import type { EngineExit, EngineLink } from "./engineLink.ts";
import { type EngineOptions, type OpenEngine, openEngine } from "./engineSource.ts";

export type { EngineExit } from "./engineLink.ts";
export type { EngineOptions } from "./engineSource.ts";

export interface LoadProgress {
  id: string;
  /** 0..1; null while it waits for what others have asked of the engine. */
  progress: number | null;
}

/** Time from asking a generation to stop until a hung engine is ended (ms): a slow prefill batch takes some seconds. */
const cancelTimeoutMs = 30_000;

export class EngineClient {
  readonly pid: number;
  readonly engineVersion: string;
  readonly #link: EngineLink;
  readonly #leavesGpu: boolean;
  readonly #generations = new Map<string, (events: GenerationEvent[]) => void>();
  readonly #loads = new Set<(progress: LoadProgress) => void>();
  readonly #exitListeners = new Set<(exit: EngineExit) => void>();
  #exit: EngineExit | null = null;

  /**
   * Starts an engine, or finds the shared one, and shakes hands with it.
   * @throws HunchError engineStartFailed, protocolMismatch
   */
  static async start(o: EngineOptions): Promise<EngineClient> {
    return new EngineClient(await openEngine(o), o.leavesGpu ?? false);
  }

  private constructor({ link, hello }: OpenEngine, leavesGpu: boolean) {
    const { connection } = link;
    this.#link = link;
    this.#leavesGpu = leavesGpu;
    this.pid = hello.pid;
    this.engineVersion = hello.engineVersion;
    connection.onNotification(protocol.generationNotification, ({ generationId, events }) =>
      this.#generations.get(generationId)?.(events),
    );
    connection.onNotification(protocol.loadProgressNotification, (progress) => {
      for (const listener of this.#loads) listener(progress);
    });
    void link.exited.then((exit) => {
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
   * @throws HunchError engineCrashed when the engine dies; what `onEvents` got so far stays good. engineRetired before the
   *   first token, where another engine has to be asked
   */
  async generate(
    params: GenerateParams,
    o: {
      onEvents(events: GenerationEvent[]): void;
      /** A shared engine loads the model again, since another client's had taken its place. */
      onLoading?(progress: LoadProgress): void;
      signal?: AbortSignal;
    },
  ): Promise<GenerationResult> {
    const operation: { phase: Phase } = { phase: "queued" };
    this.#generations.set(params.generationId, (events) => {
      for (const event of events) operation.phase = phaseAfter(event, operation.phase);
      o.onEvents(events);
    });
    const { onLoading } = o;
    if (onLoading) this.#loads.add(onLoading);
    try {
      return await this.#request(
        operation,
        (token) => this.#connection.sendRequest(protocol.generateRequest, params, token),
        o.signal,
      );
    } finally {
      this.#generations.delete(params.generationId);
      if (onLoading) this.#loads.delete(onLoading);
    }
  }

  /** Ends the thought of a running generation, so that its answer starts; nothing happens when it has ended. */
  answerNow(generationId: string): void {
    if (!this.#exit)
      void tell(() => this.#connection.sendNotification(protocol.answerNowNotification, { generationId }));
  }

  /** Somebody types: what the engine computes on the processor waits for so long (ms). */
  pause(ms: number): void {
    if (!this.#exit) void tell(() => this.#connection.sendNotification(protocol.pauseNotification, { ms }));
  }

  /** So many bytes of evaluated prompts may be on disk from now on; at 0 none stays. */
  limitPrompts(bytes: number): void {
    if (!this.#exit) void tell(() => this.#connection.sendNotification(protocol.limitPromptsNotification, { bytes }));
  }

  measure(params: MeasureParams): Promise<MeasureResult> {
    return this.#request({ phase: "measuring" }, () => this.#connection.sendRequest(protocol.measureRequest, params));
  }

  status(params: StatusParams = { devices: true }): Promise<EngineStatus> {
    return this.#request({ phase: "serving" }, () => this.#connection.sendRequest(protocol.statusRequest, params));
  }

  /** Number of tokens of a text for the loaded model. */
  countTokens(text: string): Promise<number> {
    return this.#request({ phase: "serving" }, () =>
      this.#connection.sendRequest(protocol.countTokensRequest, { text }),
    );
  }

  /** Names of the models that a server offers. @throws HunchError of the server */
  serverModels(server: OpenaiServer): Promise<string[]> {
    return this.#request({ phase: "serving" }, () =>
      this.#connection.sendRequest(protocol.serverModelsRequest, server),
    );
  }

  openIndex(params: OpenIndexParams): Promise<OpenIndexResult> {
    return this.#request({ phase: "serving" }, () => this.#connection.sendRequest(openIndexRequest, params));
  }

  indexDocuments(params: IndexDocumentsParams): Promise<IndexDocumentsResult> {
    return this.#request({ phase: "serving" }, () => this.#connection.sendRequest(indexDocumentsRequest, params));
  }

  /** Lets go of the model, which leaves memory unless other clients use it. */
  async unload(params: UnloadParams = { forAll: false }): Promise<UnloadResult> {
    return this.#request({ phase: "serving" }, () => this.#connection.sendRequest(protocol.unloadRequest, params));
  }

  /** What of the end of the engine's log tells why it stopped; empty when nothing does. */
  get lastWords(): string {
    return lastWords(this.#link.lastLines);
  }

  /** Called once, when the process has ended; at once when it has ended already. */
  onExit(listener: (exit: EngineExit) => void): { dispose(): void } {
    if (this.#exit) listener(this.#exit);
    else this.#exitListeners.add(listener);
    return { dispose: () => this.#exitListeners.delete(listener) };
  }

  /** Others use the engine too: it may die of what they ask. */
  get isShared(): boolean {
    return this.#link.isShared;
  }

  /** The engine takes no new work, since a newer one has taken over: the next request is for that one. */
  get isRetiring(): boolean {
    return this.#link.isRetiring;
  }

  /** Ends the engine, or the part in a shared one: orderly if it listens, within some seconds in any case. */
  async dispose(): Promise<void> {
    await this.#link.dispose();
  }

  /** The same; a shared engine is ended too, once it has done what it is doing for others. */
  async retire(): Promise<void> {
    await this.#link.retire();
  }

  /** Gives up at once: an engine of one's own is ended. */
  kill(): void {
    this.#link.abandon();
  }

  get #connection(): MessageConnection {
    return this.#link.connection;
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
      hung = setTimeout(() => this.#link.kill(), cancelTimeoutMs);
    };
    try {
      const response = send(source.token);
      if (signal?.aborted) cancel();
      else signal?.addEventListener("abort", cancel, { once: true });
      return await response;
    } catch (error) {
      if (error instanceof rpc.ResponseError && error.data?.code) throw fromErrorData(toErrorData(error), error);
      // A broken channel shows first here, then as the exit of the process.
      if (isChannelError(error)) throw this.#ended(operation.phase, await this.#link.exited);
      throw fromErrorData(toErrorData(error), error);
    } finally {
      clearTimeout(hung);
      signal?.removeEventListener("abort", cancel);
      source.dispose();
    }
  }

  #ended(phase: Phase, exit: EngineExit): HunchError {
    if (this.isRetiring && !isUnderWay(phase))
      return new HunchError("engineRetired", t("The engine has been replaced by a newer one."));
    return exit.expected && !this.isRetiring
      ? new HunchError("cancelled", t("The engine was stopped."), { hint: t("Ask again to start it.") })
      : crashError(phase, exit, this.#link.lastLines, this.#leavesGpu);
  }
}

/** A retiring engine ends such work before it goes: its end in the middle of it is a crash. */
function isUnderWay(phase: Phase): boolean {
  return phase === "prefill" || phase === "thinking" || phase === "answering";
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
