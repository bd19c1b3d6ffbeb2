/**
 * One generation on a server: request, stream, segments, budget. Where the server can not end a thought that has to end
 * (thoughtEnding.ts), it is cut off, and the answer is asked for in a second request with the thought as notes: that works
 * on every server.
 */
import type { IncomingMessage } from "node:http";
import type { Prompt } from "../../../common/prompt.ts";
import type { GenerateParams, GenerationResult, ModelInfo } from "../../../common/protocol.ts";
import type { StopReason } from "../../../common/segments.ts";
import type { GenerationStats } from "../../../common/stats.ts";
import type { EndReason } from "../../thinking/budget.ts";
import type { GenerationHooks, RunningGeneration } from "../backend.ts";
import { chatBody, completionBody, continued, withNotes } from "./body.ts";
import { type Chunk, readChunk } from "./chunk.ts";
import type { Endpoint } from "./endpoint.ts";
import { Figures } from "./figures.ts";
import { type HttpClient, parseJson, readText } from "./http.ts";
import { postChat } from "./reasoningEffort.ts";
import { RemoteOutput } from "./remoteOutput.ts";
import { mayOpenUnseen, renderPrompt, withPartial } from "./renderedPrompt.ts";
import type { ServerInfo } from "./server.ts";
import { brokenOff, streamError } from "./serverErrors.ts";
import { readEvents } from "./sse.ts";
import type { ThoughtEnding } from "./thoughtEnding.ts";
import { type ChatPrompt, roomForThought, thoughtEnding } from "./thoughtLimits.ts";

export interface Remote {
  endpoint: Endpoint;
  http: HttpClient;
  server: ServerInfo;
  info: ModelInfo;
  /** Words of `reasoning_effort` that it does not take. */
  refused: Set<string>;
}

/** How a stream ended. */
type StreamEnd =
  | { kind: "finished"; reason: Extract<StopReason, "stop" | "length"> }
  | { kind: "thoughtEnded"; reason: EndReason };

const chatPath = "/chat/completions";
const eventIntervalMs = 16;
/** Tokens left for an answer whose thought has used up all that was allowed. */
const leastAnswerTokens = 256;

export class RemoteGeneration implements RunningGeneration {
  readonly #remote: Remote;
  readonly #params: GenerateParams;
  readonly #hooks: GenerationHooks;
  readonly #output: RemoteOutput;
  readonly #figures = new Figures();
  readonly #startedAt = performance.now();
  #answerNow = false;
  #ending: ThoughtEnding | null = null;
  #flushedAt = 0;

  constructor(remote: Remote, params: GenerateParams, hooks: GenerationHooks) {
    this.#remote = remote;
    this.#params = params;
    this.#hooks = hooks;
    const { prompt } = params;
    const resumedText = prompt.kind === "continue" ? prompt.partial.answer : "";
    this.#output = new RemoteOutput(remote.server.format, { resumedText, keepsSpace: prompt.kind === "raw" });
  }

  answerNow(): void {
    this.#answerNow = true;
    this.#ending?.answerNow();
  }

