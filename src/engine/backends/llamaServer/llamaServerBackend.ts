/**
 * A model file run by llama-server, for what the embedded loop can not do: multi-token prediction, EAGLE-3, DFlash, and
 * models whose cache can not be rolled back. The process is ours; it is spoken to as any server with OpenAI's API.
 */
import { statSync } from "node:fs";
import { HunchError } from "../../../common/errors.ts";
import type {
  GenerateParams,
  GenerationResult,
  LlamaServer,
  LoadParams,
  MeasureResult,
  ModelInfo,
  Notice,
} from "../../../common/protocol.ts";
import type { StateFile, StateFolder } from "../../stateFolder.ts";
import { usableCores } from "../../threads.ts";
import type { Backend, GenerationHooks, LoadHooks, RunningGeneration } from "../backend.ts";
import { OpenaiBackend } from "../openai/openaiBackend.ts";
import { type DepthState, DraftDepth } from "./draftDepth.ts";
import { ServerProcess } from "./process.ts";
import {
  chooseSpeculation,
  draftCost,
  type ModelFacts,
  noSpeculation,
  readModelFacts,
  type ServerSpeculation,
  speculationArgs,
} from "./speculation.ts";

const autoContextSize = 8_192;
/** Small on a processor, where it bounds how long a cancel waits. */
const cpuBatchSize = "128";

interface Running {
  process: ServerProcess;
  remote: OpenaiBackend;
}

export class LlamaServerBackend implements Backend {
  readonly params: LoadParams;
  readonly #server: LlamaServer;
  readonly #facts: ModelFacts;
  readonly #speculation: ServerSpeculation;
  readonly #depth: DraftDepth;
  readonly #state: StateFile<DepthState>;
  readonly #notices: readonly Notice[];
  readonly #log: LoadHooks["log"];
  readonly #loadMs: number;
  readonly #sizeBytes: number;
  #running: Running;

