/** Pieces of the protocol for tests of the features. */
import type { GeneratedToken, GenerationEvent, GenerationResult, ModelInfo } from "../../../src/common/protocol.ts";
import type { Segment } from "../../../src/common/segments.ts";
import type { GenerationStats, LiveStats } from "../../../src/common/stats.ts";

export function live(part: Partial<LiveStats> = {}): LiveStats {
  return {
    thinkingTokens: 0,
    answerTokens: 0,
    thinkingBudget: null,
    elapsedMs: 0,
    tokensPerSecond: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    contextUsedTokens: 0,
    contextSize: 4_096,
    ...part,
  };
}

export function token(text: string, segment: Segment, part: Partial<GeneratedToken> = {}): GeneratedToken {
  return { id: 1, text, segment, origin: "target", ...part };
}

export function tokens(segment: Segment, texts: string[], part: Partial<LiveStats> = {}): GenerationEvent {
  return { type: "tokens", tokens: texts.map((text) => token(text, segment)), live: live(part) };
}

export function stats(part: Partial<GenerationStats> = {}): GenerationStats {
  return {
    promptTokens: 100,
    cachedTokens: 0,
    thinkingTokens: 12,
    answerTokens: 34,
    targetPasses: 30,
    sharedPasses: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    meanAcceptanceLength: 0,
    tokensPerPass: 1,
    queueMs: 0,
    prefillMs: 10,
    timeToFirstTokenMs: 20,
    decodeMs: 1_000,
    tokensPerSecond: 41,
    plainTokensPerSecond: 20.5,
    overheadMsPerPass: 0.1,
    thinkingMs: 1_500,
    otherThinkingTokens: 0,
    thinkingTokensSaved: 0,
    contextUsedTokens: 146,
    contextSize: 4_096,
    byDrafter: {},
    ...part,
  };
}

export const model: ModelInfo = {
  id: "test",
  path: "/models/test.gguf",
  sha256: null,
  name: "Test Model",
  architecture: "llama",
  sizeBytes: 1_000,
  contextSize: 4_096,
  lanes: 1,
  trainContextSize: 8_192,
  vocabularySize: 100,
  backend: "embedded",
  device: "cpu",
  gpuLayers: 0,
  kvType: "f16",
  flashAttention: false,
  threads: { free: 2, used: 1 },
  thinking: { family: "elicited", native: false, canDisable: true, instructions: "system" },
  draft: null,
  notices: [],
  loadMs: 5,
};

export function result(part: Partial<GenerationResult> = {}): GenerationResult {
  return {
    thinking: "",
    answer: "",
    stopReason: "stop",
    thinkingEnd: "model",
    stats: stats(),
    model,
    threads: 1,
    seed: 1,
    ...part,
  };
}
