/**
 * What an inline explanation shows, from its conversation: markdown a turn, one line for a thought, one for the
 * figures. Pure; `explanation.ts` puts it into the editor.
 */

import type { ThreadState } from "../../common/commands.ts";
import { decimal, t } from "../../common/l10n.ts";
import { type AssistantTurn, runsText, type Turn, type UserTurn } from "../../common/panel.ts";
import { acceptanceRate, type GenerationStats, speedUp } from "../../common/stats.ts";
import { type Conversation, isRunning } from "../chat/conversation.ts";
import { closeFence, escapeMarkdown, withoutImages } from "./markdown.ts";
import { mathAsCode } from "./mathCode.ts";

export interface RenderedComment {
  author: "you" | "hunch";
  markdown: string;
}

export interface RenderedThread {
  state: ThreadState;
  canReply: boolean;
  comments: RenderedComment[];
}

/** What the conversation itself does not know. */
export interface ThreadFacts {
  /** The code was edited since it was explained. */
  stale: boolean;
  /** The first answer is one that was given before for the same code. */
  kept: boolean;
}

/** Characters of the thought's end that are shown while it grows. */
const thoughtTailLength = 80;

export function renderThread(conversation: Conversation, facts: ThreadFacts): RenderedThread {
  const [, ...shown] = conversation.turns;
  const last = shown.findLast((turn) => turn.role === "assistant");
  const at = last ? threadState(last) : "waiting";
  const state = at === "done" && facts.stale ? "stale" : at;
  // The first question is the command itself: the code under the thread says it better.
  const comments = shown.map(renderTurn);
  const [first] = comments;
  if (first) first.markdown = [...factLines(facts), first.markdown].join("\n\n");
  return { state, canReply: !isWorking(state), comments };
}

function isWorking(state: ThreadState): boolean {
  return state === "waiting" || state === "thinking" || state === "answering";
}

function factLines({ stale, kept }: ThreadFacts): string[] {
  return [
    ...(stale ? [`⚠ _${t("The code was changed since. **Explain Again** looks at it anew.")}_`] : []),
    ...(kept ? [`_${t("Kept from an earlier answer about this very code.")}_`] : []),
  ];
}

function threadState(turn: AssistantTurn): ThreadState {
  switch (turn.status) {
    case "lookup":
    case "queued":
    case "loading":
    case "prefill":
      return "waiting";
    case "thinking":
    case "answering":
      return turn.status;
    case "done":
    case "stopped":
    case "failed":
      return turn.canContinue ? "interrupted" : "done";
  }
}

function renderTurn(turn: Turn): RenderedComment {
  return turn.role === "user"
    ? { author: "you", markdown: renderQuestion(turn) }
    : { author: "hunch", markdown: renderAnswer(turn) };
}

function renderQuestion(turn: UserTurn): string {
  return escapeMarkdown(turn.text).replaceAll("\n", "  \n");
}

function renderAnswer(turn: AssistantTurn): string {
  const answer = closeFence(withoutImages(mathAsCode(runsText(turn.answer))));
  const parts = [thoughtLine(turn), statusLine(turn), answer, ...noticeLines(turn), errorLines(turn), statsLine(turn)];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** One line for the whole thought: what it is at while it grows, what it took once it is over. */
function thoughtLine(turn: AssistantTurn): string {
  const tokens = turn.stats?.thinkingTokens ?? turn.live?.thinkingTokens ?? 0;
  if (turn.status === "thinking") {
    const text = runsText(turn.thinking.slice(-thoughtTailLength)).replace(/\s+/g, " ").trim();
    const tail = text.length > thoughtTailLength ? `…${text.slice(-thoughtTailLength)}` : text;
    return `_${t("Thinking")} · ${tokenCount(tokens)} · ${seconds(turn.thinkingMs)}_ — ${escapeMarkdown(tail)}`;
  }
  return turn.thinking.length > 0
    ? `_${t("Thought for {0}", seconds(turn.thinkingMs))} · ${tokenCount(tokens)}${endNote(turn)}_`
    : "";
}

function endNote(turn: AssistantTurn): string {
  switch (turn.thinkingEnd) {
    case "none":
    case "model":
      return "";
    case "budget":
      return ` · ${t("ended by the budget")}`;
    case "answerNow":
      return ` · ${t("ended by you")}`;
    case "earlyExit":
      return ` · ${t("ended early, the answer was settled")}`;
    case "loop":
      return ` · ${t("ended, it repeated itself")}`;
  }
}

function statusLine(turn: AssistantTurn): string {
  switch (turn.status) {
    case "lookup":
      return `_${t("Looking up what the code uses…")}_`;
    case "queued":
      return `_${waitingFor(Math.max(turn.queuePosition, 1))}_`;
    case "loading":
      return `_${t("Loading the model…")}${turn.progress === null ? "" : ` ${percent(turn.progress)}`}_`;
    case "prefill":
      return turn.prefill
        ? `_${t("Reading {0} of {1}…", turn.prefill.processedTokens, tokenCount(turn.prefill.totalTokens))}_`
        : `_${t("Reading…")}_`;
    case "stopped":
      // The figures say it too, where there are any.
      return turn.stats ? "" : `_${t("Stopped.")}_`;
    case "thinking":
    case "answering":
    case "done":
    case "failed":
      return "";
  }
}

function noticeLines(turn: AssistantTurn): string[] {
  return turn.notices.map((notice) => `ℹ ${escapeMarkdown(notice.message)}`);
}

function errorLines(turn: AssistantTurn): string {
  if (!turn.error) return "";
  return `⚠ **${escapeMarkdown(turn.error.message)}** ${escapeMarkdown(turn.error.hint)}`.trimEnd();
}

function statsLine(turn: AssistantTurn): string {
  if (!turn.stats || isRunning(turn.status)) return "";
  const figures = [...endFigures(turn), ...speedFigures(turn.stats)];
  return figures.length > 0 ? `_${figures.join(" · ")}_` : "";
}

function endFigures(turn: AssistantTurn): string[] {
  switch (turn.stopReason) {
    case "length":
      return [t("cut off at the token limit")];
    case "contextFull":
      return [t("cut off: the context is full")];
    case "cancelled":
      return [t("stopped")];
    case "stop":
    case null:
      return [];
  }
}

function speedFigures(stats: GenerationStats): string[] {
  const figures = stats.answerTokens > 0 ? [tokenCount(stats.answerTokens)] : [];
  if (stats.tokensPerSecond > 0) figures.push(t("{0} tokens/s", decimal(stats.tokensPerSecond, 0)));
  const times = speedUp(stats);
  if (times !== null && stats.draftedTokens > 0) figures.push(t("{0}× by speculation", decimal(times, 1)));
  const accepted = acceptanceRate(stats);
  if (accepted !== null) figures.push(t("{0} of drafts accepted", percent(accepted)));
  return figures;
}

function tokenCount(number: number): string {
  return number === 1 ? t("{0} token", number) : t("{0} tokens", number);
}

function waitingFor(others: number): string {
  return others === 1 ? t("Waiting for another question…") : t("Waiting for {0} other questions…", others);
}

function seconds(ms: number): string {
  return `${decimal(ms / 1_000, ms < 10_000 ? 1 : 0)} s`;
}

function percent(ratio: number): string {
  return `${Math.round(100 * ratio)} %`;
}
