/** A model's description and an engine that answers by a script, for the runner's tests. */
import type { GenerateParams, GenerationResult, ModelInfo } from "../../../src/common/protocol.ts";
import type { RunRecord } from "../../../src/evaluation/runner.ts";
import { generationStats, modelInfo } from "../../support/protocol.ts";

export const model: ModelInfo = modelInfo({
  id: "toy",
  name: "Toy",
  sha256: "0".repeat(64),
  contextSize: 2_048,
  lanes: 4,
  thoughts: 4,
});

export function result(
  answer: string,
  o: Partial<{ thinkingTokens: number; cancelled: boolean }> = {},
): GenerationResult {
  return {
    thinking: "",
    answer,
    stopReason: o.cancelled ? "cancelled" : "stop",
    thinkingEnd: "model",
    stats: generationStats({
      thinkingTokens: o.thinkingTokens ?? 0,
      answerTokens: 1,
      targetPasses: 1,
      prefillMs: 1_000,
      timeToFirstTokenMs: 1_000,
      decodeMs: 1_000,
      tokensPerSecond: 1,
      contextUsedTokens: 10,
    }),
    model,
    threads: 1,
    seed: 0,
  };
}

export function userText({ prompt }: GenerateParams): string {
  return prompt.kind === "raw" ? prompt.text : (prompt.messages.at(-1)?.content ?? "");
}

export function record(item: string, arm: string, o: Partial<RunRecord> = {}): RunRecord {
  return {
    item,
    arm,
    fingerprint: "",
    right: false,
    thinkingTokens: 0,
    answerTokens: 5,
    timeToAnswerMs: 1_000,
    targetPasses: 5,
    thinkingEnd: "model",
    stopReason: "stop",
    thinking: "",
    answer: "x",
    ...o,
  };
}
