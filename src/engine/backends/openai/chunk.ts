/**
 * One chunk of a stream, or a whole answer, whatever the server calls its parts. Thoughts come as `reasoning_content`
 * (llama-server, SGLang, DeepSeek, Hunch), `reasoning` (vLLM, Ollama, OpenRouter), `thinking`, `reasoning_details`, or
 * as blocks of type "thinking" inside the content (Mistral); marked with tags in the content they are left to the
 * segmenter.
 */

export interface Usage {
  promptTokens: number;
  completionTokens: number;
  cachedTokens: number | null;
  reasoningTokens: number | null;
}

/** As llama-server has them; Hunch's own server has the same, vLLM its own ones when it is started so. */
export interface Timings {
  cachedTokens: number | null;
  promptMs: number | null;
  predictedMs: number | null;
  draftedTokens: number;
  acceptedTokens: number;
}

export interface Chunk {
  /** The server's name for what it is writing; null where it tells none. */
  id: string | null;
  reasoning: string;
  content: string;
  /** Why the server ends its answer; null while it goes on. */
  finish: string | null;
  usage: Usage | null;
  timings: Timings | null;
  /** Prompt tokens read so far. */
  progress: { total: number; cached: number; processed: number } | null;
  /** An error that the server tells inside the stream. */
  error: unknown;
}

type Json = Record<string, unknown>;

/** @returns null when it is no chunk at all */
export function readChunk(value: unknown): Chunk | null {
  if (!isObject(value)) return null;
  const choice = Array.isArray(value.choices) && isObject(value.choices[0]) ? value.choices[0] : {};
  const delta = [choice.delta, choice.message].find(isObject) ?? choice;
  const content = readContent(delta.content ?? delta.text);
  return {
    id: typeof value.id === "string" ? value.id : null,
    reasoning: readReasoning(delta) + content.thinking,
    content: content.text,
    // LocalAI writes an empty one in every chunk.
    finish: firstText(choice.finish_reason) || null,
    usage: isObject(value.usage) ? readUsage(value.usage) : null,
    timings: readTimes(value),
    progress: isObject(value.prompt_progress) ? readProgress(value.prompt_progress) : null,
    error: value.error ?? null,
  };
}

/** A server may write the same thought under two names at once: the first one counts. */
function readReasoning(delta: Json): string {
  for (const name of ["reasoning_content", "reasoning", "thinking"]) {
    const value = delta[name];
    if (typeof value === "string" && value !== "") return value;
    if (isObject(value) && typeof value.content === "string") return value.content;
  }
  const details = Array.isArray(delta.reasoning_details) ? delta.reasoning_details : [];
  return details.map((detail) => (isObject(detail) ? firstText(detail.text, detail.summary) : "")).join("");
}

function readContent(content: unknown): { text: string; thinking: string } {
  if (typeof content === "string") return { text: content, thinking: "" };
  const read = { text: "", thinking: "" };
  for (const block of Array.isArray(content) ? content : []) {
    if (!isObject(block)) continue;
    if (block.type === "thinking" || block.type === "reasoning") {
      const inner = block.thinking ?? block.reasoning ?? block.text;
      read.thinking += typeof inner === "string" ? inner : readContent(inner).text;
    } else read.text += firstText(block.text);
  }
  return read;
}

function readUsage(usage: Json): Usage | null {
  const promptTokens = count(usage.prompt_tokens);
  const completionTokens = count(usage.completion_tokens);
  if (promptTokens === null || completionTokens === null) return null;
  const prompt = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  return {
    promptTokens,
    completionTokens,
    cachedTokens: count(prompt.cached_tokens),
    reasoningTokens: count(completion.reasoning_tokens),
  };
}

function readTimes({ timings, metrics }: Json): Timings | null {
  if (isObject(timings)) return readTimings(timings);
  return isObject(metrics) ? readMetrics(metrics) : null;
}

function readTimings(timings: Json): Timings {
  return {
    cachedTokens: count(timings.cache_n),
    promptMs: milliseconds(timings.prompt_ms),
    predictedMs: milliseconds(timings.predicted_ms),
    draftedTokens: count(timings.draft_n) ?? 0,
    acceptedTokens: count(timings.draft_n_accepted) ?? 0,
  };
}

/** vLLM with `--per-request-spec-decode-metrics`, `--enable-per-request-metrics`, or both. */
function readMetrics(metrics: Json): Timings {
  const drafts = isObject(metrics.speculative_decoding) ? metrics.speculative_decoding : {};
  return {
    cachedTokens: null,
    promptMs: milliseconds(metrics.time_to_first_token_ms),
    predictedMs: milliseconds(metrics.generation_time_ms),
    draftedTokens: count(drafts.num_draft_tokens) ?? 0,
    acceptedTokens: count(drafts.num_accepted_draft_tokens) ?? 0,
  };
}

function readProgress(progress: Json): Chunk["progress"] {
  const [total, processed] = [count(progress.total), count(progress.processed)];
  if (total === null || processed === null) return null;
  return { total, processed, cached: count(progress.cache) ?? 0 };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstText(...values: unknown[]): string {
  return values.find((value): value is string => typeof value === "string") ?? "";
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function milliseconds(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && Number.isFinite(value) ? value : null;
}