  async run(): Promise<GenerationResult> {
    const stopReason = await this.#generate().catch((error: unknown): StopReason => {
      if (this.#hooks.signal.aborted) return "cancelled";
      // What came just before is part of what has come. What might be half a marker is not: it would come again.
      this.#flush();
      throw error;
    });
    this.#output.end(stopReason === "stop");
    this.#flush();
    return this.#result(stopReason);
  }

  async #generate(): Promise<StopReason> {
    const first = await this.#first();
    if (first.kind === "finished") return first.reason;
    this.#output.endThought(first.reason);
    this.#flush();
    const second = await this.#answer();
    return second.kind === "finished" ? second.reason : "stop";
  }

  #first(): Promise<StreamEnd> {
    const { server } = this.#remote;
    const { prompt, controls, maxTokens } = this.#params;
    if (prompt.kind === "raw")
      return this.#stream("/completions", completionBody(prompt.text, this.#params, server), null);
    const { thinking } = prompt;
    const { budget } = controls;
    this.#mindThought(prompt, true);
    if (mayOpenUnseen(prompt, server)) this.#output.assumeInside(thinking === "off");
    const chat = { messages: prompt.messages, thinking, budget, maxTokens };
    const body = chatBody(chat, this.#params, server);
    if (prompt.kind === "chat") return this.#stream(chatPath, body, this.#ending);
    return this.#continue(prompt, body);
  }

  /** Goes on with an interrupted answer: on llama-server at the very token, elsewhere as the server can. */
  async #continue(prompt: Extract<Prompt, { kind: "continue" }>, body: object): Promise<StreamEnd> {
    const { server } = this.#remote;
    const { messages, partial } = prompt;
    const rendered = await renderPrompt(this.#remote, body, { signal: this.#hooks.signal });
    if (!rendered) return this.#stream(chatPath, { ...body, ...continued(messages, partial, server) }, this.#ending);
    const text = withPartial(rendered, partial, server.format);
    if (partial.answer === "" && (partial.thinking !== "" || rendered.opensThought))
      this.#output.beginInside(partial.thinking);
    this.#mindThought(prompt, false);
    return this.#stream("/completions", completionBody(text, this.#params, server), this.#ending);
  }

  /** @param isChat not a text of our choice */
  #mindThought(prompt: ChatPrompt, isChat: boolean): void {
    const ending = thoughtEnding(prompt, isChat, this.#params, this.#remote);
    if (this.#answerNow) ending.answerNow();
    this.#output.endOf = (thinking) => ending.reasonOf(thinking);
    this.#ending = ending;
  }

  /** Asks for the answer alone. */
  #answer(): Promise<StreamEnd> {
    const { prompt, maxTokens } = this.#params;
    const { server } = this.#remote;
    if (prompt.kind === "raw") throw new Error("a raw prompt has no thought to end");
    this.#ending = null;
    const answerTokens = Math.max(leastAnswerTokens, maxTokens - this.#output.thinkingPieces);
    const begun = prompt.kind === "continue" ? prompt.partial.thinking : "";
    const messages = withNotes(prompt.messages, begun + this.#output.thinking);
    const body = chatBody(
      {
        messages,
        thinking: "off",
        budget: null,
        maxTokens: answerTokens + roomForThought(messages, answerTokens, server),
      },
      this.#params,
      server,
    );
    return this.#stream(chatPath, body, null, answerTokens);
  }

  /** @param answerTokens at which an answer is cut off where the server was allowed more, for a thought */
  async #stream(
    path: string,
    body: object,
    ending: ThoughtEnding | null,
    answerTokens = Number.POSITIVE_INFINITY,
  ): Promise<StreamEnd> {
    const { endpoint } = this.#remote;
    const url = endpoint.api(path);
    // Ends the request when the thought has to end; the user's cancel ends both.
    const request = new AbortController();
    const signal = AbortSignal.any([this.#hooks.signal, request.signal]);
    this.#figures.begin(this.#output.thinkingPieces + this.#output.answerPieces);
    try {
      const rendered = path === chatPath ? await renderPrompt(this.#remote, body, { signal }) : null;
      if (rendered?.opensThought) this.#output.beginInside();
      // Where the prompt is out of sight, the server has to tell thoughts apart by itself.
      const sent = rendered ? body : { ...body, reasoning_format: undefined };
      const response = await postChat(this.#remote, url, sent, {
        signal,
        onRetry: (reason, delayMs) => {
          const message = `${reason} Trying again in ${(delayMs / 1000).toFixed(1)} s.`;
          this.#hooks.emit([{ type: "notice", notice: { code: "retrying", message } }]);
        },
      });
      return await this.#read(response, url, ending, { answerTokens, signal });
    } finally {
      request.abort();
    }
  }

  async #read(
    response: IncomingMessage,
    url: URL,
    ending: ThoughtEnding | null,
    { answerTokens, signal }: { answerTokens: number; signal: AbortSignal },
  ): Promise<StreamEnd> {
    let finish: string | null = null;
    let id: string | null = null;
    for await (const chunk of chunks(response, url)) {
      if (chunk.error !== null) throw streamError(url, chunk.error);
      this.#figures.observe(chunk);
      if (chunk.progress) this.#reportPrefill(chunk.progress);
      const thought = this.#output.push(chunk);
      finish ??= chunk.finish;
      id = chunk.id ?? id;
      if (performance.now() - this.#flushedAt >= eventIntervalMs) this.#flush();
      const isThought = chunk.reasoning + chunk.content !== "" && this.#output.isThinking;
      // What may be the answer is not cut off at a thought's limits, but when the user asks for the answer.
      const isLimited = isThought && (this.#answerNow || !this.#output.mayBeAnswer);
      const piece = { text: thought, isLineEnd: this.#output.atLineEnd };
      const reason = isLimited ? (ending?.observe(piece, id, signal) ?? null) : null;
      if (finish !== null) continue;
      if (reason !== null) return { kind: "thoughtEnded", reason };
      if (this.#output.limitedPieces >= answerTokens) return { kind: "finished", reason: "length" };
    }
    if (finish === null) throw brokenOff(url);
    return { kind: "finished", reason: finish === "length" ? "length" : "stop" };
  }

  #reportPrefill({ total, cached, processed }: NonNullable<Chunk["progress"]>): void {
    this.#hooks.emit([{ type: "prefill", processedTokens: processed, totalTokens: total, cachedTokens: cached }]);
  }

  #flush(): void {
    this.#flushedAt = performance.now();
    const { thinkingPieces, answerPieces, firstTokenAt } = this.#output;
    const decodeMs = firstTokenAt === null ? 0 : this.#flushedAt - firstTokenAt;
    const events = this.#output.takeEvents(() => ({
      thinkingTokens: thinkingPieces,
      answerTokens: answerPieces,
      thinkingBudget: this.#params.controls.budget,
      elapsedMs: this.#flushedAt - this.#startedAt,
      tokensPerSecond: decodeMs > 0 ? ((thinkingPieces + answerPieces) * 1000) / decodeMs : 0,
      draftedTokens: this.#figures.draftedTokens,
      acceptedTokens: this.#figures.acceptedTokens,
      contextUsedTokens: this.#figures.contextUsedTokens(thinkingPieces + answerPieces),
      contextSize: this.#remote.server.contextSize,
    }));
    if (events.length > 0) this.#hooks.emit(events);
  }

  #result(stopReason: StopReason): GenerationResult {
    const { thinking, answer, thinkingEnd } = this.#output;
    const { info } = this.#remote;
    return {
      thinking,
      answer,
      stopReason,
      thinkingEnd,
      stats: this.#stats(),
      model: info,
      threads: info.threads.used,
      seed: this.#params.sampling.seed,
    };
  }

  #stats(): GenerationStats {
    const { server } = this.#remote;
    const { firstTokenAt } = this.#output;
    const { budget } = this.#params.controls;
    const figures = this.#figures.stats(this.#output, {
      queueMs: this.#hooks.queueMs,
      timeToFirstTokenMs: firstTokenAt === null ? 0 : firstTokenAt - this.#startedAt,
      sinceFirstTokenMs: firstTokenAt === null ? 0 : performance.now() - firstTokenAt,
      contextSize: server.contextSize,
    });
    return budget === null ? figures : { ...figures, thinkingBudget: budget };
  }
}

/** The chunks of a stream, or of an answer that a server gives in one piece although it was asked for a stream. */
async function* chunks(response: IncomingMessage, url: URL): AsyncGenerator<Chunk> {
  if (/^application\/json/i.test(response.headers["content-type"] ?? "")) {
    yield toChunk(parseJson(await readText(response, url), url), url);
    return;
  }
  try {
    for await (const data of readEvents(response)) {
      // Where no chunk says why, the stream's own last word is the end.
      if (data.trim() === "[DONE]") return yield toChunk({ choices: [{ finish_reason: "stop" }] }, url);
      yield toChunk(parseJson(data, url), url);
    }
  } catch (error) {
    // Ours have their words already; the others are the connection's.
    throw error instanceof Error && error.name === "HunchError" ? error : brokenOff(url, error);
  }
}

function toChunk(value: unknown, url: URL): Chunk {
  const chunk = readChunk(value);
  if (chunk) return chunk;
  throw streamError(url, "it sent something that is no part of an answer");
}
