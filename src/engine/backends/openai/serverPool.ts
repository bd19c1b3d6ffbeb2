/**
 * Several servers: which of them is well, and whose turn it is. One that failed is left out for a while, then tried again,
 * so that the first is the first again once it is back. Silent ones are waited for side by side, never one after another.
 */
import { type HunchError, isHunchError } from "../../../common/errors.ts";
import type { GenerateParams, GenerationResult } from "../../../common/protocol.ts";
import type { GenerationHooks, RunningGeneration } from "../backend.ts";

/** A server that failed is not asked for this long (ms), while another is well. */
const restMs = 20_000;
/** Longest wait for a sign of life (ms). */
const signOfLifeMs = 600;
/** One that was seen well this short a time ago (ms) is not asked whether it is. */
const freshMs = 1_000;

/** What a server has to be able to do. */
export interface Candidate {
  /** "127.0.0.1:8000" */
  readonly host: string;
  /** @returns why it can not be used; null when all is well */
  check(timeoutMs: number): Promise<HunchError | null>;
  generation(params: GenerateParams, hooks: GenerationHooks): Promise<RunningGeneration>;
  notBegun(params: GenerateParams, queueMs: number): GenerationResult;
}

export interface Member<B> {
  /** null until it has been reached. */
  backend: B | null;
  /** Asks it what it is. @throws HunchError, also where that takes longer than `waitMs` */
  reach(waitMs: number, signal?: AbortSignal): Promise<B>;
  /** As performance.now (ms). */
  failedAt: number;
}

/** Whose turn it is: the first server that is well, and why those before it were passed over. */
export interface Turn<B> {
  /** null: none is well. */
  backend: B | null;
  passedOver: readonly HunchError[];
}

export class ServerPool<B extends Candidate> {
  readonly #members: readonly Member<B>[];
  readonly #log: (level: "warn", message: string) => void;
  /** When those that are well were seen so, while another was silent (ms, as performance.now). */
  readonly #seenWell = new Map<Member<B>, number>();
  /** Two generations that need the same server ask it once what it is. */
  readonly #reaching = new Map<Member<B>, Promise<B>>();
  #current: B;

  constructor(members: readonly Member<B>[], current: B, log: (level: "warn", message: string) => void) {
    this.#members = members;
    this.#current = current;
    this.#log = log;
  }

  /** The one whose turn it was last. */
  get current(): B {
    return this.#current;
  }

  get backends(): B[] {
    return this.#members.flatMap(({ backend }) => backend ?? []);
  }

  /** Those that failed a moment ago come last. */
  async next(without: ReadonlySet<Candidate>): Promise<Turn<B>> {
    const [first, ...others] = [
      ...this.#members.filter((one) => !rests(one)),
      ...this.#members.filter((one) => rests(one)),
    ].filter(({ backend }) => !(backend && without.has(backend)));
    const passedOver: HunchError[] = [];
    for (const group of first ? [[first], others] : []) {
      const waitMs = group === others || others.length === 0 ? 2 * signOfLifeMs : signOfLifeMs;
      const answers = group.map((member) => this.#ask(member, waitMs));
      // Those behind the one that is taken are not awaited: what they throw would end the process.
      void Promise.allSettled(answers);
      for (const answer of answers) {
        const found = await answer;
        if (!isHunchError(found)) {
          this.#current = found;
          return { backend: found, passedOver };
        }
        passedOver.push(found);
      }
    }
    return { backend: null, passedOver };
  }

  failed(backend: Candidate, reason: string): void {
    const member = this.#members.find((one) => one.backend === backend);
    if (member) this.#noteFailure(member);
    this.#log("warn", reason);
  }

  /**
   * Whether a server that is silent is to be left: it gives no sign of life, and another does. Asked twice, since a busy one
   * may miss one question; with the second all others are asked, so that `next` knows.
   */
  async isToBeLeft(backend: Candidate): Promise<boolean> {
    const isSilent = async () => (await backend.check(signOfLifeMs))?.code === "backendUnreachable";
    if (!(await isSilent())) return false;
    const others = this.#members.filter((one) => one.backend !== backend);
    const looking = others.map(async (member) => {
      const isWell = !isHunchError(await this.#ask(member, signOfLifeMs));
      if (isWell) this.#seenWell.set(member, performance.now());
      return isWell;
    });
    const [isDead, ...areWell] = await Promise.all([isSilent(), ...looking]);
    return isDead && areWell.includes(true);
  }

  /** @param waitMs longest wait for one that has not been reached yet */
  async #ask(member: Member<B>, waitMs: number): Promise<B | HunchError> {
    if (member.backend && performance.now() - (this.#seenWell.get(member) ?? Number.NEGATIVE_INFINITY) < freshMs)
      return member.backend;
    try {
      const error = member.backend ? await member.backend.check(signOfLifeMs) : null;
      if (error) throw error;
      member.backend ??= await this.#reach(member, waitMs);
      member.failedAt = Number.NEGATIVE_INFINITY;
      return member.backend;
    } catch (error) {
      if (!isHunchError(error)) throw error;
      if (!rests(member)) this.#log("warn", error.message);
      this.#noteFailure(member);
      return error;
    }
  }

  #reach(member: Member<B>, waitMs: number): Promise<B> {
    const begun = this.#reaching.get(member);
    if (begun) return begun;
    const reaching = member.reach(waitMs).finally(() => this.#reaching.delete(member));
    this.#reaching.set(member, reaching);
    return reaching;
  }

  #noteFailure(member: Member<B>): void {
    member.failedAt = performance.now();
    this.#seenWell.delete(member);
  }
}

function rests({ failedAt }: { failedAt: number }): boolean {
  return performance.now() - failedAt < restMs;
}
