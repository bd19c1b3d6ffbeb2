/** What a generation is asked: the prompt, and how its tokens are sampled. Part of the protocol. */

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface SamplingOptions {
  /** 0 = greedy. */
  temperature: number;
  /** 0 = off (then the 256 likeliest tokens are considered). */
  topK: number;
  topP: number;
  minP: number;
  /** 1 = off; applied to the last 64 tokens. */
  repetitionPenalty: number;
  seed: number;
}

/** `on`: the model's own way of thinking, or elicited where it has none. */
export type ThinkingMode = "on" | "off";

export type Prompt =
  /**
   * `opening`: first characters of the thought, written for the model where the prompt opens its thought; without thinking,
   * of the answer. Only where the engine's own process runs the model.
   */
  | { kind: "chat"; messages: ChatMessage[]; thinking: ThinkingMode; opening?: string }
  /** Sent as it is, without the chat format. */
  | { kind: "raw"; text: string }
  /** Goes on where an interrupted answer stopped: the same messages and what had been generated. */
  | {
      kind: "continue";
      messages: ChatMessage[];
      thinking: ThinkingMode;
      partial: { thinking: string; answer: string };
    };
