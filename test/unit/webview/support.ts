/** Turns and figures for the panel's unit tests: plain values that a test overrides where it cares. */
import type { AssistantTurn, PanelState } from "../../../src/common/panel.ts";
import type { GenerationStats, LiveStats } from "../../../src/common/stats.ts";
import type { TurnHead } from "../../../src/webview/wording.ts";
import { assistantTurn, generationStats, liveStats } from "../../support/protocol.ts";

export function turn(part: Partial<AssistantTurn> = {}): AssistantTurn {
  return assistantTurn({ status: "answering", ...part });
}

export function head(part: Partial<TurnHead> = {}): TurnHead {
  const { thinking: _thinking, answer: _answer, ...rest } = turn(part);
  return rest;
}

export function live(part: Partial<LiveStats> = {}): LiveStats {
  return liveStats({ contextSize: 8_192, ...part });
}

export function stats(part: Partial<GenerationStats> = {}): GenerationStats {
  return generationStats({ contextSize: 8_192, ...part });
}

export function panelState(part: Partial<PanelState> = {}): PanelState {
  return {
    conversationId: "c1",
    title: "",
    turns: [],
    versions: {},
    engine: { state: "ready" },
    model: { id: "m", name: "Model", installed: true, sentTo: "", info: null },
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
