/** What the status bar says, from what the engine and the sessions are at. Pure. */
import { decimal, t } from "../../common/l10n.ts";
import type { AssistantTurn, DownloadState, EngineHealth } from "../../common/panel.ts";
import type { ModelInfo } from "../../common/protocol.ts";
import { type GenerationStats, speedUp } from "../../common/stats.ts";

export interface StatusFacts {
  engine: EngineHealth;
  /** The turn that is answered now. */
  running: AssistantTurn | null;
  /** It goes on when nobody types. */
  waitsForTyping: boolean;
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

function headline({ engine, running, waitsForTyping, download }: StatusFacts): Headline {
  const calm = (icon: string, state: string): Headline => ({ icon, state, severity: "normal" });
  switch (engine.state) {
    case "failed":
      return { icon: "error", state: t("engine failed"), severity: "error" };
    case "restarting":
      return { icon: "warning", state: t("engine restarting"), severity: "warning" };
    case "starting":
      return calm("loading~spin", t("starting"));
    case "waiting":
      return calm("loading~spin", t("waiting"));
    case "loading":
      return calm("loading~spin", t("loading {0}", percent(engine.progress)));
    case "busy":
      // Nothing that turns: it would be drawn anew beside the one who types.
      if (waitsForTyping) return calm("debug-pause", t("waits while you type"));
      return calm("loading~spin", running ? doing(running) : t("busy"));
    case "off":
    case "ready":
      return download.state === "running"
        ? calm("cloud-download", t("downloading {0}", downloaded(download)).trimEnd())
        : calm("chip", "");
  }
}

function doing(turn: AssistantTurn): string {
  switch (turn.status) {
    case "lookup":
      return t("looking");
    case "queued":
      return t("waiting");
    case "loading":
      return t("loading");
    case "prefill":
      return turn.progress === null ? t("reading") : t("reading {0}", percent(turn.progress));
    case "thinking":
      return t("thinking…");
    case "answering":
      return t("answering…");
    case "done":
    case "stopped":
    case "failed":
      return t("busy");
  }
}

function downloaded(download: DownloadState & { state: "running" }): string {
  return download.totalBytes > 0 ? percent(download.receivedBytes / download.totalBytes) : "";
}

function details({ engine, modelName, model, stats }: StatusFacts): string[] {
  const lines = [t("Model: {0}", model?.name ?? modelName)];
  if (engine.state === "failed") lines.push(engine.error.message, engine.error.hint);
  if (engine.state === "restarting") lines.push(t("Restart {0}: {1}", engine.attempt, engine.reason));
  if (engine.state === "off") lines.push(t("Engine: not started; the first question starts it"));
  if (model) {
    const { backend, device, gpuLayers, threads, contextSize } = model;
    const onGpu = backend === "embedded" && device !== "cpu";
    lines.push(
      onGpu
        ? t("Device: {0}, {1} layers", device, gpuLayers)
        : t("Device: {0}", device === "cpu" ? t("processor") : device),
      // A server's are out of sight.
      backend === "openai" ? "" : t("Threads: {0} of {1} free", threads.used, threads.free),
      t("Context: {0} tokens", contextSize),
    );
    if (model.exactSizes)
      lines.push(t("Passes that equal plain decoding bit by bit: {0} tokens", model.exactSizes.join(", ")));
    if (model.backendReason) lines.push(t("Chosen because {0}", model.backendReason));
    if (model.draft) lines.push(t("Draft model: {0}", model.draft.id));
  }
  if (stats && stats.tokensPerSecond > 0) {
    const times = speedUp(stats);
    const gain = times !== null && stats.draftedTokens > 0 ? `, ${t("{0}× by speculation", decimal(times, 1))}` : "";
    lines.push(t("Last answer: {0} tokens/s{1}", decimal(stats.tokensPerSecond, 1), gain));
  }
  return lines.filter((line) => line !== "");
}

function percent(ratio: number): string {
  return `${Math.round(100 * ratio)} %`;
}
