/**
 * Several servers with one model: the first that is well answers, and where one dies, falls silent or fails, the next goes
 * on with the same conversation from the text that has come. A server that failed is left out for a while, then tried
 * again, so that the first is the first again once it is back.
 */
import type {
  GenerateParams,
  GenerationResult,
  LoadParams,
  MeasureResult,
  ModelInfo,
  OpenaiServer,
} from "../../../common/protocol.ts";
import type { Backend, GenerationHooks, LoadHooks } from "../backend.ts";
import { FailoverGeneration, type Relay } from "./failoverGeneration.ts";
import { OpenaiBackend } from "./openaiBackend.ts";

/** A server that failed is not asked for this long (ms), while another is well. */
const restMs = 20_000;
/** Longest wait for a sign of life (ms). */
const signOfLifeMs = 600;

/** Longest wait for what a server is, at first (ms). */
const loadMs = 3_000;

interface Member {
  server: OpenaiServer;
  /** null until it has been reached. */
  backend: OpenaiBackend | null;
  failedAt: number;
}

export class FailoverBackend implements Backend, Relay {
  readonly params: LoadParams;
  readonly idleWork = null;
  readonly #members: readonly Member[];
  readonly #hooks: LoadHooks;
  #current: OpenaiBackend;

  /** @throws HunchError of the first server, when none can be used */
  static async load(params: LoadParams, server: OpenaiServer, hooks: LoadHooks): Promise<FailoverBackend> {
    const all = [server, ...(server.others ?? []).map((other) => ({ ...server, ...other }))];
    const members = all.map((one): Member => ({ server: one, backend: null, failedAt: Number.NEGATIVE_INFINITY }));
    let first: unknown = null;
    for (const member of members) {
      try {
        const signal = AbortSignal.any([AbortSignal.timeout(loadMs), ...(hooks.signal ? [hooks.signal] : [])]);
        return new FailoverBackend(params, members, hooks, await reach(member, params, { ...hooks, signal }));
      } catch (error) {
        if (hooks.signal?.aborted) throw error;
        first ??= error;
        member.failedAt = performance.now();
        hooks.log("warn", error instanceof Error ? error.message : String(error));
      }
    }
    throw first;
  }

  private constructor(params: LoadParams, members: readonly Member[], hooks: LoadHooks, current: OpenaiBackend) {
    this.params = params;
    this.#members = members;
    this.#hooks = hooks;
    this.#current = current;
  }

  get info(): ModelInfo {
    return this.#current.info;
  }

  get lanes(): number {
    return this.#current.lanes;
  }

  runsAlone(): boolean {
    return this.#current.runsAlone();
  }

  async generation(params: GenerateParams, hooks: GenerationHooks): Promise<FailoverGeneration> {
    return new FailoverGeneration(this, params, hooks);
  }

  notBegun(params: GenerateParams, queueMs: number): GenerationResult {
    return this.#current.notBegun(params, queueMs);
  }

  measure(): Promise<MeasureResult> {
    return this.#current.measure();
  }

  countTokens(text: string): Promise<number> {
    return this.#current.countTokens(text);
  }

  async dispose(): Promise<void> {
    for (const { backend } of this.#members) await backend?.dispose();
  }

  /** The first server that gives a sign of life; those that failed a moment ago come last. null: none does. */
  async next(without: ReadonlySet<OpenaiBackend>): Promise<OpenaiBackend | null> {
    const rests = ({ failedAt }: Member) => performance.now() - failedAt < restMs;
    const byTurn = [...this.#members.filter((one) => !rests(one)), ...this.#members.filter(rests)];
    for (const member of byTurn) {
      if (member.backend && without.has(member.backend)) continue;
      const backend = await this.#reach(member);
      if (!backend || !(await backend.isWell(signOfLifeMs))) {
        member.failedAt = performance.now();
        continue;
      }
      member.failedAt = Number.NEGATIVE_INFINITY;
      this.#current = backend;
      return backend;
    }
    return null;
  }

  failed(backend: OpenaiBackend, reason: string): void {
    const member = this.#members.find((one) => one.backend === backend);
    if (member) member.failedAt = performance.now();
    this.#hooks.log("warn", reason);
  }

  /** Silent as well as dead: asked twice, since a busy server may miss one. */
  async isDead(backend: OpenaiBackend): Promise<boolean> {
    return !(await backend.isWell(signOfLifeMs)) && !(await backend.isWell(signOfLifeMs));
  }

  async hasOther(backend: OpenaiBackend): Promise<boolean> {
    for (const { backend: other } of this.#members)
      if (other && other !== backend && (await other.isWell(signOfLifeMs))) return true;
    return this.#members.some((one) => one.backend === null);
  }

  async #reach(member: Member): Promise<OpenaiBackend | null> {
    try {
      return await reach(member, this.params, { ...this.#hooks, signal: AbortSignal.timeout(2 * signOfLifeMs) });
    } catch (error) {
      this.#hooks.log("warn", error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}

async function reach(member: Member, params: LoadParams, hooks: LoadHooks): Promise<OpenaiBackend> {
  member.backend ??= await OpenaiBackend.load(params, member.server, hooks);
  return member.backend;
}
