/**
 * A model on a server that speaks OpenAI's HTTP API: vLLM, SGLang, llama-server, Ollama, LM Studio, `hunch serve`, or a
 * hosted one. Speculation happens there; templates, budgets and segments stay ours. Sends to its endpoint only.
 */

import { type HunchError, isHunchError } from "../../../common/errors.ts";
import type { OpenaiServer } from "../../../common/openaiServer.ts";
import type {
  GenerateParams,
  GenerationResult,
  LoadParams,
  MeasureResult,
  ModelInfo,
} from "../../../common/protocol.ts";
import { emptyStats } from "../../../common/stats.ts";
import type { Backend, GenerationHooks, LoadHooks } from "../backend.ts";
import { Endpoint } from "./endpoint.ts";
import { HttpClient } from "./http.ts";
import { type Remote, RemoteGeneration } from "./remoteGeneration.ts";
import { modelInfo, probe, stillHas } from "./server.ts";
import { SilentError } from "./serverErrors.ts";

/** Longest silence of a server (ms): a long prompt on a small machine takes minutes. */
export const usualTimeoutMs = 600_000;
/** Characters a token, where the server has the vocabulary. */
const charactersPerToken = 3.5;
/** Requests sent at once at most: no more than one person makes. */
const autoLanes = 4;

export class OpenaiBackend implements Backend {
  readonly params: LoadParams;
  readonly idleWork = [];
  readonly #remote: Remote;

  /** Asks the server what it is. @throws HunchError backendUnreachable, backendRefused, backendFailed, unknownModel */
  static async load(params: LoadParams, server: OpenaiServer, hooks: LoadHooks): Promise<OpenaiBackend> {
    const start = performance.now();
    const endpoint = new Endpoint(server.endpoint);
    const http = new HttpClient({
      apiKey: server.apiKey,
      timeoutMs: server.timeoutMs ?? usualTimeoutMs,
      network: server.network,
      hasOthers: (server.others?.length ?? 0) > 0,
    });
    try {
      const found = await probe(endpoint, http, params.target.id, params.contextSize, hooks.signal);
      hooks.log("info", `${endpoint.base}: ${found.make}, model ${found.model}, context ${found.contextSize}`);
      const info = modelInfo(found, endpoint, performance.now() - start);
      return new OpenaiBackend(params, { endpoint, http, server: found, info, refused: new Set() });
    } catch (error) {
      http.dispose();
      throw error;
    }
  }

  private constructor(params: LoadParams, remote: Remote) {
    this.params = params;
    this.#remote = remote;
  }

  get info(): ModelInfo {
    return { ...this.#remote.info, lanes: this.lanes };
  }

  /** A server batches by itself. */
  get lanes(): number {
    const { lanes = 1 } = this.params;
    return lanes === "auto" ? autoLanes : lanes;
  }

  runsAlone(): boolean {
    return false;
  }

  /** "127.0.0.1:8000" */
  get host(): string {
    return this.#remote.endpoint.url.host;
  }

  /** Asks whether it is there, lets us in and still has the model. @returns why not; null when all is well */
  async check(timeoutMs: number): Promise<HunchError | null> {
    const { http, endpoint, server } = this.#remote;
    return within(timeoutMs, endpoint, (signal) => stillHas(endpoint, http, server, signal)).then(
      () => null,
      (error: unknown) => {
        if (isHunchError(error)) return error;
        throw error;
      },
    );
  }

  async generation(params: GenerateParams, hooks: GenerationHooks): Promise<RemoteGeneration> {
    return new RemoteGeneration(this.#remote, params, hooks);
  }

  notBegun(params: GenerateParams, queueMs: number): GenerationResult {
    const { info } = this.#remote;
    return {
      thinking: "",
      answer: "",
      stopReason: "cancelled",
      thinkingEnd: "none",
      stats: { ...emptyStats, queueMs, contextSize: info.contextSize },
      model: info,
      threads: info.threads.used,
      seed: params.sampling.seed,
    };
  }

  /** There is nothing here to measure: passes run on the server. */
  async measure(): Promise<MeasureResult> {
    return { costCurve: null, passMs: null, draftCost: null, exactness: null };
  }

  async countTokens(text: string): Promise<number> {
    return Math.ceil(text.length / charactersPerToken);
  }

  async dispose(): Promise<void> {
    this.#remote.http.dispose();
  }
}

/** @throws HunchError, also where the server is silent for too long */
export async function within<T>(
  timeoutMs: number,
  endpoint: Endpoint,
  work: (signal: AbortSignal) => Promise<T>,
  others: readonly AbortSignal[] = [],
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([timeout, ...others]));
  } catch (error) {
    if (!timeout.aborted || isHunchError(error)) throw error;
    throw new SilentError(endpoint.url, timeoutMs);
  }
}
