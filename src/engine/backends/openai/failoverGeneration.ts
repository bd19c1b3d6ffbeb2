/**
 * One generation over several servers. What a server has written stays; the next goes on from there, asked as for an
 * interrupted answer. When all have failed, and one of them only for a moment, it begins anew with the first. A server that is
 * silent is asked for a sign of life, so that one that hangs is left within two seconds (later where its signs of life took
 * their time before), and one that reads a long prompt is not.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { HunchError, isHunchError } from "../../../common/errors.ts";
import type { Prompt } from "../../../common/prompt.ts";
import type { GenerateParams, GenerationEvent, GenerationResult } from "../../../common/protocol.ts";
import type { GenerationHooks, RunningGeneration } from "../backend.ts";
import { waitAfter } from "./http.ts";
import { PassingError } from "./serverErrors.ts";
import type { Candidate, ServerPool } from "./serverPool.ts";
import { SilenceWatch } from "./silenceWatch.ts";

/** What knows the servers. */
export type Relay = Pick<ServerPool<Candidate>, "current" | "next" | "failed" | "isToBeLeft">;

/** How a round through the servers ended. */
type Round =
  | { result: GenerationResult }
  /** None could answer: why, one by one, and as the user is told. */
  | { failures: readonly HunchError[]; error: HunchError };

/** Silence after which a server is asked for a sign of life, and between two such questions (ms). */
const silenceMs = 500;

export class FailoverGeneration implements RunningGeneration {
  readonly #relay: Relay;
  readonly #params: GenerateParams;
  readonly #hooks: GenerationHooks;
  #running: RunningGeneration | null = null;
  #answerNow = false;
  /** What the servers before the present one wrote. */
  #before = { thinking: "", answer: "", thinkingTokens: 0, answerTokens: 0 };
  /** With what the present one has written. */
  #soFar = { ...this.#before };

  constructor(relay: Relay, params: GenerateParams, hooks: GenerationHooks) {
    this.#relay = relay;
    this.#params = params;
    this.#hooks = hooks;
  }

  answerNow(): void {
    this.#answerNow = true;
    this.#running?.answerNow();
  }

