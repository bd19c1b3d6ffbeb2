/** What a backend of a server is loaded with and asked, where the test is about something else. */

import type { Prompt } from "../../../../../src/common/prompt.ts";
import type { GenerateParams, LoadParams } from "../../../../../src/common/protocol.ts";

export function loadParams(id: string, path: string): LoadParams {
  return {
    target: { id, path },
    draft: null,
    contextSize: "auto",
    kvType: "auto",
    threads: "auto",
    gpu: "off",
    strict: false,
  };
}

export function why(thinking: Extract<Prompt, { kind: "chat" }>["thinking"]): GenerateParams {
  return {
    generationId: "g",
    conversationId: "c",
    prompt: { kind: "chat", messages: [{ role: "user", content: "Why?" }], thinking },
    sampling: { temperature: 0, topK: 40, topP: 0.9, minP: 0, repetitionPenalty: 1, seed: 3 },
    maxTokens: 500,
    controls: { budget: null, loopGuard: false, earlyExit: "off" },
    speculation: "auto",
    onContextFull: "stop",
  };
}
