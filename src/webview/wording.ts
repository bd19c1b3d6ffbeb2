/**
 * Every sentence about a turn's state, in one place: what is read on screen and what a screen reader announces.
 * Pure functions of the turn, so that wording is tested without a DOM.
 */
import type { AssistantTurn, Attachment, DownloadPhase, Effort } from "../common/panel.ts";
import type { ThinkingEnd, TokenOrigin } from "../common/segments.ts";
import { acceptanceRate, type GenerationStats, type LiveStats, speedUp } from "../common/stats.ts";
import { clock, count, factor, percent, rate, tokens } from "./format.ts";

/** A turn without its text. */
export type TurnHead = Omit<AssistantTurn, "thinking" | "answer">;

/** What the turn waits for before its first token; null once tokens flow or it has ended. */
export function waitingFor(turn: TurnHead): string | null {
  switch (turn.status) {
    case "queued":
      return turn.queuePosition > 0 ? `Waiting, ${count(turn.queuePosition)} ahead` : "Waiting for the engine";
    case "loading":
      return "Loading the model";
    case "prefill":
      return turn.prefill
        ? `Reading ${count(turn.prefill.processedTokens)} of ${tokens(turn.prefill.totalTokens)}`
        : "Reading the question";
    case "thinking":
    case "answering":
    case "done":
    case "stopped":
    case "failed":
      return null;
  }
}

/** The heading of the thought under way: "184 / 400 tokens · 6 s". */
export function thinkingProgress(live: LiveStats | null, thinkingMs: number): string {
  if (!live) return clock(thinkingMs);
  const amount =
    live.thinkingBudget === null
      ? tokens(live.thinkingTokens)
      : `${count(live.thinkingTokens)} / ${tokens(live.thinkingBudget)}`;
  return `${amount} · ${clock(thinkingMs)}`;
}

/** The heading of a finished thought: "Thought for 12 s · 240 tokens · ended by you". */
export function thoughtSummary(turn: TurnHead): string {
  const parts = [`Thought for ${clock(turn.thinkingMs)}`];
  const thinkingTokens = turn.stats?.thinkingTokens ?? turn.live?.thinkingTokens;
  if (thinkingTokens) parts.push(tokens(thinkingTokens));
  const reason = thinkingEndReason(turn.thinkingEnd);
  if (reason) parts.push(reason);
  return parts.join(" · ");
}

/** Why the thought ended, where that is worth a word; null when the model ended it itself. */
export function thinkingEndReason(end: ThinkingEnd): string | null {
  switch (end) {
    case "none":
    case "model":
      return null;
    case "budget":
      return "ended by the budget";
    case "answerNow":
      return "ended by you";
    case "earlyExit":
      return "ended early, the answer was settled";
    case "loop":
      return "ended, it repeated itself";
  }
}

/** How an ended turn ended, where that is not simply "done". */
export function endNotice(turn: TurnHead): string | null {
  if (turn.status === "stopped") return "Stopped. What was written so far is kept.";
  if (turn.status !== "done") return null;
  if (turn.stopReason === "length") return "Cut off at the token limit.";
  if (turn.stopReason === "contextFull") return "The context is full. Start a new chat to go on.";
  return null;
}

/** The footer: "41 tok/s", "2.1× from speculation", "62 % accepted", "240 thinking tokens". */
export function statsSummary(stats: GenerationStats): string[] {
  const parts = [`${rate(stats.tokensPerSecond)} tok/s`];
  const faster = speedUp(stats);
  const accepted = acceptanceRate(stats);
  if (faster !== null && accepted !== null) parts.push(`${factor(faster)} from speculation`);
  if (accepted !== null) parts.push(`${percent(accepted)} accepted`);
  if (stats.thinkingTokens > 0) parts.push(`${count(stats.thinkingTokens)} thinking tokens`);
  if (stats.thinkingTokensSaved > 0) parts.push(`about ${count(stats.thinkingTokensSaved)} saved`);
  return parts;
}

/** What a screen reader hears when a turn's status changes; null where silence is better. */
export function announcement(before: TurnHead | undefined, after: TurnHead): string | null {
  if (before?.status === after.status) return null;
  switch (after.status) {
    case "queued":
      return after.queuePosition > 0 ? `Waiting, ${after.queuePosition} ahead.` : null;
    case "loading":
      return "Loading the model.";
    case "prefill":
      return "Reading the question.";
    case "thinking":
      return "Thinking.";
    case "answering":
      return before?.status === "thinking" ? `${thoughtSummary(after)}. Answering.` : "Answering.";
    case "done":
      return `Answer ready. ${endNotice(after) ?? ""}`.trimEnd();
    case "stopped":
      return endNotice(after);
    case "failed":
      return after.error ? `${after.error.message} ${after.error.hint}`.trimEnd() : "The answer failed.";
  }
}

export function originLabel(origin: TokenOrigin): string {
  switch (origin) {
    case "target":
      return "Model itself";
    case "suffix":
      return "Suffix drafter";
    case "recycling":
      return "Recycling drafter";
    case "draft":
      return "Draft model";
  }
}

export function effortLabel(effort: Effort): string {
  switch (effort) {
    case "auto":
      return "Auto";
    case "off":
      return "No thinking";
    case "low":
      return "Low";
    case "medium":
      return "Medium";
    case "high":
      return "High";
    case "max":
      return "Maximum";
  }
}

export function downloadPhaseLabel(phase: DownloadPhase): string {
  switch (phase) {
    case "waiting":
      return "Waiting for another download of this model";
    case "connecting":
      return "Connecting";
    case "downloading":
      return "Downloading";
    case "joining":
      return "Putting the parts together";
    case "verifying":
      return "Checking the download";
    case "done":
      return "Done";
  }
}

/** "src/format.ts:12-40"; the last path segment is what matters in a narrow sidebar, the whole goes into the tooltip. */
export function attachmentName(attachment: Attachment): { short: string; full: string } {
  const lines =
    attachment.startLine === attachment.endLine
      ? `${attachment.startLine}`
      : `${attachment.startLine}-${attachment.endLine}`;
  const file = attachment.label.split(/[\\/]/).at(-1) ?? attachment.label;
  return { short: `${file}:${lines}`, full: `${attachment.label}:${lines}` };
}
