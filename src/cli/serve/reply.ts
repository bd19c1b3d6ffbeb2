/** What the engine puts out, as a client of OpenAI's API expects it: one JSON object, or a stream of server-sent events. */
import type { ServerResponse } from "node:http";
import type { GenerationEvent, GenerationResult, ModelInfo } from "../../common/protocol.ts";
import type { Segment } from "../../common/segments.ts";
import type { GenerationStats, LiveStats } from "../../common/stats.ts";
import { type ApiError, toApiError } from "./apiError.ts";
import type { ApiRequest } from "./apiRequest.ts";
import { StopSequences } from "./stopSequences.ts";

export type FinishReason = "stop" | "length";

export class Reply {
  readonly #request: ApiRequest;
  readonly #model: ModelInfo;
  readonly #response: ServerResponse;
  readonly #onStop: () => void;
  readonly #stops: StopSequences;
  readonly #createdAt = Math.floor(Date.now() / 1000);
  readonly #startedAt = performance.now();
  #thinking = "";
  #answer = "";

  /** @param onStop called when a stop sequence has come, so that the engine need not go on */
  constructor(request: ApiRequest, model: ModelInfo, response: ServerResponse, onStop: () => void) {
    this.#request = request;
    this.#model = model;
    this.#response = response;
    this.#onStop = onStop;
    this.#stops = new StopSequences(request.stop);
  }

  events(events: readonly GenerationEvent[]): void {
    for (const event of events) {
      if (event.type === "tokens") {
        for (const { segment, text } of runs(event.tokens)) this.#append(segment, text, event.live);
      } else if (event.type === "prefill" && this.#request.stream && this.#request.reportPrefill) {
        const { totalTokens, cachedTokens, processedTokens } = event;
        this.#chunk(this.#choice({}), {
          prompt_progress: {
            total: totalTokens,
            cache: cachedTokens,
            processed: processedTokens,
            time_ms: Math.round(performance.now() - this.#startedAt),
          },
        });
      }
    }
  }

  /** The generation has ended, by itself or by a stop sequence. */
  done({ stats, stopReason }: GenerationResult): void {
    this.#pass("answer", this.#stops.end());
    const isCut = stopReason === "length" || stopReason === "contextFull";
    // The text ends in front of the stop sequence, even if the limit came with the same token.
    const finish: FinishReason = isCut && !this.#stops.hit ? "length" : "stop";
    const figures = { usage: usageOf(stats), timings: timingsOf(stats) };
    if (!this.#request.stream) {
      this.#response.writeHead(200, { "Content-Type": "application/json" });
      this.#response.end(JSON.stringify({ ...this.#envelope(false), choices: [this.#whole(finish)], ...figures }));
      return;
    }
    const { includeUsage } = this.#request;
    this.#chunk(this.#choice({}, finish), includeUsage ? {} : { timings: figures.timings });
    if (includeUsage) this.#event({ ...this.#envelope(true), choices: [], ...figures });
    this.#response.end("data: [DONE]\n\n");
  }

  /** Before the first chunk an HTTP status tells it, after it an event of its own. */
  failed(error: unknown): void {
    const apiError = toApiError(error);
    if (!this.#response.headersSent) sendError(this.#response, apiError);
    else if (!this.#response.writableEnded) {
      this.#event(apiError.body);
      this.#response.end();
    }
  }

  #append(segment: Segment, text: string, live: LiveStats): void {
    if (segment === "thinking") this.#pass(segment, text, live);
    else if (!this.#stops.hit) {
      this.#pass(segment, this.#stops.push(text), live);
      if (this.#stops.hit) this.#onStop();
    }
  }

  #pass(segment: Segment, text: string, live?: LiveStats): void {
    if (text === "") return;
    if (segment === "thinking") this.#thinking += text;
    else this.#answer += text;
    if (!this.#request.stream) return;
    const timings = live && this.#request.reportTimings ? { timings: liveTimings(live) } : {};
    const delta = segment === "thinking" ? { reasoning_content: text } : { content: text };
    this.#chunk(this.#choice(delta), timings);
  }

  #choice(delta: { content?: string; reasoning_content?: string }, finish: FinishReason | null = null): object {
    if (this.#request.kind === "chat") return { index: 0, delta, logprobs: null, finish_reason: finish };
    const { content = "", ...thought } = delta;
    return { index: 0, text: content, ...thought, logprobs: null, finish_reason: finish };
  }

  #whole(finish: FinishReason): object {
    const thought = this.#thinking === "" ? {} : { reasoning_content: this.#thinking };
    if (this.#request.kind === "completion")
      return { index: 0, text: this.#answer, ...thought, logprobs: null, finish_reason: finish };
    const message = { role: "assistant", content: this.#answer, refusal: null, ...thought };
    return { index: 0, message, logprobs: null, finish_reason: finish };
  }

  #envelope(chunk: boolean): object {
    const chat = this.#request.kind === "chat";
    return {
      id: `${chat ? "chatcmpl" : "cmpl"}-${this.#request.params.generationId}`,
      object: chat ? `chat.completion${chunk ? ".chunk" : ""}` : "text_completion",
      created: this.#createdAt,
      model: this.#model.id,
    };
  }

  #chunk(choice: object, extra: object): void {
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
      // A small chunk must not wait for the next one.
      this.#response.socket?.setNoDelay(true);
      if (this.#request.kind === "chat") {
        const first = { index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null };
        this.#event({ ...this.#envelope(true), choices: [first] });
      }
    }
    this.#event({ ...this.#envelope(true), choices: [choice], ...extra });
  }

  #event(value: object): void {
    this.#response.write(`data: ${JSON.stringify(value)}\n\n`);
  }
}

