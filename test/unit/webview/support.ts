/** Turns and figures for the panel's unit tests: plain values that a test overrides where it cares. */
import type { AssistantTurn, PanelState } from "../../../src/common/panel.ts";
import type { GenerationStats, LiveStats } from "../../../src/common/stats.ts";
import type { TurnHead } from "../../../src/webview/wording.ts";

export function turn(part: Partial<AssistantTurn> = {}): AssistantTurn {
  return {
    role: "assistant",
    id: "t1",
    status: "answering",
    thinking: [],
    answer: [],
    thinkingEnd: "none",
    thinkingMs: 0,
    stopReason: null,
    queuePosition: 0,
    progress: null,
    prefill: null,
    live: null,
    stats: null,
    error: null,
    notices: [],
    canContinue: false,
    feedback: null,
    ...part,
  };
}

export function head(part: Partial<TurnHead> = {}): TurnHead {
  const { thinking: _thinking, answer: _answer, ...rest } = turn(part);
  return rest;
}

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
    contextSize: 8_192,
    ...part,
  };
}

export function stats(part: Partial<GenerationStats> = {}): GenerationStats {
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
    contextSize: 8_192,
    byDrafter: {},
    ...part,
  };
}

export function panelState(part: Partial<PanelState> = {}): PanelState {
  return {
    conversationId: "c1",
    title: "",
    turns: [],
    versions: {},
    engine: { state: "ready" },
    model: { id: "m", name: "Model", installed: true, info: null },
    models: [],
    download: { state: "none" },
    effort: "auto",
    showOrigins: false,
    thinkingCollapsed: false,
    selection: null,
    attachSelection: true,
    ...part,
  };
}
