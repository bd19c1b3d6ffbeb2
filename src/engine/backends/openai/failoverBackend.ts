/**
 * Several servers with one model: the first that is well answers, and where one dies, falls silent, fails or refuses, the
 * next goes on with the same conversation from the text that has come (failoverGeneration.ts). Whose turn it is, is decided
 * in serverPool.ts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type HunchError, isHunchError } from "../../../common/errors.ts";
import type { OpenaiServer } from "../../../common/openaiServer.ts";
import type {
  GenerateParams,
  GenerationResult,
  LoadParams,
  MeasureResult,
  ModelInfo,
  Notice,
} from "../../../common/protocol.ts";
import type { Backend, GenerationHooks, LoadHooks } from "../backend.ts";
import { Endpoint } from "./endpoint.ts";
import { FailoverGeneration } from "./failoverGeneration.ts";
import { waitAfter } from "./http.ts";
import { OpenaiBackend, within } from "./openaiBackend.ts";
import { PassingError } from "./serverErrors.ts";
import { type Member, ServerPool } from "./serverPool.ts";

/** Longest waits for what a server is, at first (ms): all are asked in turn with the short one, then with the long one. */
const shortWaitMs = 1_500;
const longWaitMs = 10_000;

export class FailoverBackend implements Backend {
  readonly params: LoadParams;
  readonly idleWork = [];
  readonly #pool: ServerPool<OpenaiBackend>;
  /** About the servers that could not be used when this one was chosen. */
  readonly #notices: readonly Notice[];

  /** @throws HunchError of the first server, when none can be used */
  static async load(params: LoadParams, server: OpenaiServer, hooks: LoadHooks): Promise<FailoverBackend> {
    const all = [server, ...(server.others ?? []).map((other) => ({ ...server, ...other }))];
    const members = all.map((one) => memberOf(params, one, hooks));
    const errors = new Map<Member<OpenaiBackend>, HunchError>();
    for (let round = 1; ; round++) {
      for (const member of members) {
        if (!mayBeWell(errors.get(member), round)) continue;
        try {
          member.backend = await member.reach(round === 1 ? shortWaitMs : longWaitMs, hooks.signal);
          const pool = new ServerPool(members, member.backend, hooks.log);
          const failures = [...errors.values()].map(({ message }) => message);
          return new FailoverBackend(params, pool, failures);
        } catch (error) {
          if (hooks.signal?.aborted || !isHunchError(error)) throw error;
          errors.set(member, error);
          member.failedAt = performance.now();
          hooks.log("warn", error.message);
        }
      }
      const waitMs = waitAfter([...errors.values()], round);
      if (waitMs !== null) await sleep(waitMs, undefined, { signal: hooks.signal });
      else if (round > 1) throw errors.get(members[0]!);
    }
  }

  private constructor(params: LoadParams, pool: ServerPool<OpenaiBackend>, failures: readonly string[]) {
    this.params = params;
    this.#pool = pool;
    const { host } = pool.current;
    this.#notices = failures.map((message) => ({
      code: "failedOver",
      message: `${message} The server at ${host} answers.`,
    }));
  }

  get info(): ModelInfo {
    const { info } = this.#pool.current;
    return { ...info, notices: [...this.#notices, ...info.notices] };
  }

  get lanes(): number {
    return this.#pool.current.lanes;
  }

  runsAlone(): boolean {
    return this.#pool.current.runsAlone();
  }

  async generation(params: GenerateParams, hooks: GenerationHooks): Promise<FailoverGeneration> {
    return new FailoverGeneration(this.#pool, params, hooks);
  }

  notBegun(params: GenerateParams, queueMs: number): GenerationResult {
    return this.#pool.current.notBegun(params, queueMs);
  }

  measure(): Promise<MeasureResult> {
    return this.#pool.current.measure();
  }

  countTokens(text: string): Promise<number> {
    return this.#pool.current.countTokens(text);
  }

  async dispose(): Promise<void> {
    for (const backend of this.#pool.backends) await backend.dispose();
  }
}

/** A server that failed for a moment is asked again, a silent one once more, with more time. */
function mayBeWell(error: HunchError | undefined, round: number): boolean {
  if (!error || error instanceof PassingError) return true;
  return error.code === "backendUnreachable" && round === 2;
}

function memberOf(params: LoadParams, server: OpenaiServer, hooks: LoadHooks): Member<OpenaiBackend> {
  const endpoint = new Endpoint(server.endpoint);
  const reach = (waitMs: number, signal?: AbortSignal) => {
    const load = (limited: AbortSignal) => OpenaiBackend.load(params, server, { ...hooks, signal: limited });
    return within(waitMs, endpoint, load, signal ? [signal] : []);
  };
  return { backend: null, reach, failedAt: Number.NEGATIVE_INFINITY };
}
