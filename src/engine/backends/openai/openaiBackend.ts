/**
 * A model on a server that speaks OpenAI's HTTP API: vLLM, SGLang, llama-server, Ollama, LM Studio, `hunch serve`, or a
 * hosted one. Speculation happens there; templates, budgets and segments stay ours. Sends to its endpoint only.
 */
import type {
  GenerateParams,
  GenerationResult,
  LoadParams,
  MeasureResult,
  ModelInfo,
  OpenaiServer,
} from "../../../common/protocol.ts";
import { emptyStats } from "../../../common/stats.ts";
import type { Backend, GenerationHooks, LoadHooks } from "../backend.ts";
import { Endpoint } from "./endpoint.ts";
import { HttpClient } from "./http.ts";
import { type Remote, RemoteGeneration } from "./remoteGeneration.ts";
import { modelInfo, probe } from "./server.ts";

/** Longest silence of a server (ms): a long prompt on a small machine takes minutes. */
export const usualTimeoutMs = 600_000;
/** Characters a token, where the server has the vocabulary. */
const charactersPerToken = 3.5;
/** Requests sent at once at most: no more than one person makes. */
const autoLanes = 4;

export class OpenaiBackend implements Backend {
  readonly params: LoadParams;
  readonly idleWork = null;
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
      return new OpenaiBackend(params, { endpoint, http, server: found, info });
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

  /** Whether it answers within `timeoutMs`. */
  async isWell(timeoutMs: number): Promise<boolean> {
    const { http, endpoint } = this.#remote;
    return http.get(endpoint.api("/models"), { signal: AbortSignal.timeout(timeoutMs) }).then(
      () => true,
      () => false,
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
