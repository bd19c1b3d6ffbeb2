/** A model, events and a result as an engine would give them. */
import type { GenerationEvent, GenerationResult, ModelInfo } from "../../../src/common/protocol.ts";
import type { Segment } from "../../../src/common/segments.ts";
import type { LiveStats } from "../../../src/common/stats.ts";
import { modelInfo } from "../../support/protocol.ts";

export const model: ModelInfo = modelInfo({
  id: "tiny",
  path: "/models/tiny.gguf",
  sha256: "0".repeat(64),
  name: "Tiny",
  sizeBytes: 98_362_432,
  contextSize: 2_048,
  threads: { free: 2, used: 2 },
  thinking: { family: "elicited", native: false, canDisable: true, instructions: "user" },
  loadMs: 10,
});

export const live: LiveStats = {
  thinkingTokens: 132,
  answerTokens: 0,
  thinkingBudget: 192,
  elapsedMs: 1000,
  tokensPerSecond: 24.06,
  draftedTokens: 100,
  acceptedTokens: 61,
  contextUsedTokens: 200,
  contextSize: 2048,
};

export const result: GenerationResult = {
  thinking: "hm",
  answer: "Yes.",
  stopReason: "stop",
  thinkingEnd: "model",
  model,
  threads: 2,
  seed: 7,
  stats: {
    promptTokens: 50,
    cachedTokens: 0,
    thinkingTokens: 180,
    answerTokens: 240,
    targetPasses: 200,
    sharedPasses: 0,
    draftedTokens: 400,
    acceptedTokens: 248,
    meanAcceptanceLength: 2.2,
    tokensPerPass: 2.1,
    queueMs: 0,
    prefillMs: 500,
    timeToFirstTokenMs: 1234,
    decodeMs: 10_000,
    tokensPerSecond: 41.2,
    plainTokensPerSecond: 19.6,
    overheadMsPerPass: 0.2,
    thinkingMs: 4000,
    otherThinkingTokens: 0,
    thinkingTokensSaved: 0,
    thinkingBudget: 400,
    costCurve: [
      { size: 1, ms: 51.02, passes: 80 },
      { size: 4, ms: 88.7, passes: 120 },
    ],
    exactness: { exactSizes: [1, 2, 3], lengths: [200, 300, 600], maxDifference: { "2": 0, "3": 0, "4": 0.27 } },
    contextUsedTokens: 470,
    contextSize: 2048,
    byDrafter: {
      suffix: { rounds: 9, draftedTokens: 400, acceptedTokens: 248, draftMs: 1, acceptedPerPosition: [9, 8] },
    },
  },
};

export function tokens(segment: Segment, ...texts: string[]): GenerationEvent {
  return { type: "tokens", live, tokens: texts.map((text, id) => ({ id, text, segment, origin: "target" })) };
}
