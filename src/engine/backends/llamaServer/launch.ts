/**
 * How a model is started on llama-server: what it guesses with, its cache, where its weights go; and what is done without
 * where it refuses, so that a question is answered in a plainer way in place of not at all.
 */
import { HunchError, isHunchError } from "../../../common/errors.ts";
import { cacheArgs, noGpuArgs } from "../../../common/llamaServerArgs.ts";
import { askLoopback } from "../../../common/loopback.ts";
import type { KvType, LlamaServer, LoadParams, Notice } from "../../../common/protocol.ts";
import { usableCores } from "../../threads.ts";
import type { LoadHooks } from "../backend.ts";
import { autoContextSize } from "../embedded/contextSize.ts";
import { OpenaiBackend, usualTimeoutMs } from "../openai/openaiBackend.ts";
import type { DraftDepth } from "./draftDepth.ts";
import { planMemory, serverDevices } from "./memory.ts";
import type { ModelFacts } from "./modelFacts.ts";
import { ServerProcess } from "./process.ts";
import { noSpeculation, type ServerSpeculation, speculationArgs } from "./speculation.ts";

export interface Running {
  process: ServerProcess;
  remote: OpenaiBackend;
}

type StartHooks = Pick<LoadHooks, "log" | "signal">;

/** Small on a processor, where it bounds how long a cancel waits. */
const cpuBatchSize = "128";
/** llama.cpp's words where a model can not have a quantised cache. */
const cacheRefusal = /cache type .* does not divide|cache quantization|requires flash/i;

export class Launch {
  readonly notices: Notice[];
  readonly #params: LoadParams;
  readonly #program: string;
  readonly #placement: readonly string[];
  #speculation: ServerSpeculation;
  #kvType: KvType;

  static async plan(
    params: LoadParams,
    { program }: LlamaServer,
    facts: ModelFacts,
    speculation: ServerSpeculation,
    hooks: StartHooks,
  ): Promise<Launch> {
    const devices = () => serverDevices(program, hooks);
    const plan = await planMemory(params, facts, contextSizeOf(params), process.availableMemory(), devices);
    return new Launch(params, program, speculation, plan);
  }

  private constructor(
    params: LoadParams,
    program: string,
    speculation: ServerSpeculation,
    plan: Awaited<ReturnType<typeof planMemory>>,
  ) {
    this.#params = params;
    this.#program = program;
    this.#speculation = speculation;
    this.#kvType = plan.kvType;
    this.#placement = plan.placement;
    this.notices = [...plan.notices];
  }

  get speculation(): ServerSpeculation {
    return this.#speculation;
  }

  get kvType(): KvType {
    return this.#kvType;
  }

  /** Starts it without what it refuses. @throws HunchError backendUnavailable; cancelled */
  async first(depth: DraftDepth, hooks: StartHooks): Promise<Running> {
    const known = depth.current;
    depth.start();
    for (;;) {
      try {
        return await this.start(depth.current, hooks);
      } catch (error) {
        if (hooks.signal?.aborted || !isHunchError(error) || !this.#doWithout(error, depth, known)) throw error;
        hooks.log("warn", error.message);
      }
    }
  }

  /** @param depth tokens guessed ahead, where that can be set. @throws HunchError backendUnavailable; cancelled */
  async start(depth: number, { log, signal }: StartHooks): Promise<Running> {
    const args = [...this.#modelArgs(), ...speculationArgs(this.#speculation, depth)];
    const server = await ServerProcess.start({ program: this.#program, args, log, signal });
    try {
      return { process: server, remote: await this.#reach(server, { log, signal }) };
    } catch (error) {
      await server.stop();
      if (signal?.aborted) throw new HunchError("cancelled", "Stopped while llama-server was starting.");
      const reason = server.lastWords || (error instanceof Error ? error.message : String(error));
      throw new HunchError("backendUnavailable", `llama-server does not work with this model: ${reason}.`, {
        hint: "Read the engine's log; another model or a newer llama-server may help.",
        cause: error,
      });
    }
  }

  /** Asks it for one token: a pair of models that do not fit ends some versions at that point only. */
  async #reach({ endpoint, apiKey }: ServerProcess, { log, signal }: StartHooks): Promise<OpenaiBackend> {
    const { status, text } = await askLoopback(`${endpoint}/completion`, {
      body: { prompt: "a", n_predict: 1 },
      apiKey,
      signal: AbortSignal.any([AbortSignal.timeout(usualTimeoutMs), ...(signal ? [signal] : [])]),
    });
    if (status !== 200) throw new Error(`it answers ${status}: ${text.slice(0, 200)}`);
    // The server has one model, whatever it calls it.
    const target = { id: "", path: endpoint };
    const hooks = { onProgress: () => {}, log, signal };
    return OpenaiBackend.load({ ...this.#params, target }, { kind: "openai", endpoint, apiKey }, hooks);
  }

  /** Gives up what the failure may come from, the likeliest first. @returns false: there is nothing left to give up */
  #doWithout({ message, cause }: HunchError, depth: DraftDepth, knownDepth: number): boolean {
    const said = cause instanceof Error ? cause.message : "";
    if (this.#kvType !== "f16" && cacheRefusal.test(said)) this.#useF16();
    else if (this.#speculation.hasDepth && depth.current !== knownDepth) depth.refuse(depth.current, knownDepth);
    else if (this.#speculation.args.length > 0) {
      const { what } = this.#speculation;
      this.notices.push({
        code: "speculationRefused",
        message: `llama-server does not guess with ${what}: ${message}`,
      });
      this.#speculation = noSpeculation;
    } else if (this.#kvType !== "f16") this.#useF16();
    else return false;
    return true;
  }

  #useF16(): void {
    const others = this.notices.filter(({ code }) => code !== "kvTypeLowered");
    const message = `This model cannot keep its KV cache as ${this.#kvType}; f16 is used.`;
    this.notices.splice(0, Number.POSITIVE_INFINITY, ...others, { code: "kvTypeUnsupported", message });
    this.#kvType = "f16";
  }

  #modelArgs(): string[] {
    const { target, gpu } = this.#params;
    return [
      ...["--model", target.path, "--jinja", "--parallel", "1", "--offline", "--no-ui"],
      ...["--threads", String(threadsOf(this.#params))],
      ...["--ctx-size", String(contextSizeOf(this.#params))],
      ...cacheArgs(this.#kvType),
      ...(gpu === "off" ? [...noGpuArgs, "--batch-size", cpuBatchSize] : this.#placement),
    ];
  }
}

export function threadsOf({ threads }: LoadParams): number {
  const free = usableCores();
  return threads === "auto" ? free : Math.min(threads, free);
}

function contextSizeOf({ contextSize }: LoadParams): number {
  return contextSize === "auto" ? autoContextSize : contextSize;
}
