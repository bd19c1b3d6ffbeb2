/** What the status bar says, from what the engine and the sessions are at. Pure. */
import type { AssistantTurn, DownloadState, EngineHealth } from "../../common/panel.ts";
import type { ModelInfo } from "../../common/protocol.ts";
import { type GenerationStats, speedUp } from "../../common/stats.ts";

export interface StatusFacts {
  engine: EngineHealth;
  /** The turn that is answered now. */
  running: AssistantTurn | null;
  download: DownloadState;
  modelName: string;
  model: ModelInfo | null;
  /** Of the last generation. */
  stats: GenerationStats | null;
}

export interface StatusText {
  /** With theme icons. */
  text: string;
  /** For a screen reader. */
  label: string;
  severity: "normal" | "warning" | "error";
  /** Lines of the tooltip. */
  details: string[];
}

export function statusText(facts: StatusFacts): StatusText {
  const { icon, state, severity } = headline(facts);
  return {
    text: state === "" ? `$(${icon}) Hunch` : `$(${icon}) Hunch: ${state}`,
    label: state === "" ? "Hunch" : `Hunch: ${state}`,
    severity,
    details: details(facts),
  };
}

interface Headline {
  icon: string;
  state: string;
  severity: StatusText["severity"];
}

function headline({ engine, running, download }: StatusFacts): Headline {
  const calm = (icon: string, state: string): Headline => ({ icon, state, severity: "normal" });
  switch (engine.state) {
    case "failed":
      return { icon: "error", state: "engine failed", severity: "error" };
    case "restarting":
      return { icon: "warning", state: "engine restarting", severity: "warning" };
    case "starting":
      return calm("loading~spin", "starting");
    case "loading":
      return calm("loading~spin", `loading ${percent(engine.progress)}`);
    case "busy":
      return calm("loading~spin", running ? doing(running) : "busy");
    case "off":
    case "ready":
      return download.state === "running"
        ? calm("cloud-download", `downloading ${downloaded(download)}`.trimEnd())
        : calm("chip", "");
  }
}

function doing(turn: AssistantTurn): string {
  switch (turn.status) {
    case "queued":
      return "waiting";
    case "loading":
      return "loading";
    case "prefill":
      return turn.progress === null ? "reading" : `reading ${percent(turn.progress)}`;
    case "thinking":
      return "thinking…";
    case "answering":
      return "answering…";
    case "done":
    case "stopped":
    case "failed":
      return "busy";
  }
}

function downloaded(download: DownloadState & { state: "running" }): string {
  return download.totalBytes > 0 ? percent(download.receivedBytes / download.totalBytes) : "";
}

function details({ engine, modelName, model, stats }: StatusFacts): string[] {
  const lines = [`Model: ${model?.name ?? modelName}`];
  if (engine.state === "failed") lines.push(engine.error.message, engine.error.hint);
  if (engine.state === "restarting") lines.push(`Restart ${engine.attempt}: ${engine.reason}`);
  if (engine.state === "off") lines.push("Engine: not started; the first question starts it");
  if (model) {
    lines.push(
      `Device: ${model.device === "cpu" ? "processor" : model.device}`,
      `Threads: ${model.threads.used} of ${model.threads.free} free`,
      `Context: ${model.contextSize} tokens`,
    );
    if (model.draft) lines.push(`Draft model: ${model.draft.id}`);
  }
  if (stats && stats.tokensPerSecond > 0) {
    const times = speedUp(stats);
    const gain = times !== null && stats.draftedTokens > 0 ? `, ${times.toFixed(1)}× by speculation` : "";
    lines.push(`Last answer: ${stats.tokensPerSecond.toFixed(1)} tokens/s${gain}`);
  }
  return lines.filter((line) => line !== "");
}

function percent(ratio: number): string {
  return `${Math.round(100 * ratio)} %`;
}