  /** @throws HunchError backendUnavailable, modelNotFound, notGguf; cancelled */
  static async load(
    params: LoadParams,
    server: LlamaServer,
    folder: StateFolder,
    hooks: LoadHooks,
  ): Promise<LlamaServerBackend> {
    const start = performance.now();
    hooks.onProgress(params.target, 0);
    const facts = await factsOf(params.target.path);
    const draft = params.draft ? await factsOf(params.draft.path) : null;
    let speculation = chooseSpeculation(server.speculation, facts, params, draft);
    const state = folder.file<DepthState>({
      backend: "llama-server",
      model: params.target.sha256 ?? params.target.path,
      guesses: speculation.args,
      gpu: params.gpu,
      threads: threadsOf(params),
    });
    // Without a look at its devices: what passes cost is seen soon enough.
    const depth = new DraftDepth(params.gpu === "off" ? "cpu" : "gpu", draftCost(params), state.read());
    const notices: Notice[] = [];
    let running: Running;
    try {
      running = await begin(params, server, speculationArgs(speculation, depth.current), hooks);
    } catch (error) {
      if (speculation.args.length === 0 || hooks.signal?.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      notices.push({
        code: "speculationRefused",
        message: `llama-server does not guess with ${speculation.what}: ${reason}`,
      });
      speculation = noSpeculation;
      running = await begin(params, server, [], hooks);
    }
    if (speculation.what !== "") hooks.log("info", `llama-server guesses ahead with ${speculation.what}`);
    return new LlamaServerBackend({
      params,
      server,
      facts,
      speculation,
      depth,
      state,
      notices,
      running,
      log: hooks.log,
      loadMs: performance.now() - start,
    });
  }

  private constructor(o: {
    params: LoadParams;
    server: LlamaServer;
    facts: ModelFacts;
    speculation: ServerSpeculation;
    depth: DraftDepth;
    state: StateFile<DepthState>;
    notices: readonly Notice[];
    running: Running;
    log: LoadHooks["log"];
    loadMs: number;
  }) {
    this.params = o.params;
    this.#server = o.server;
    this.#facts = o.facts;
    this.#speculation = o.speculation;
    this.#depth = o.depth;
    this.#state = o.state;
    this.#notices = o.notices;
    this.#running = o.running;
    this.#log = o.log;
    this.#loadMs = o.loadMs;
    this.#sizeBytes = statSync(o.params.target.path).size;
  }

  get info(): ModelInfo {
    const { target, draft, kvType } = this.params;
    const remote = this.#running.remote.info;
    return {
      ...remote,
      lanes: this.lanes,
      id: target.id,
      path: target.path,
      sha256: target.sha256 ?? null,
      name: this.#facts.name || target.id,
      architecture: this.#facts.architecture,
      sizeBytes: this.#sizeBytes,
      backend: "llama-server",
      device: "llama-server",
      kvType: kvType === "auto" ? "f16" : kvType,
      threads: { free: usableCores(), used: threadsOf(this.params) },
      draft: draft ? { id: draft.id, path: draft.path } : null,
      notices: [...remote.notices, ...this.#notices],
      ...(this.params.backendReason ? { backendReason: this.params.backendReason } : {}),
      loadMs: Math.round(this.#loadMs),
    };
  }

  /** It is started with one slot. */
  get lanes(): number {
    return 1;
  }

  runsAlone(): boolean {
    return true;
  }

  /** Another depth of guessing promises clearly more: the server is started with it while nobody waits. */
  get idleWork(): (() => Promise<void>) | null {
    return this.#speculation.hasDepth && this.#depth.best !== this.#depth.current ? () => this.#changeDepth() : null;
  }

  async #changeDepth(): Promise<void> {
    const [before, depth] = [this.#depth.current, this.#depth.best];
    const share = this.#depth.acceptance.toFixed(2);
    this.#log("info", `llama-server guesses ${depth} tokens ahead from now on, before ${before}: ${share} are right`);
    this.#depth.use(depth);
    this.#state.write(this.#depth.toJSON());
    await this.dispose();
    this.#running = await this.#begin();
  }

  #begin(signal?: AbortSignal): Promise<Running> {
    const hooks = { onProgress: () => {}, log: this.#log, signal };
    const args = speculationArgs(this.#speculation, this.#depth.current);
    return begin(this.params, this.#server, args, hooks);
  }

  /** Starts the server anew when it has ended since. */
  async generation(params: GenerateParams, hooks: GenerationHooks): Promise<RunningGeneration> {
    if (!this.#running.process.alive) {
      const { lastWords } = this.#running.process;
      this.#log("warn", `llama-server had ended (${lastWords}); it is started again`);
      await this.dispose();
      const message = "llama-server had ended and is started again.";
      hooks.emit([{ type: "notice", notice: { code: "restarting", message } }]);
      this.#running = await this.#begin(hooks.signal);
    }
    const running = await this.#running.remote.generation(params, hooks);
    return {
      answerNow: () => running.answerNow(),
      run: async () => {
        try {
          const result = await running.run();
          this.#learn(result);
          return { ...result, model: this.info, threads: threadsOf(this.params) };
        } catch (error) {
          // A connection breaks before its process is known to have ended; the next generation has to know.
          await this.#running.process.settle();
          throw error;
        }
      },
    };
  }

  #learn({ stats }: GenerationResult): void {
    if (!this.#speculation.hasDepth) return;
    const { draftedTokens, acceptedTokens, thinkingTokens, answerTokens, decodeMs } = stats;
    this.#depth.observe({ draftedTokens, acceptedTokens, outputTokens: thinkingTokens + answerTokens, decodeMs });
    this.#state.write(this.#depth.toJSON());
  }

  notBegun(params: GenerateParams, queueMs: number): GenerationResult {
    return { ...this.#running.remote.notBegun(params, queueMs), model: this.info };
  }

  measure(): Promise<MeasureResult> {
    return this.#running.remote.measure();
  }

  countTokens(text: string): Promise<number> {
    return this.#running.remote.countTokens(text);
  }

  async dispose(): Promise<void> {
    await this.#running.remote.dispose();
    await this.#running.process.stop();
  }
}

/** Starts the process and asks it for one token: a pair of models that do not fit ends some versions at that point only. */
async function begin(
  params: LoadParams,
  server: LlamaServer,
  guessing: readonly string[],
  hooks: LoadHooks,
): Promise<Running> {
  const process = await ServerProcess.start({
    program: server.program,
    args: [...modelArgs(params), ...guessing],
    log: hooks.log,
    signal: hooks.signal,
  });
  try {
    const { endpoint, apiKey } = process;
    const response = await fetch(`${endpoint}/completion`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ prompt: "a", n_predict: 1 }),
      signal: hooks.signal,
    });
    if (!response.ok) throw new Error(`it answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
    await response.arrayBuffer();
    // The server has one model, whatever it calls it.
    const target = { id: "", path: endpoint };
    const remote = await OpenaiBackend.load({ ...params, target }, { kind: "openai", endpoint, apiKey }, hooks);
    return { process, remote };
  } catch (error) {
    await process.stop();
    if (hooks.signal?.aborted) throw new HunchError("cancelled", "Stopped while llama-server was starting.");
    const reason = process.lastWords || (error instanceof Error ? error.message : String(error));
    throw new HunchError("backendUnavailable", `llama-server does not work with this model: ${reason}.`, {
      hint: "Read the engine's log; another model or a newer llama-server may help.",
      cause: error,
    });
  }
}

function modelArgs(params: LoadParams): string[] {
  const { target, contextSize, kvType, gpu } = params;
  const kv = kvType === "auto" ? "f16" : kvType;
  return [
    ...["--model", target.path, "--jinja", "--parallel", "1", "--offline", "--no-ui"],
    ...["--threads", String(threadsOf(params))],
    ...["--ctx-size", String(contextSize === "auto" ? autoContextSize : contextSize)],
    // A quantised V cache needs flash attention.
    ...(kv === "f16" ? [] : ["--cache-type-k", kv, "--cache-type-v", kv, "--flash-attn", "on"]),
    ...(gpu === "off" ? ["--gpu-layers", "0", "--batch-size", cpuBatchSize] : []),
  ];
}

function threadsOf({ threads }: LoadParams): number {
  const free = usableCores();
  return threads === "auto" ? free : Math.min(threads, free);
}

async function factsOf(path: string): Promise<ModelFacts> {
  try {
    return await readModelFacts(path);
  } catch (error) {
    throw new HunchError("notGguf", `${path} can not be read as a GGUF file (${(error as Error).message}).`, {
      hint: "Choose a GGUF file; `hunch models list` shows what there is.",
      cause: error,
    });
  }
}
