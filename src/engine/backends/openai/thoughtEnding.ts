/**
 * How a thought is ended on a server. A llama-server does it itself: at the budget that came with the request, and at once
 * when it is told to, both times with a sentence of ours and with nothing read again. Where that is not to be had or does
 * nothing (it finds a thought by the marker's tokens, which a prompt may have cut in another way), the stream is cut.
 */
import { isHunchError } from "../../../common/errors.ts";
import type { ThinkingEnd } from "../../../common/segments.ts";
import { type EndReason, type MonitorOptions, sentenceOf, ThoughtMonitor } from "../../thinking/budget.ts";
import type { Endpoint } from "./endpoint.ts";
import { type HttpClient, readText } from "./http.ts";

export interface ThoughtEndingOptions extends Pick<MonitorOptions, "budget" | "loopGuard" | "earlier"> {
  /** The server ends the thought at the budget: ours is for the case that it does not. */
  serverKeepsBudget: boolean;
  /** The server takes the end of a thought by request. */
  control: ServerControl | null;
}

/** The sentence that the server writes at the end of a thought that is ended, whatever the reason. */
export const endingMessage = `\n\n${sentenceOf("budget")}`;

/** Where the server keeps the budget itself, it is late when it has this many times the budget, and some tokens more. */
const lateFactor = 1.25;
/** Longest wait for its word that it has heard (ms): the user waits for the answer. */
const controlTimeoutMs = 3_000;
const lateTokens = 32;
/** Characters of the sentence that tell it from the model's own words. */
const tellingLength = 4;

export class ThoughtEnding {
  readonly #control: ServerControl | null;
  readonly #serverKeepsBudget: boolean;
  readonly #monitor: ThoughtMonitor;
  /** The end of the thought, as long as the sentence. */
  #tail = "";
  /** The server was told to end the thought; until it has heard, what it writes does not count. */
  #told: { reason: EndReason; tokensLeft: number } | null = null;

  constructor({ budget, serverKeepsBudget, control, ...more }: ThoughtEndingOptions) {
    this.#control = control;
    this.#serverKeepsBudget = serverKeepsBudget && budget !== null;
    const own = this.#serverKeepsBudget && budget !== null ? Math.ceil(budget * lateFactor) + lateTokens : budget;
    this.#monitor = new ThoughtMonitor({ ...more, budget: own });
  }

  /** The user wants the answer: the thought ends with its next token. */
  answerNow(): void {
    this.#monitor.answerNow();
  }

  /**
   * To be called for every piece of the thought.
   * @param piece as {@link ThoughtMonitor.observe} has it
   * @param responseId the server's name for what it is writing; null as long as it has not told
   * @returns why the stream has to be cut here; null when it may go on
   */
  observe(
    { text, isLineEnd }: { text: string; isLineEnd: boolean },
    responseId: string | null,
    signal: AbortSignal,
  ): EndReason | null {
    this.#tail = (this.#tail + text).slice(-endingMessage.length);
    // The server ends the thought: how many tokens its sentence takes is the vocabulary's affair.
    const isEnding = endsWithin(this.#tail);
    // White space comes with what follows it.
    if (this.#told) return isEnding || text === "" || this.#told.tokensLeft-- > 0 ? null : this.#told.reason;
    const reason = this.#monitor.observe(text, isLineEnd);
    if (reason === "budget" && this.#serverKeepsBudget && isEnding) return null;
    // A server that missed the budget finds no thought: it would not find the one that it is told to end.
    if (reason === null || reason === "budget" || !this.#control || responseId === null) return reason;
    const told = { reason, tokensLeft: Number.POSITIVE_INFINITY };
    this.#told = told;
    void this.#control.endThought(responseId, signal).then((isTaken) => {
      told.tokensLeft = isTaken ? lateTokens : 0;
    });
    return null;
  }

  /** Why a thought that the server has ended was over. */
  reasonOf(thought: string): ThinkingEnd {
    if (!thought.trimEnd().endsWith(endingMessage.trim())) return "model";
    if (this.#told) return this.#told.reason;
    return this.#serverKeepsBudget ? "budget" : "model";
  }
}

/** The text ends with the beginning of the sentence, or all of it. */
function endsWithin(text: string): boolean {
  for (let length = endingMessage.length; length >= tellingLength; length--)
    if (text.endsWith(endingMessage.slice(0, length))) return true;
  return false;
}

/** Tells a llama-server to end a thought that it is writing. */
export class ServerControl {
  readonly #endpoint: Endpoint;
  readonly #http: HttpClient;

  constructor(endpoint: Endpoint, http: HttpClient) {
    this.#endpoint = endpoint;
    this.#http = http;
  }

  /** @returns false where the server does not know how, or what; true says only that it has heard */
  async endThought(responseId: string, signal: AbortSignal): Promise<boolean> {
    const url = this.#endpoint.api("/chat/completions/control");
    const timeout = AbortSignal.timeout(controlTimeoutMs);
    try {
      const body = { id: responseId, action: "reasoning_end" };
      const response = await this.#http.post(url, body, {
        signal: AbortSignal.any([signal, timeout]),
      });
      return (JSON.parse(await readText(response, url)) as { success?: unknown } | null)?.success === true;
    } catch (error) {
      // An older version has no such path; one that does not answer in time is cut off; a request that is over needs no end.
      const isExpected = isHunchError(error) || error instanceof SyntaxError;
      if (isExpected || timeout.aborted || signal.aborted) return false;
      throw error;
    }
  }
}