  async run(): Promise<GenerationResult> {
    const lost = new Set<Candidate>();
    for (let round = 1; ; round++) {
      const ended = await this.#round(lost);
      if ("result" in ended) return ended.result;
      const waitMs = waitAfter(ended.failures, round);
      if (waitMs === null) throw ended.error;
      const message = `${ended.error.message} Trying again in ${(waitMs / 1000).toFixed(1)} s.`;
      this.#hooks.emit([{ type: "notice", notice: { code: "retrying", message } }]);
      // A cancel ends the wait, and is looked at next.
      await sleep(waitMs, undefined, { signal: this.#hooks.signal }).catch(() => {});
      if (this.#hooks.signal.aborted) return this.#cancelled();
    }
  }

  /** Asks each server that is well once, until one has answered. @param lost those that will not do in another round */
  async #round(lost: Set<Candidate>): Promise<Round> {
    const asked = new Set(lost);
    const failures: HunchError[] = [];
    let last: HunchError | null = null;
    for (;;) {
      const { backend, passedOver } = await this.#relay.next(asked, this.#hooks.signal);
      if (this.#hooks.signal.aborted) return { result: this.#cancelled() };
      failures.push(...passedOver);
      if (!backend) return { failures, error: last ?? noneAnswers(passedOver) };
      const [why] = last ? [last] : passedOver;
      if (why) this.#notify(`${why.message} The server at ${backend.host} ${last ? "goes on" : "answers"}.`);
      try {
        return { result: this.#merged(await this.#runOn(backend)) };
      } catch (error) {
        if (this.#hooks.signal.aborted || !mayHelp(error) || !this.#canGoOn) throw error;
        this.#relay.failed(backend, error.message);
        asked.add(backend);
        if (!(error instanceof PassingError) && error.code !== "backendUnreachable") lost.add(backend);
        failures.push(error);
        last = error;
        this.#before = { ...this.#soFar };
      }
    }
  }

  /** A raw prompt can begin anew only: where its text would go on, no server can be told. */
  get #canGoOn(): boolean {
    return this.#params.prompt.kind !== "raw" || this.#soFar.answerTokens === 0;
  }

  async #runOn(backend: Candidate): Promise<GenerationResult> {
    const given = new AbortController();
    const signal = AbortSignal.any([this.#hooks.signal, given.signal]);
    let watch: SilenceWatch | null = null;
    const emit = (events: GenerationEvent[]) => {
      watch?.heard();
      for (const event of events) if (event.type === "tokens") this.#note(event);
      this.#hooks.emit(events.map((event) => this.#withBefore(event)));
    };
    this.#running = await backend.generation(this.#remaining(), { ...this.#hooks, emit, signal });
    if (this.#answerNow) this.#running.answerNow();
    // It is given up when it is silent, shows no sign of life, and another server does.
    watch = new SilenceWatch({
      silenceMs,
      isGone: () => this.#relay.isToBeLeft(backend),
      onGone: () => given.abort(new HunchError("backendUnreachable", `The server at ${backend.host} answers no more.`)),
    });
    try {
      const result = await this.#running.run();
      // A generation that is aborted ends with what there was; here another server goes on.
      if (given.signal.aborted && !this.#hooks.signal.aborted) throw given.signal.reason;
      return result;
    } finally {
      watch.stop();
      this.#running = null;
    }
  }

  /** The figures that are shown while it runs count what the servers before have written. */
  #withBefore(event: GenerationEvent): GenerationEvent {
    if (event.type !== "tokens") return event;
    const { live } = event;
    const thinkingTokens = this.#before.thinkingTokens + live.thinkingTokens;
    const answerTokens = this.#before.answerTokens + live.answerTokens;
    return { ...event, live: { ...live, thinkingTokens, answerTokens } };
  }

  #note({ tokens }: Extract<GenerationEvent, { type: "tokens" }>): void {
    for (const { segment, text } of tokens) {
      if (segment === "thinking") {
        this.#soFar.thinking += text;
        this.#soFar.thinkingTokens++;
      } else {
        this.#soFar.answer += text;
        this.#soFar.answerTokens++;
      }
    }
  }

  /** The request for what is still missing. */
  #remaining(): GenerateParams {
    const { thinking, answer, thinkingTokens, answerTokens } = this.#before;
    const tokens = thinkingTokens + answerTokens;
    if (tokens === 0) return this.#params;
    const { prompt, maxTokens } = this.#params;
    // The budget stays: what has been thought of it is counted where the thought goes on.
    return {
      ...this.#params,
      prompt: continuing(prompt, thinking, answer),
      maxTokens: Math.max(1, maxTokens - tokens),
    };
  }

  /** With what had come by then. */
  #cancelled(): GenerationResult {
    return this.#merged(this.#relay.current.notBegun(this.#params, this.#hooks.queueMs));
  }

  #merged(result: GenerationResult): GenerationResult {
    const { thinking, answer, thinkingTokens, answerTokens } = this.#before;
    if (thinkingTokens + answerTokens === 0) return result;
    const { stats } = result;
    return {
      ...result,
      thinking: thinking + result.thinking,
      answer: answer + result.answer,
      thinkingEnd: result.thinkingEnd === "none" && thinking !== "" ? "model" : result.thinkingEnd,
      stats: {
        ...stats,
        thinkingTokens: thinkingTokens + stats.thinkingTokens,
        answerTokens: answerTokens + stats.answerTokens,
      },
    };
  }

  #notify(message: string): void {
    this.#hooks.emit([{ type: "notice", notice: { code: "failedOver", message } }]);
  }
}

function continuing(prompt: Prompt, thinking: string, answer: string): Prompt {
  if (prompt.kind === "raw") return prompt;
  const begun = prompt.kind === "continue" ? prompt.partial : { thinking: "", answer: "" };
  const partial = { thinking: begun.thinking + thinking, answer: begun.answer + answer };
  return { kind: "continue", messages: prompt.messages, thinking: prompt.thinking, partial };
}

/** Another server may do what this one could not; what is wrong with the question itself is wrong there too. */
function mayHelp(error: unknown): error is HunchError {
  return isHunchError(error) && error.code !== "promptTooLong" && error.code !== "usage" && error.code !== "cancelled";
}

function noneAnswers(reasons: readonly HunchError[]): HunchError {
  const [first, ...others] = reasons;
  if (first && others.length === 0) return first;
  const messages = reasons.map(({ message }) => ` ${message}`).join("");
  return new HunchError(first?.code ?? "backendUnreachable", `None of the servers can answer.${messages}`, {
    hint: "Check that one of them runs and that the addresses are right (hunch.endpoint, --endpoint).",
  });
}
