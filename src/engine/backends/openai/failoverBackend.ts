/**
 * Several servers with one model: the first that is well answers, and where one dies, falls silent, fails or refuses, the
 * next goes on with the same conversation from the text that has come. A server that failed is left out for a while, then
 * tried again, so that the first is the first again once it is back.
 */
import { type HunchError, isHunchError } from "../../../common/errors.ts";
import type {
  GenerateParams,
  GenerationResult,
  LoadParams,
  MeasureResult,
  ModelInfo,
  Notice,
  OpenaiServer,
} from "../../../common/protocol.ts";
import type { Backend, GenerationHooks, LoadHooks } from "../backend.ts";
import { Endpoint } from "./endpoint.ts";
import { FailoverGeneration, type Relay, type Turn } from "./failoverGeneration.ts";
import { OpenaiBackend, within } from "./openaiBackend.ts";

/** A server that failed is not asked for this long (ms), while another is well. */
const restMs = 20_000;
/** Longest wait for a sign of life (ms). */
const signOfLifeMs = 600;
/** Longest waits for what a server is, at first (ms): all are asked in turn with the short one, then with the long one. */
const loadWaitsMs = [1_500, 10_000] as const;

interface Member {
  server: OpenaiServer;
  /** null until it has been reached. */
  backend: OpenaiBackend | null;
  failedAt: number;
}

export class FailoverBackend implements Backend, Relay {
  readonly params: LoadParams;
  readonly idleWork = [];
  readonly #members: readonly Member[];
  readonly #hooks: LoadHooks;
  /** About the servers that could not be used when this one was chosen. */
  readonly #notices: readonly Notice[];
  #current: OpenaiBackend;

  /** @throws HunchError of the first server, when none can be used */
  static async load(params: LoadParams, server: OpenaiServer, hooks: LoadHooks): Promise<FailoverBackend> {
    const all = [server, ...(server.others ?? []).map((other) => ({ ...server, ...other }))];
    const members = all.map((one): Member => ({ server: one, backend: null, failedAt: Number.NEGATIVE_INFINITY }));
    const errors = new Map<Member, HunchError>();
    for (const waitMs of loadWaitsMs) {
      for (const member of members) {
        // More time helps the silent ones only.
        if (errors.has(member) && errors.get(member)?.code !== "backendUnreachable") continue;
        try {
          const backend = await reach(member, params, hooks, waitMs);
          return new FailoverBackend(
            params,
            members,
            hooks,
            backend,
            [...errors.values()].map(({ message }) => message),
          );
        } catch (error) {
          if (hooks.signal?.aborted || !isHunchError(error)) throw error;
          errors.set(member, error);
          member.failedAt = performance.now();
          hooks.log("warn", error.message);
        }
      }
    }
    throw errors.get(members[0] as Member);
  }

  private constructor(
    params: LoadParams,
    members: readonly Member[],
    hooks: LoadHooks,
    current: OpenaiBackend,
    failures: readonly string[],
  ) {
    this.params = params;
    this.#members = members;
    // The signal was that of loading, which is over.
    this.#hooks = { onProgress: hooks.onProgress, log: hooks.log };
    this.#current = current;
    this.#notices = failures.map((message) => ({
      code: "failedOver",
      message: `${message} The server at ${current.host} answers.`,
    }));
  }

  get info(): ModelInfo {
    const { info } = this.#current;
    return { ...info, notices: [...this.#notices, ...info.notices] };
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

  async next(without: ReadonlySet<OpenaiBackend>): Promise<Turn> {
    const rests = ({ failedAt }: Member) => performance.now() - failedAt < restMs;
    const byTurn = [...this.#members.filter((one) => !rests(one)), ...this.#members.filter(rests)];
    const passedOver: HunchError[] = [];
    for (const member of byTurn) {
      if (member.backend && without.has(member.backend)) continue;
      const found = await this.#ask(member);
      if (isHunchError(found)) {
        member.failedAt = performance.now();
        passedOver.push(found);
        this.#hooks.log("warn", found.message);
        continue;
      }
      member.failedAt = Number.NEGATIVE_INFINITY;
      this.#current = found;
      return { backend: found, passedOver };
    }
    return { backend: null, passedOver };
  }

  failed(backend: OpenaiBackend, reason: string): void {
    const member = this.#members.find((one) => one.backend === backend);
    if (member) member.failedAt = performance.now();
    this.#hooks.log("warn", reason);
  }

  /** Silent as well as dead: asked twice, since a busy server may miss one. */
  async isDead(backend: OpenaiBackend): Promise<boolean> {
    const silent = async () => (await backend.check(signOfLifeMs))?.code === "backendUnreachable";
    return (await silent()) && (await silent());
  }

  async hasOther(backend: OpenaiBackend): Promise<boolean> {
    for (const { backend: other } of this.#members)
      if (other && other !== backend && (await other.check(signOfLifeMs)) === null) return true;
    return this.#members.some((one) => one.backend === null);
  }

  async #ask(member: Member): Promise<OpenaiBackend | HunchError> {
    try {
      if (member.backend) return (await member.backend.check(signOfLifeMs)) ?? member.backend;
      return await reach(member, this.params, this.#hooks, 2 * signOfLifeMs);
    } catch (error) {
      if (isHunchError(error)) return error;
      throw error;
    }
  }
}

/** Asks a server what it is, unless it is known. @throws HunchError */
async function reach(member: Member, params: LoadParams, hooks: LoadHooks, waitMs: number): Promise<OpenaiBackend> {
  const { server } = member;
  member.backend ??= await within(
    waitMs,
    new Endpoint(server.endpoint),
    (signal) => OpenaiBackend.load(params, server, { ...hooks, signal }),
    hooks.signal ? [hooks.signal] : [],
  );
  return member.backend;
}
