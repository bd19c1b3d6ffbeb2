/**
 * Bodies of /v1/chat/completions and /v1/completions to what the engine is asked. What the engine can not do is refused
 * by name, never dropped in silence.
 */
import { randomInt, randomUUID } from "node:crypto";
import type { Effort } from "../../common/panel.ts";
import type { ChatMessage } from "../../common/prompt.ts";
import type { GenerateParams, ModelInfo, SpeculationMode } from "../../common/protocol.ts";
import { thinkingText } from "../../prompts/compose.ts";
import { planEffort } from "../../prompts/effort.ts";
import { templates } from "../../prompts/templates/index.ts";
import { ApiError, badRequest } from "./apiError.ts";
import { Fields } from "./fields.ts";
import { type Conversation, readMessages } from "./messages.ts";

export type ApiKind = "chat" | "completion";

export interface ApiRequest {
  kind: ApiKind;
  params: GenerateParams;
  stream: boolean;
  /** The stream ends with a chunk of usage figures (`stream_options.include_usage`). */
  includeUsage: boolean;
  /** The stream tells how much of the prompt has been read (`return_progress`, as llama-server has it). */
  reportPrefill: boolean;
  /** Every chunk carries the figures so far (`timings_per_token`, as llama-server has it). */
  reportTimings: boolean;
  stop: string[];
}

export interface RequestContext {
  model: ModelInfo;
  speculation: SpeculationMode;
  /** Who asks, for the fair queue, when the request does not say. */
  conversationId: string;
}

/** What llama-server and vLLM have beyond OpenAI's API to force a form on the text or a length. */
const unsupportedExtensions: Readonly<Record<string, readonly unknown[]>> = {
  grammar: [""],
  json_schema: [],
  structured_outputs: [],
  guided_json: [],
  guided_regex: [],
  guided_choice: [],
  guided_grammar: [],
  ignore_eos: [false],
  min_tokens: [0],
};

/** Members that would change the result and that the engine has no way to honour, with the values that change nothing. */
const unsupported: Readonly<Record<ApiKind, Readonly<Record<string, readonly unknown[]>>>> = {
  chat: {
    n: [1],
    logprobs: [false],
    top_logprobs: [0],
    frequency_penalty: [0],
    presence_penalty: [0],
    audio: [],
    functions: [],
    ...unsupportedExtensions,
  },
  completion: {
    n: [1],
    best_of: [1],
    echo: [false],
    suffix: [""],
    logprobs: [],
    frequency_penalty: [0],
    presence_penalty: [0],
    ...unsupportedExtensions,
  },
};

const efforts: Readonly<Record<string, Exclude<Effort, "auto">>> = {
  none: "off",
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "max",
  max: "max",
};

const most = 10_000_000;

/** @throws ApiError that says what is wrong */
export function readRequest(kind: ApiKind, body: unknown, context: RequestContext): ApiRequest {
  const fields = new Fields(body);
  const { model } = context;
  const wanted = fields.string("model");
  if (wanted !== undefined && wanted !== model.id)
    throw new ApiError(404, "invalid_request_error", `There is no model "${wanted}" here; this serves "${model.id}".`, {
      code: "model_not_found",
    });
  refuseUnsupported(kind, fields);
  const thinking = kind === "chat" ? readThinking(fields, model) : null;
  const prompt = kind === "chat" ? chatPrompt(fields, thinking, model) : rawPrompt(fields);
  const advised = thinking?.mode === "on" && model.thinking.native ? model.thinking.sampling : undefined;
  return {
    kind,
    params: {
      generationId: randomUUID(),
      conversationId: fields.string("user") ?? fields.string("prompt_cache_key") ?? context.conversationId,
      prompt,
      sampling: {
        temperature: fields.number("temperature", 0, 10) ?? advised?.temperature ?? 0,
        topK: Math.max(0, fields.integer("top_k", -1, most) ?? advised?.topK ?? 0),
        topP: fields.number("top_p", 0, 1) ?? advised?.topP ?? 1,
        minP: fields.number("min_p", 0, 1) ?? advised?.minP ?? 0,
        repetitionPenalty:
          fields.number("repetition_penalty", 0.01, 10) ?? fields.number("repeat_penalty", 0.01, 10) ?? 1,
        seed: readSeed(fields),
      },
      maxTokens: maxTokens(fields) ?? model.contextSize,
      controls: { budget: thinking?.budget ?? null, loopGuard: kind === "chat", earlyExit: "off" },
      speculation: context.speculation,
      onContextFull: "stop",
    },
    stream: fields.boolean("stream") ?? false,
    includeUsage: fields.object("stream_options")?.boolean("include_usage") ?? false,
    reportPrefill: fields.boolean("return_progress") ?? false,
    reportTimings: fields.boolean("timings_per_token") ?? false,
    stop: readStop(fields),
  };
}

