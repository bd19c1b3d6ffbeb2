/** A generation's parameters as the body of a request: OpenAI's own members for every server, others where they are known. */

import type { ChatMessage, SamplingOptions, ThinkingMode } from "../../../common/prompt.ts";
import type { GenerateParams } from "../../../common/protocol.ts";
import { templateVariables } from "../../thinking/formats.ts";
import { effortWord } from "./reasoningEffort.ts";
import type { ServerInfo } from "./server.ts";
import { endingMessage } from "./thoughtEnding.ts";

export interface ChatRequest {
  messages: ChatMessage[];
  thinking: ThinkingMode;
  /** Thinking tokens; null for no limit. */
  budget: number | null;
  maxTokens: number;
}

export function chatBody(request: ChatRequest, params: GenerateParams, server: ServerInfo): object {
  const { messages, thinking, budget, maxTokens } = request;
  return { ...common(params, server, maxTokens), messages, ...thinkingMembers(thinking, budget, server) };
}

export function completionBody(text: string, params: GenerateParams, server: ServerInfo): object {
  return { ...common(params, server, params.maxTokens), prompt: text };
}

/**
 * What in a body makes the server go on where an interrupted answer stopped. Hunch's goes on with anything, vLLM and SGLang
 * with an answer; others are asked in words. A llama-server gets the prompt itself (renderedPrompt.ts).
 */
export function continued(
  messages: readonly ChatMessage[],
  { thinking, answer }: { thinking: string; answer: string },
  { make }: ServerInfo,
): object {
  const begun = { role: "assistant", content: answer };
  if (make === "hunch") return { messages: [...messages, { ...begun, reasoning_content: thinking }] };
  if (answer === "") return { messages: withNotes(messages, thinking) };
  if (make === "vllm" || make === "sglang")
    return { messages: [...messages, begun], add_generation_prompt: false, continue_final_message: true };
  const plea = "You were interrupted. Go on exactly where your text stops; repeat nothing of it.";
  return { messages: [...messages, begun, { role: "user", content: plea }] };
}

/** The question again with the thought as notes: how a thought is ended on a server that can not be told to. */
export function withNotes(messages: readonly ChatMessage[], thought: string): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  const notes = `My notes so far:\n\n${thought.trim()}\n\nWrite the complete answer now, from these notes, without thinking further.`;
  return messages.map((message, i) =>
    i === last ? { ...message, content: `${message.content}\n\n${notes}` } : message,
  );
}

function common(params: GenerateParams, server: ServerInfo, maxTokens: number): object {
  const { sampling } = params;
  return {
    model: server.model,
    stream: true,
    stream_options: { include_usage: true },
    seed: sampling.seed,
    ...(isOpenaiReasoner(server.model)
      ? { max_completion_tokens: maxTokens }
      : {
          max_tokens: maxTokens,
          temperature: sampling.temperature,
          ...(sampling.topP < 1 ? { top_p: sampling.topP } : {}),
        }),
    ...samplingMembers(sampling, server),
    ...(server.make === "llamacpp" || server.make === "hunch"
      ? { return_progress: true, timings_per_token: true }
      : {}),
  };
}

/** They know only the newer name of the limit, and refuse a temperature; most other servers know only the older name. */
function isOpenaiReasoner(model: string): boolean {
  return /^(o\d|gpt-5)/.test(model);
}

/** Members that OpenAI's API lacks; a strict server would refuse them. */
function samplingMembers({ topK, minP, repetitionPenalty }: SamplingOptions, { make }: ServerInfo): object {
  if (make === "other") return {};
  const penalty = make === "llamacpp" ? "repeat_penalty" : "repetition_penalty";
  return {
    ...(topK > 0 ? { top_k: topK } : {}),
    ...(minP > 0 ? { min_p: minP } : {}),
    ...(repetitionPenalty === 1 ? {} : { [penalty]: repetitionPenalty }),
  };
}

/** The server ends a thought at its budget by itself, mostly: a marker that is no token of its own escapes llama-server. */
export function keepsBudget({ make }: ServerInfo): boolean {
  return make === "llamacpp" || make === "hunch";
}

/** A thought can be ended by request, and with a sentence of ours; a version that can not does not look at the members. */
export function takesControl({ make }: ServerInfo): boolean {
  return make === "llamacpp";
}

function thinkingMembers(thinking: ThinkingMode, budget: number | null, server: ServerInfo): object {
  const { make, format } = server;
  if (make === "other") {
    const word = effortWord(thinking, budget, format);
    return word === null ? {} : { reasoning_effort: word };
  }
  const limited = thinking === "on" && budget !== null && keepsBudget(server);
  return {
    chat_template_kwargs: templateVariables(format, thinking, budget),
    // Its own reading of a template may take the whole output for a thought: ours is taken (renderedPrompt.ts).
    ...(make === "llamacpp" ? { reasoning_format: "none" } : {}),
    ...(limited ? { reasoning_budget_tokens: budget } : {}),
    ...(thinking === "on" && takesControl(server)
      ? { reasoning_budget_message: endingMessage, reasoning_control: true }
      : {}),
  };
}
