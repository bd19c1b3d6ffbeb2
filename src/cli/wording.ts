/** States and figures as people read them; pure. */
import type { ErrorData } from "../common/errors.ts";
import type { GenerationEvent, GenerationResult, ModelInfo } from "../common/protocol.ts";
import { acceptanceRate, type LiveStats, speedUp } from "../common/stats.ts";
import type { DownloadProgress } from "../models/download.ts";
import type { InstallProgress } from "../models/llamaServer/install.ts";
import { formatBytes, formatSeconds } from "../models/units.ts";
import { printable } from "./terminal/ansi.ts";

export function downloadLine(name: string, p: DownloadProgress): string {
  switch (p.phase) {
    case "waiting":
      return `${name}: another process is downloading it, waiting`;
    case "connecting":
      return p.source === "" ? `${name}: connecting` : `${name}: connecting to ${p.source}`;
    case "downloading": {
      const speed = p.bytesPerSecond > 0 ? ` · ${formatBytes(p.bytesPerSecond)}/s` : "";
      const left = p.secondsLeft === null ? "" : ` · ${formatSeconds(p.secondsLeft)} left`;
      return `${name}: ${formatBytes(p.receivedBytes)} of ${formatBytes(p.totalBytes)}${speed}${left} · ${p.source}`;
    }
    case "joining":
      return `${name}: joining the parts, ${percent(p.receivedBytes / p.totalBytes)}`;
    case "verifying":
      return `${name}: checking the SHA-256`;
    case "done":
      return `${name}: downloaded`;
  }
}

export function installLine({ step }: InstallProgress): string {
  switch (step) {
    case "waiting":
      return "llama-server: another process is building it, waiting";
    case "downloading":
      return "llama-server: downloading its source";
    case "verifying":
      return "llama-server: checking the SHA-256";
    case "unpacking":
      return "llama-server: unpacking";
    case "configuring":
      return "llama-server: looking at this machine's compiler";
    case "building":
      return "llama-server: building, which takes minutes";
  }
}

/** "Qwen2.5 Coder 1.5B, 1.12 GB, on cpu with 2 threads, context of 8192 tokens" */
export function modelLine(model: ModelInfo): string {
  const device = model.device === "cpu" ? `${count(model.threads.used, "thread")} of the processor` : model.device;
  const draft = model.draft ? `, draft model ${model.draft.id}` : "";
  // Of a model on a server the size is not known.
  const size = model.sizeBytes > 0 ? `, ${formatBytes(model.sizeBytes)}` : "";
  // Names are a file's or a server's own words.
  return printable(`${model.name || model.id}${size}${draft}, on ${device}, context of ${model.contextSize} tokens`);
}

/** What an event says about how far the generation is; null for text. */
export function progressLine(event: GenerationEvent): string | null {
  switch (event.type) {
    case "queue":
      return event.position > 0 ? `waiting, place ${event.position} in the queue` : "reading the prompt";
    case "prefill": {
      const cached = event.cachedTokens > 0 ? `, ${event.cachedTokens} of them known already` : "";
      return `reading the prompt, ${event.processedTokens} of ${event.totalTokens} tokens${cached}`;
    }
    case "thoughts":
      return liveLine(event.live, "thinking");
    case "tokens":
    case "thinkingEnd":
    case "notice":
      return null;
  }
}

export function liveLine(live: LiveStats, segment: "thinking" | "answer"): string {
  const parts =
    segment === "thinking" ? ["thinking", thinkingTokens(live)] : ["answering", `${live.answerTokens} tokens`];
  if (live.tokensPerSecond > 0) parts.push(`${live.tokensPerSecond.toFixed(1)} tok/s`);
  const accepted = acceptanceRate(live);
  if (accepted !== null) parts.push(`${percent(accepted)} of drafts accepted`);
  return parts.join(" · ");
}

function thinkingTokens(live: LiveStats): string {
  if (live.thoughts) return `${live.thoughts} thoughts, ${live.thinkingTokens} tokens`;
  return live.thinkingBudget === null
    ? `${live.thinkingTokens} tokens`
    : `${live.thinkingTokens} of at most ${live.thinkingBudget} tokens`;
}

/** The line under an answer: "41 tok/s · 2.1x from speculation · 62 % of drafts accepted · 180 thinking + 240 answer tokens" */
export function footerLine({ stats }: GenerationResult): string {
  const parts = [`${stats.tokensPerSecond.toFixed(stats.tokensPerSecond < 10 ? 1 : 0)} tok/s`];
  const gain = speedUp(stats);
  if (stats.draftedTokens > 0 && gain !== null) parts.push(`${gain.toFixed(1)}x from speculation`);
  const accepted = acceptanceRate(stats);
  if (accepted !== null) parts.push(`${percent(accepted)} of drafts accepted`);
  parts.push(
    stats.thinkingTokens > 0
      ? `${stats.thinkingTokens} thinking + ${stats.answerTokens} answer tokens`
      : `${count(stats.answerTokens, "token")}`,
  );
  if (stats.thinkingTokensSaved > 0) parts.push(`about ${stats.thinkingTokensSaved} thinking tokens saved`);
  if (stats.dampedTokens !== undefined) parts.push(`${count(stats.dampedTokens, "word")} of hesitation damped`);
  // It was stopped before there was one.
  if (stats.timeToFirstTokenMs > 0) parts.push(`first token after ${seconds(stats.timeToFirstTokenMs)}`);
  return parts.join(" · ");
}

/** Why it ended, where the user should know; null when it simply was complete. */
export function endLine(result: GenerationResult): string | null {
  switch (result.stopReason) {
    case "stop":
      return null;
    case "length":
      return "Cut off at --max-tokens; raise it for a longer answer.";
    case "contextFull":
      return `Cut off: the context of ${result.stats.contextSize} tokens is full. Send less code or raise --context.`;
    case "cancelled":
      return "Stopped.";
  }
}

export function thinkingEndLine(result: GenerationResult): string | null {
  switch (result.thinkingEnd) {
    case "budget":
      return `The thought was ended at its budget (${result.stats.thinkingTokens} tokens).`;
    case "loop":
      return "The thought was ended because it repeated itself.";
    case "earlyExit":
      if (result.stats.firstAnswer?.stands)
        return `No thought: the answer without one was likely enough (${percent(result.stats.firstAnswer.probability)}).`;
      return `The thought was ended early (${result.stats.thinkingTokens} tokens): the answer no longer changed.`;
    case "answerNow":
      return `The thought was ended as you asked (${result.stats.thinkingTokens} tokens).`;
    case "none":
    case "model":
      return null;
  }
}

/** An error in place of a result, or below what there was; it may quote a server or a file. */
export function errorText({ message, hint }: Pick<ErrorData, "message" | "hint">): string {
  return printable(`Error: ${message}\n${hint ? `${hint}\n` : ""}`);
}

export function percent(ratio: number): string {
  return `${Math.round(100 * ratio)} %`;
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
