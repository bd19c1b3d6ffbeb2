/** What other extensions send to a language model, as a request to the engine. Pure: parts are told by their shape. */

import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { ChatMessage, SamplingOptions } from "../../common/prompt.ts";
import type { GenerateParams, ModelInfo } from "../../common/protocol.ts";

/** As VS Code's LanguageModelChatMessageRole. */
const assistantRole = 2;

export interface SentMessage {
  role: number;
  content: readonly unknown[];
}

/** The system role has no number of its own in VS Code's API: extensions put such text into the first user message. */
export function toMessages(messages: readonly SentMessage[]): ChatMessage[] {
  return messages.map(({ role, content }) => ({
    role: role === assistantRole ? "assistant" : "user",
    content: textOf({ content }),
  }));
}

/** Throws usage for parts that are no text: the models see text only, and leaving a part out would go unnoticed. */
export function textOf({ content }: Pick<SentMessage, "content">): string {
  return content.map(partText).join("");
}

function partText(part: unknown): string {
  if (typeof part === "string") return part;
  const { value, content, data, mimeType } = part as Record<string, unknown>;
  if (typeof value === "string") return value;
  // The result of a tool that was called before, for another model.
  if (Array.isArray(content)) return content.map(partText).join("");
  if (data instanceof Uint8Array && typeof mimeType === "string" && /^text\/|json$/.test(mimeType))
    return new TextDecoder().decode(data);
  throw new HunchError("usage", t("Hunch's models take text only, no pictures and no tool calls."), {
    hint: t("Choose another model for this chat, or leave out what is no text."),
  });
}

export interface RequestFacts {
  messages: ChatMessage[];
  model: ModelInfo;
  /** Options of the caller by name, as OpenAI and VS Code spell them; odd values count as left out. */
  options: Readonly<Record<string, unknown>>;
  seed: number;
  generationId: string;
}

/** Room for an answer when the caller names none (tokens). */
export const defaultAnswerTokens = 2_048;
/** Answers of one chat have the same beginning, whose KV cache is used again. */
const conversationId = "languageModel";

/** A request without a thought, unless the model can not be kept from one: callers wait for the answer alone. */
export function toParams({ messages, model, options, seed, generationId }: RequestFacts): GenerateParams {
  const number = (...names: string[]) => {
    const value = names.map((name) => options[name]).find((candidate) => typeof candidate === "number");
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  };
  const sampling: SamplingOptions = {
    temperature: Math.max(0, number("temperature") ?? 0),
    topK: Math.max(0, Math.round(number("topK", "top_k") ?? 0)),
    topP: number("topP", "top_p") ?? 1,
    minP: 0,
    repetitionPenalty: 1,
    seed,
  };
  return {
    generationId,
    conversationId,
    prompt: { kind: "chat", messages, thinking: model.thinking.canDisable ? "off" : "on" },
    sampling,
    maxTokens: Math.max(1, Math.round(number("maxTokens", "max_tokens") ?? defaultAnswerTokens)),
    controls: { budget: null, loopGuard: true, earlyExit: "off" },
    speculation: "auto",
    onContextFull: "stop",
  };
}