export function sendError(response: ServerResponse, error: ApiError): void {
  response.writeHead(error.status, { "Content-Type": "application/json", ...error.headers });
  response.end(JSON.stringify(error.body));
}

/** Neighbouring texts of one segment as one: a chunk for each token of a batch would be a waste. */
function runs(tokens: readonly { segment: Segment; text: string }[]): { segment: Segment; text: string }[] {
  const joined: { segment: Segment; text: string }[] = [];
  for (const { segment, text } of tokens) {
    const last = joined.at(-1);
    if (last?.segment === segment) last.text += text;
    else joined.push({ segment, text });
  }
  return joined;
}

function usageOf(stats: GenerationStats): object {
  const completion = stats.thinkingTokens + stats.answerTokens;
  return {
    prompt_tokens: stats.promptTokens,
    completion_tokens: completion,
    total_tokens: stats.promptTokens + completion,
    prompt_tokens_details: { cached_tokens: stats.cachedTokens },
    completion_tokens_details: { reasoning_tokens: stats.thinkingTokens },
  };
}

/** In llama-server's words, so that what reads its figures reads ours. Draft counts only when something was drafted. */
function timingsOf(stats: GenerationStats): object {
  return {
    cache_n: stats.cachedTokens,
    prompt_n: stats.promptTokens - stats.cachedTokens,
    prompt_ms: stats.prefillMs,
    predicted_n: stats.thinkingTokens + stats.answerTokens,
    predicted_ms: stats.decodeMs,
    predicted_per_second: stats.tokensPerSecond,
    ...draftCounts(stats),
  };
}

function liveTimings(live: LiveStats): object {
  return {
    predicted_n: live.thinkingTokens + live.answerTokens,
    predicted_per_second: live.tokensPerSecond,
    ...draftCounts(live),
  };
}

function draftCounts({ draftedTokens, acceptedTokens }: { draftedTokens: number; acceptedTokens: number }): object {
  return draftedTokens > 0 ? { draft_n: draftedTokens, draft_n_accepted: acceptedTokens } : {};
}
