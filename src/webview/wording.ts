/**
 * Every sentence about a turn's state, in one place: what is read on screen and what a screen reader announces.
 * Pure functions of the turn, so that wording is tested without a DOM.
 */
import { t } from "../common/l10n.ts";
import type { AssistantTurn, Attachment, DownloadPhase, Effort } from "../common/panel.ts";
import type { OtherThought } from "../common/protocol.ts";
import { type DrafterName, drafterNames, type ThinkingEnd, type TokenOrigin } from "../common/segments.ts";
import { acceptanceRate, type GenerationStats, type LiveStats, speedUp } from "../common/stats.ts";
import { fateText } from "../common/thoughtFates.ts";
import { clock, count, factor, percent, rate, tokens } from "./format.ts";

/** A turn without its text. */
export type TurnHead = Omit<AssistantTurn, "thinking" | "answer">;

/** What the turn waits for before its first token; null once tokens flow or it has ended. */
export function waitingFor(turn: TurnHead): string | null {
  switch (turn.status) {
    case "lookup":
      return t("Looking up what the code uses");
    case "queued":
      return turn.queuePosition > 0 ? t("Waiting, {0} ahead", count(turn.queuePosition)) : t("Waiting for the engine");
    case "loading":
      return t("Loading the model");
    case "prefill":
      return turn.prefill
        ? t("Reading {0} of {1}", count(turn.prefill.processedTokens), tokens(turn.prefill.totalTokens))
        : t("Reading the question");
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
  if (live.thoughts)
    return [t("{0} thoughts", count(live.thoughts)), tokens(live.thinkingTokens), clock(thinkingMs)].join(" · ");
  const amount =
    live.thinkingBudget === null
      ? tokens(live.thinkingTokens)
      : `${count(live.thinkingTokens)} / ${tokens(live.thinkingBudget)}`;
  return `${amount} · ${clock(thinkingMs)}`;
}

/** The heading of a finished thought: "Thought for 12 s · 240 tokens · ended by you". */
export function thoughtSummary(turn: TurnHead): string {
  const parts = [t("Thought for {0}", clock(turn.thinkingMs))];
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
      return t("ended by the budget");
    case "answerNow":
      return t("ended by you");
    case "earlyExit":
      return t("ended early, the answer was settled");
    case "loop":
      return t("ended, it repeated itself");
  }
}

/** The heading of the thoughts beside the one shown: "3 other thoughts · 2 came to the same". */
export function othersSummary(others: readonly OtherThought[]): string {
  const same = others.filter(({ fate }) => fate === "agrees").length;
  const parts = [others.length === 1 ? t("1 other thought") : t("{0} other thoughts", count(others.length))];
  if (same > 0) parts.push(t("{0} came to the same", count(same)));
  return parts.join(" · ");
}

/** The heading of one of them: "[1, 2] · 96 tokens · outvoted". */
export function otherSummary({ trial, tokens: length, fate }: OtherThought): string {
  return [trial ?? t("No short answer"), tokens(length), fateText(fate)].join(" · ");
}

/** How an ended turn ended, where that is not simply "done". */
export function endNotice(turn: TurnHead): string | null {
  if (turn.status === "stopped") return t("Stopped. What was written so far is kept.");
  if (turn.status !== "done") return null;
  if (turn.stopReason === "length") return t("Cut off at the token limit.");
  if (turn.stopReason === "contextFull") return t("The context is full. Start a new chat to go on.");
  return null;
}

/** The footer: "41 tok/s", "2.1× from speculation", "62 % accepted (suffix 290, recycling 21)", "240 thinking tokens". */
export function statsSummary(stats: GenerationStats): string[] {
  const parts = [t("{0} tok/s", rate(stats.tokensPerSecond))];
  const faster = speedUp(stats);
  const accepted = acceptanceRate(stats);
  if (faster !== null && accepted !== null) parts.push(t("{0} from speculation", factor(faster)));
  if (accepted !== null) parts.push(`${t("{0} accepted", percent(accepted))}${earners(stats)}`);
  const { thinkingTokens: thought, thinkingTokensSaved: saved } = stats;
  if (thought > 0) parts.push(t("{0} thinking tokens", count(thought)));
  if (stats.firstAnswer?.stands) parts.push(t("no thought, {0} likely", percent(stats.firstAnswer.probability)));
  if (saved > 0)
    parts.push(thought > 0 ? t("about {0} saved", count(saved)) : t("about {0} thinking tokens saved", count(saved)));
  return parts;
}

/** Whose guesses were accepted, and how many tokens of each: " (suffix 290, recycling 21)". */
function earners({ byDrafter }: GenerationStats): string {
  const earned = drafterNames.flatMap((name) => {
    const acceptedTokens = byDrafter[name]?.acceptedTokens ?? 0;
    return acceptedTokens > 0 ? [`${shortName(name)} ${count(acceptedTokens)}`] : [];
  });
  return earned.length > 0 ? ` (${earned.join(", ")})` : "";
}

function shortName(drafter: DrafterName): string {
  switch (drafter) {
    case "suffix":
      return t("suffix");
    case "recycling":
      return t("recycling");
    case "draft":
      return t("draft model");
  }
}

/** What a screen reader hears when a turn's status changes; null where silence is better. */
export function announcement(before: TurnHead | undefined, after: TurnHead): string | null {
  if (before?.status === after.status) return null;
  switch (after.status) {
    case "lookup":
      return null;
    case "queued":
      return after.queuePosition > 0 ? t("Waiting, {0} ahead.", after.queuePosition) : null;
    case "loading":
      return t("Loading the model.");
    case "prefill":
      return t("Reading the question.");
    case "thinking":
      return t("Thinking.");
    case "answering":
      return before?.status === "thinking" ? t("{0}. Answering.", thoughtSummary(after)) : t("Answering.");
    case "done":
      return `${t("Answer ready.")} ${endNotice(after) ?? ""}`.trimEnd();
    case "stopped":
      return endNotice(after);
    case "failed":
      return after.error ? `${after.error.message} ${after.error.hint}`.trimEnd() : t("The answer failed.");
  }
}

export function originLabel(origin: TokenOrigin): string {
  switch (origin) {
    case "target":
      return t("Model itself");
    case "suffix":
      return t("Suffix drafter");
    case "recycling":
      return t("Recycling drafter");
    case "draft":
      return t("Draft model");
  }
}

export function effortLabel(effort: Effort): string {
  switch (effort) {
    case "auto":
      return t("Auto");
    case "off":
      return t("No thinking");
    case "low":
      return t("Low");
    case "medium":
      return t("Medium");
    case "high":
      return t("High");
    case "max":
      return t("Maximum");
  }
}

export function downloadPhaseLabel(phase: DownloadPhase): string {
  switch (phase) {
    case "waiting":
      return t("Waiting for another download of this model");
    case "connecting":
      return t("Connecting");
    case "downloading":
      return t("Downloading");
    case "joining":
      return t("Putting the parts together");
    case "verifying":
      return t("Checking the download");
    case "done":
      return t("Done");
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

/** What chips beside each other say: the short name, or the whole one where files of two folders have the same. */
export function chipTexts(names: readonly { short: string; full: string }[]): string[] {
  const file = (name: string) => name.replace(/:[\d-]+$/, "");
  return names.map(({ short, full }) => {
    const alike = names.filter((other) => file(other.short) === file(short));
    return alike.some((other) => file(other.full) !== file(full)) ? full : short;
  });
}
