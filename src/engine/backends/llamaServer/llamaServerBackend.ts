/**
 * A model file run by llama-server, for what the embedded loop can not do: multi-token prediction, EAGLE-3, DFlash, and
 * models whose cache can not be rolled back. The process is ours; it is spoken to as any server with OpenAI's API.
 */
import { HunchError } from "../../../common/errors.ts";
import type {
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  LlamaServer,
  LoadParams,
  MeasureResult,
  ModelInfo,
} from "../../../common/protocol.ts";
import type { Stop } from "../../idleStop.ts";
import type { StateFile, StateFolder } from "../../stateFolder.ts";
import { usableCores } from "../../threads.ts";
import type { Backend, GenerationHooks, IdleWork, LoadHooks, RunningGeneration } from "../backend.ts";
import { modelBytes } from "../modelBytes.ts";
import { SilenceWatch } from "../openai/silenceWatch.ts";
import { type DepthState, DraftDepth } from "./draftDepth.ts";
import { Launch, type Running, threadsOf } from "./launch.ts";
import { type ModelFacts, readModelFacts } from "./modelFacts.ts";
import { chooseSpeculation, draftCost } from "./speculation.ts";

/**
 * Time without a question before the server is started anew with another depth (ms). The start loads the model, and what
 * the server has read of a conversation is gone: whoever asks on reads the answer first, which takes a minute or two.
 */
const depthChangeIdleMs = 180_000;
/** Silence after which it is asked for a sign of life (ms). */
const silenceMs = 5_000;
/** Longest wait for that (ms), twice: a machine that does too much makes everybody slow, and a new start is slower. */
const signOfLifeMs = 5_000;

