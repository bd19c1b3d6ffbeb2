/**
 * Several servers: which of them is well, and whose turn it is. One that failed is left out for a while, then tried again,
 * so that the first is the first again once it is back. Silent ones are waited for side by side, never one after another.
 */
import { once } from "node:events";
import { type HunchError, isHunchError } from "../../../common/errors.ts";
import type { GenerateParams, GenerationResult } from "../../../common/protocol.ts";
import type { GenerationHooks, RunningGeneration } from "../backend.ts";
import { SilentError } from "./serverErrors.ts";

/** A server that failed is not asked for this long (ms), while another is well. */
const restMs = 20_000;
/** Longest wait for a sign of life (ms), while another server may give one sooner. */
const signOfLifeMs = 600;
/** The same once none has given one, and at most for a server that has taken its time before (ms). */
const longWaitMs = 10_000;
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
  /** What the last sign of life of each took (ms). */
  readonly #tookMs = new Map<Candidate, number>();
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

  /** Those that failed a moment ago come last. Where all are silent, they are asked once more, with more time. */
  async next(without: ReadonlySet<Candidate>, signal: AbortSignal): Promise<Turn<B>> {
    const candidates = [
      ...this.#members.filter((one) => !rests(one)),
      ...this.#members.filter((one) => rests(one)),
    ].filter(({ backend }) => !(backend && without.has(backend)));
    const [first, others] = [candidates.slice(0, 1), candidates.slice(1)];
    const errors = new Map<Member<B>, HunchError>();
    const found =
      (await this.#firstWell(first, others.length > 0 ? signOfLifeMs : 2 * signOfLifeMs, errors)) ??
      (await this.#firstWell(others, 2 * signOfLifeMs, errors)) ??
      (await this.#soonestWell(errors, signal));
    const before = found ? candidates.slice(0, candidates.indexOf(found.member)) : candidates;
    const passedOver = before.flatMap((member) => errors.get(member) ?? []);
    if (found) this.#current = found.backend;
    return { backend: found?.backend ?? null, passedOver };
  }

  /** Asks these side by side; the first in their order counts. @param errors gets why those before it do not */
  async #firstWell(group: readonly Member<B>[], waitMs: number, errors: Map<Member<B>, HunchError>) {
    const answers = group.map((member) => this.#ask(member, waitMs));
    // Those behind the one that is taken are not awaited: what they throw would end the process.
    void Promise.allSettled(answers);
    for (const [i, answer] of answers.entries()) {
      const [member, backend] = [group[i]!, await answer];
      if (!isHunchError(backend)) return { member, backend };
      errors.set(member, backend);
    }
    return null;
  }

  /** Asks those that were only silent, with more time: whichever gives a sign of life first. null, too, once it is cancelled */
  async #soonestWell(errors: Map<Member<B>, HunchError>, signal: AbortSignal) {
    const silent = [...errors.keys()].filter((member) => errors.get(member) instanceof SilentError);
    if (signal.aborted || silent.length === 0) return null;
    const asking = silent.map(async (member) => {
      const found = await this.#firstWell([member], longWaitMs, errors);
      if (!found) throw errors.get(member);
      return found;
    });
    return Promise.race([Promise.any(asking).catch(() => null), once(signal, "abort").then(() => null)]);
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
    const isSilent = async () => (await this.#check(backend, this.#patienceMs(backend)))?.code === "backendUnreachable";
    if (!(await isSilent())) return false;
    const others = this.#members.filter((one) => one.backend !== backend);
    const looking = others.map(async (member) => {
      const isWell = !isHunchError(await this.#ask(member, this.#patienceMs(member.backend)));
      if (isWell) this.#seenWell.set(member, performance.now());
      return isWell;
    });
    const [isDead, ...areWell] = await Promise.all([isSilent(), ...looking]);
    return isDead && areWell.includes(true);
  }

  async #ask(member: Member<B>, waitMs: number): Promise<B | HunchError> {
    if (member.backend && performance.now() - (this.#seenWell.get(member) ?? Number.NEGATIVE_INFINITY) < freshMs)
      return member.backend;
    try {
      const error = member.backend ? await this.#check(member.backend, waitMs) : null;
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

  async #check(backend: Candidate, waitMs: number): Promise<HunchError | null> {
    const askedAt = performance.now();
    const error = await backend.check(waitMs);
    if (!error) this.#tookMs.set(backend, performance.now() - askedAt);
    return error;
  }

  /** A server that takes its time when nothing is asked of it takes more while it writes. */
  #patienceMs(backend: Candidate | null): number {
    const tookMs = (backend && this.#tookMs.get(backend)) ?? 0;
    return Math.min(longWaitMs, Math.max(signOfLifeMs, 2 * tookMs));
  }

  #reach(member: Member<B>, waitMs: number): Promise<B> {
    const begun = this.#reaching.get(member);
    if (begun) return begun;
    const askedAt = performance.now();
    const reaching = member
      .reach(waitMs)
      .then((backend) => {
        this.#tookMs.set(backend, performance.now() - askedAt);
        return backend;
      })
      .finally(() => this.#reaching.delete(member));
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
