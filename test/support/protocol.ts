/** Whole values of the protocol and the panel, for tests that care about a few of their members. */
import type { AssistantTurn } from "../../src/common/panel.ts";
import type { ModelInfo } from "../../src/common/protocol.ts";
import type { GenerationStats, LiveStats } from "../../src/common/stats.ts";
import { newAssistantTurn } from "../../src/features/chat/conversation.ts";

/** A small embedded model that thinks when asked to. */
export function modelInfo(part: Partial<ModelInfo> = {}): ModelInfo {
  return {
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
    ...part,
  };
}

/** Of a generation that has said nothing yet. */
export function liveStats(part: Partial<LiveStats> = {}): LiveStats {
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

/** Of ten tokens decoded plainly in half a second. */
export function generationStats(part: Partial<GenerationStats> = {}): GenerationStats {
  return {
    promptTokens: 10,
    cachedTokens: 0,
    thinkingTokens: 0,
    answerTokens: 10,
    targetPasses: 10,
    sharedPasses: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    meanAcceptanceLength: 0,
    tokensPerPass: 1,
    queueMs: 0,
    prefillMs: 0,
    timeToFirstTokenMs: 0,
    decodeMs: 500,
    tokensPerSecond: 20,
    plainTokensPerSecond: 0,
    overheadMsPerPass: 0,
    thinkingMs: 0,
    otherThinkingTokens: 0,
    thinkingTokensSaved: 0,
    contextUsedTokens: 0,
    contextSize: 4_096,
    byDrafter: {},
    ...part,
  };
}

export function assistantTurn(part: Partial<AssistantTurn> = {}): AssistantTurn {
  return { ...newAssistantTurn("t1"), ...part };
}