function refuseUnsupported(kind: ApiKind, fields: Fields): void {
  for (const [name, neutral] of Object.entries(unsupported[kind])) {
    const value = fields.raw(name);
    if (value !== undefined && !neutral.includes(value))
      throw badRequest(`"${name}" is not supported here${neutral.length > 0 ? "; leave it out" : ""}.`, "unsupported");
  }
  if ((fields.list("tools")?.length ?? 0) > 0 && fields.raw("tool_choice") !== "none")
    throw badRequest('"tools" are not supported here; leave them out, or send "tool_choice": "none".', "unsupported");
  const format = fields.object("response_format")?.string("type");
  if (format !== undefined && format !== "text")
    throw badRequest(`"response_format" ${JSON.stringify(format)} is not supported here, only "text".`, "unsupported");
  const bias = fields.object("logit_bias");
  if (bias && !bias.isEmpty) throw badRequest('"logit_bias" is not supported here; leave it out.', "unsupported");
}

interface Thinking {
  mode: "on" | "off";
  /** Tokens; null for no limit. */
  budget: number | null;
  /** How a model that is not trained to think is asked to; "" for one that is. */
  instruction: string;
}

/**
 * Models trained to think do so unless they are told not to; others only when they are asked to. An effort brings its
 * budget and, for the others, the words that make them think; the bare switches change no message.
 */
function readThinking(fields: Fields, model: ModelInfo): Thinking {
  const { native } = model.thinking;
  const kwargs = fields.object("chat_template_kwargs");
  const effort = efforts[fields.choice("reasoning_effort", Object.keys(efforts)) ?? ""];
  const asked =
    fields.integer("reasoning_budget_tokens", -1, most) ?? fields.integer("thinking_budget_tokens", -1, most);
  const switched = kwargs?.boolean("enable_thinking") ?? kwargs?.boolean("thinking");
  const on =
    asked === 0 ? false : (switched ?? (effort === undefined ? native || asked !== undefined : effort !== "off"));
  if (!on) return { mode: "off", budget: null, instruction: "" };
  const plan = effort && planEffort({ task: "ask", question: "", code: [], effort, native });
  const budget = asked === undefined ? (plan?.budget ?? null) : asked < 0 ? null : asked;
  const instruction = native || !plan ? "" : thinkingText(templates[plan.template], budget, model.thinking);
  return { mode: "on", budget, instruction };
}

function chatPrompt(fields: Fields, thinking: Thinking | null, model: ModelInfo): GenerateParams["prompt"] {
  const { messages, partial }: Conversation = readMessages(fields.list("messages"));
  const mode = thinking?.mode ?? "off";
  if (partial) return { kind: "continue", messages, thinking: partial.thinking !== "" ? "on" : mode, partial };
  const instruction = model.thinking.native ? "" : (thinking?.instruction ?? "");
  return { kind: "chat", messages: instruction === "" ? messages : instruct(messages, instruction), thinking: mode };
}

/** At the end of the last question, so that all before it stays the prompt of the turn before. */
function instruct(messages: readonly ChatMessage[], instruction: string): ChatMessage[] {
  const last = messages.findLastIndex((message) => message.role === "user");
  return messages.map((message, i) =>
    i === last ? { ...message, content: `${message.content}\n\n${instruction}` } : message,
  );
}

function rawPrompt(fields: Fields): GenerateParams["prompt"] {
  const value = fields.raw("prompt");
  const text = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof text !== "string") throw badRequest('"prompt" has to be one string; token lists are not supported here.');
  return { kind: "raw", text };
}

/** -1 is llama-server's word for any seed. */
function readSeed(fields: Fields): number {
  const seed = fields.integer("seed", -1, Number.MAX_SAFE_INTEGER);
  return seed === undefined || seed === -1 ? randomInt(2 ** 31) : seed;
}

/** OpenAI's newer word, its older one, and llama-server's. */
const lengthMembers = ["max_completion_tokens", "max_tokens", "n_predict"];

function maxTokens(fields: Fields): number | undefined {
  const name = lengthMembers.find((member) => fields.raw(member) !== undefined);
  if (name === undefined) return undefined;
  const value = fields.integer(name, -1, most);
  if (value === 0) throw badRequest(`"${name}" has to be 1 or more.`);
  // llama-server's word for "as many as there is room for".
  return value === -1 ? undefined : value;
}

function readStop(fields: Fields): string[] {
  const value = fields.raw("stop");
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 16 || !list.every((stop) => typeof stop === "string" && stop.length <= 200))
    throw badRequest('"stop" has to be a string of at most 200 characters, or a list of at most 16 of them.');
  return (list as string[]).filter((stop) => stop !== "");
}
