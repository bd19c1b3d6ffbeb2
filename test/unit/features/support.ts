/** Pieces of the protocol for tests of the features. */
import type { GeneratedToken, GenerationEvent, GenerationResult, ModelInfo } from "../../../src/common/protocol.ts";
import type { Segment } from "../../../src/common/segments.ts";
import type { GenerationStats, LiveStats } from "../../../src/common/stats.ts";
import { generationStats, liveStats, modelInfo } from "../../support/protocol.ts";

export { liveStats as live } from "../../support/protocol.ts";

export function token(text: string, segment: Segment, part: Partial<GeneratedToken> = {}): GeneratedToken {
  return { id: 1, text, segment, origin: "target", ...part };
}

export function tokens(segment: Segment, texts: string[], part: Partial<LiveStats> = {}): GenerationEvent {
  return { type: "tokens", tokens: texts.map((text) => token(text, segment)), live: liveStats(part) };
}

export function stats(part: Partial<GenerationStats> = {}): GenerationStats {
  return generationStats({
    promptTokens: 100,
    thinkingTokens: 12,
    answerTokens: 34,
    targetPasses: 30,
    prefillMs: 10,
    timeToFirstTokenMs: 20,
    decodeMs: 1_000,
    tokensPerSecond: 41,
    plainTokensPerSecond: 20.5,
    overheadMsPerPass: 0.1,
    thinkingMs: 1_500,
    contextUsedTokens: 146,
    ...part,
  });
}

export const model: ModelInfo = modelInfo();

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