export class LlamaServerBackend implements Backend {
  readonly params: LoadParams;
  readonly #facts: ModelFacts;
  readonly #launch: Launch;
  readonly #depth: DraftDepth;
  readonly #state: StateFile<DepthState>;
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
    const facts = await readModelFacts(params.target.path);
    const draft = params.draft ? await readModelFacts(params.draft.path) : null;
    const speculation = chooseSpeculation(server.speculation, facts, params, draft);
    const state = folder.file<DepthState>({
      backend: "llama-server",
      model: params.target.sha256 ?? params.target.path,
      guesses: speculation.args,
      gpu: params.gpu,
      threads: threadsOf(params),
    });
    // Without a look at its devices: what passes cost is seen soon enough.
    const depth = new DraftDepth(params.gpu === "off" ? "cpu" : "gpu", draftCost(params), state.read());
    const launch = await Launch.plan(params, server, facts, speculation, hooks);
    const running = await launch.first(depth, hooks);
    const { what } = launch.speculation;
    if (what !== "") hooks.log("info", `llama-server guesses ahead with ${what}`);
    const loadMs = performance.now() - start;
    return new LlamaServerBackend({ params, facts, launch, depth, state, running, log: hooks.log, loadMs });
  }

  private constructor(o: {
    params: LoadParams;
    facts: ModelFacts;
    launch: Launch;
    depth: DraftDepth;
    state: StateFile<DepthState>;
    running: Running;
    log: LoadHooks["log"];
    loadMs: number;
  }) {
    this.params = o.params;
    this.#facts = o.facts;
    this.#launch = o.launch;
    this.#depth = o.depth;
    this.#state = o.state;
    this.#running = o.running;
    this.#log = o.log;
    this.#loadMs = o.loadMs;
    this.#sizeBytes = modelBytes(o.params.target.path);
  }

  get info(): ModelInfo {
    const { target, draft } = this.params;
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
      kvType: this.#launch.kvType,
      threads: { free: usableCores(), used: threadsOf(this.params) },
      draft: draft ? { id: draft.id, path: draft.path } : null,
      notices: [...remote.notices, ...this.#launch.notices],
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

  get idleWork(): readonly IdleWork[] {
    return this.#wantsOtherDepth ? [{ afterMs: depthChangeIdleMs, run: (stop) => this.#changeDepth(stop) }] : [];
  }

  /** Another depth of guessing promises clearly more. */
  get #wantsOtherDepth(): boolean {
    return this.#launch.speculation.hasDepth && this.#depth.best !== this.#depth.current;
  }

  /**
   * Starts the server anew with it. Once the old one has been stopped, to go on is the shortest way for a question that
   * comes: to go back would load the model too.
   */
  async #changeDepth(stop: Stop): Promise<void> {
    if (stop() || !this.#wantsOtherDepth) return;
    const [before, depth] = [this.#depth.current, this.#depth.best];
    const share = this.#depth.acceptance.toFixed(2);
    await this.dispose();
    try {
      this.#running = await this.#launch.start(depth, { log: this.#log });
      this.#depth.use(depth);
      this.#state.write(this.#depth.toJSON());
      this.#log("info", `llama-server guesses ${depth} tokens ahead from now on, before ${before}: ${share} are right`);
    } catch (error) {
      this.#depth.refuse(depth, before);
      const reason = error instanceof Error ? error.message : String(error);
      this.#log("warn", `llama-server does not guess ${depth} tokens ahead, but ${before} as before: ${reason}`);
      this.#running = await this.#launch.start(before, { log: this.#log });
    }
  }

  async generation(params: GenerateParams, hooks: GenerationHooks): Promise<RunningGeneration> {
    await this.#ensureWell(hooks);
    const { process, remote } = this.#running;
    const given = new AbortController();
    let watch: SilenceWatch | null = null;
    const emit = (events: GenerationEvent[]) => {
      watch?.heard();
      hooks.emit(events);
    };
    const signal = AbortSignal.any([hooks.signal, given.signal]);
    const running = await remote.generation(params, { ...hooks, emit, signal });
    const isGone = () => this.#hangs();
    return {
      answerNow: () => running.answerNow(),
      run: async () => {
        watch = new SilenceWatch({ silenceMs, isGone, onGone: () => given.abort(hung()) });
        try {
          const result = await running.run();
          // A generation that is aborted ends with what there was; here nobody wanted that.
          if (given.signal.aborted && !hooks.signal.aborted) throw given.signal.reason;
          this.#learn(result);
          return { ...result, model: this.info, threads: threadsOf(this.params) };
        } catch (error) {
          // A connection breaks before its process is known to have ended; the next generation has to know.
          await process.settle();
          throw error;
        } finally {
          watch.stop();
          if (given.signal.aborted) await process.kill();
        }
      },
    };
  }

  /** Starts the server anew when it has ended since, or hangs. */
  async #ensureWell({ emit, signal }: GenerationHooks): Promise<void> {
    const { process } = this.#running;
    if (process.alive && !(await this.#hangs())) return;
    const { lastWords } = process;
    const message = process.alive
      ? "llama-server did not answer and is started again."
      : "llama-server had ended and is started again.";
    this.#log("warn", `${message} ${lastWords}`.trim());
    if (process.alive) await process.kill();
    await this.dispose();
    emit([{ type: "notice", notice: { code: "restarting", message } }]);
    this.#running = await this.#launch.start(this.#depth.current, { log: this.#log, signal });
  }

  /** Alive, perhaps, and silent: asked twice, since a busy server may miss one. */
  async #hangs(): Promise<boolean> {
    const { remote } = this.#running;
    const isSilent = async () => (await remote.check(signOfLifeMs))?.code === "backendUnreachable";
    return (await isSilent()) && (await isSilent());
  }

  #learn({ stats }: GenerationResult): void {
    if (!this.#launch.speculation.hasDepth) return;
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

function hung(): HunchError {
  return new HunchError("backendFailed", "llama-server did not answer any more and was ended.", {
    hint: "The text so far is kept. Continue, or ask again: it is started anew.",
  });
}
