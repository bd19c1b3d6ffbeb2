/**
 * The state of one conversation and every way it changes, without an editor, a clock or a model. The chat panel and the
 * inline explanations both draw from it.
 *
 * The functions change the turn they are given: a thought may have 100 000 tokens that arrive 60 times a second, and a
 * copy for each would cost more than drawing them.
 */

import { type ErrorData, HunchError, toErrorData } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import {
  type AssistantTurn,
  type Attachment,
  appendRuns,
  type Effort,
  runsText,
  type Turn,
  type TurnStatus,
  type UserTurn,
} from "../../common/panel.ts";
import type { ChatMessage } from "../../common/prompt.ts";
import type { GenerationEvent, GenerationResult } from "../../common/protocol.ts";
import type { GenerationStats } from "../../common/stats.ts";
import type { CodePiece, TaskKind } from "../../prompts/compose.ts";
import type { Omission } from "../../prompts/contextBudget.ts";
import type { UsedPlan, UseSignal } from "../../prompts/learning.ts";
import type { Forks } from "./branches.ts";
import { addRun } from "./runStats.ts";

/** A piece of code with the place it came from. */
export interface AttachedCode {
  piece: CodePiece;
  attachment: Attachment;
}

/** What an answer is made from, kept to retry and to continue it. */
export interface TurnInput {
  task: TaskKind;
  question: string;
  /**
   * What the editor reports about the code (`describeProblems`), in front of the question: it stays when that is put in
   * other words.
   */
  problems?: string;
  code: CodePiece[];
  /** Code that there was no room for before it came to the model's context. */
  omitted?: readonly Omission[];
  effort: Effort;
  /** An answer before the thought was not enough. */
  mustThink?: boolean;
  /** The user message as the model got it, so that the next turn repeats it to the letter; empty until it was sent. */
  sent: string;
  /** How the model was last asked to think; missing until it was asked. */
  plan?: UsedPlan;
  /** What the user did with the answer that was learnt from already; absent: nothing. */
  signals?: readonly UseSignal[];
}

export interface Conversation {
  id: string;
  /** First line of the first question; empty before it. */
  title: string;
  /** The path on screen; what was set aside is in `forks`. */
  turns: Turn[];
  forks: Forks;
  /** By the id of the assistant's turn, of all versions. */
  inputs: Record<string, TurnInput>;
  /** Number in the id of the next turn; ids are unique over all versions. */
  nextTurn: number;
}

export function newConversation(id: string): Conversation {
  return { id, title: "", turns: [], forks: {}, inputs: {}, nextTurn: 0 };
}

const maxTitleLength = 60;

export interface Question {
  task: TaskKind;
  /** What the conversation shows. */
  text: string;
  /** What the model is asked beside its task; `text` when left out. */
  question?: string;
  /** As `TurnInput.problems`. */
  problems?: string;
  code: readonly AttachedCode[];
  /** Code that was left out of `code` for lack of room; the model and the user are told. */
  omitted?: readonly Omission[];
  /** What takes the place of both once it was looked up. The question is on screen before, and the model is loaded meanwhile. */
  lookup?: Promise<FoundCode>;
}

export type FoundCode = Pick<Question, "code" | "omitted">;

/** Code that goes along at once, and what is looked up beside it. */
export type CodeWithLookup = Pick<Question, "code"> & { lookup: Promise<FoundCode> };

/** Adds a question and the turn of its answer, which is returned. */
export function ask(conversation: Conversation, asked: Question, effort: Effort): AssistantTurn {
  const { task, text, question = text, problems = "", code, omitted = [] } = asked;
  const attachments = code.map(({ attachment }) => attachment);
  const user: UserTurn = { role: "user", id: newTurnId(conversation), text, attachments };
  const turn = newAssistantTurn(newTurnId(conversation));
  conversation.turns.push(user, turn);
  const pieces = code.map(({ piece }) => piece);
  conversation.inputs[turn.id] = { task, question, problems, code: pieces, omitted, effort, sent: "" };
  if (conversation.title === "") conversation.title = titleOf(text);
  return turn;
}

/** The code of a question was looked up, however its answer fares. What went along before stays where it is by now. */
export function attach(conversation: Conversation, turn: AssistantTurn, { code, omitted = [] }: FoundCode): void {
  const user = conversation.turns[conversation.turns.indexOf(turn) - 1];
  if (user?.role !== "user") return; // another version of it is on screen
  const input = inputOf(conversation, turn);
  const before = new Map(input.code.map((piece, index) => [piece, user.attachments[index]]));
  user.attachments = code.map(({ piece, attachment }) => before.get(piece) ?? attachment);
  Object.assign(input, { code: code.map(({ piece }) => piece), omitted });
}

/** Adds another version of an answer that was set aside, which is returned. */
export function answerAgain(conversation: Conversation, input: TurnInput, effort: Effort): AssistantTurn {
  const turn = newAssistantTurn(newTurnId(conversation));
  conversation.turns.push(turn);
  const { plan: _, signals: __, ...asked } = input;
  conversation.inputs[turn.id] = { ...asked, effort, sent: "" };
  return turn;
}

function newTurnId(conversation: Conversation): string {
  return `${conversation.id}.${conversation.nextTurn++}`;
}

export function inputOf(conversation: Conversation, turn: AssistantTurn): TurnInput {
  const input = conversation.inputs[turn.id];
  if (!input) throw new Error(`No input is stored for the turn ${turn.id}.`);
  return input;
}

function titleOf(question: string): string {
  const line = question.trim().split("\n", 1)[0] ?? "";
  return line.length > maxTitleLength ? `${line.slice(0, maxTitleLength - 1).trimEnd()}…` : line;
}

/** An answer that waits for its turn. */
export function newAssistantTurn(id: string): AssistantTurn {
  return {
    role: "assistant",
    id,
    status: "queued",
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
  };
}

export function isRunning(status: TurnStatus): boolean {
  return status !== "done" && status !== "stopped" && status !== "failed";
}

export function findTurn(conversation: Conversation, id: string): AssistantTurn | null {
  const turn = conversation.turns.find((candidate) => candidate.id === id);
  return turn?.role === "assistant" ? turn : null;
}

/** What a run of the engine adds to: its clock and its counts start at nothing, the turn's need not. */
export interface RunBase {
  /** When the thought began, on the clock of the run (`LiveStats.elapsedMs`); null before it did. */
  thinkingStartedMs: number | null;
  /** Tokens of the runs before. */
  thinkingTokens: number;
  answerTokens: number;
  /** Figures of the runs before; null where none came to its end. */
  stats: GenerationStats | null;
}

/** Begins a turn: a new one, one that is tried again (its text is dropped), or one that is carried on (it is kept). */
export function begin(turn: AssistantTurn, text: "keep" | "drop"): RunBase {
  const { thinking, answer, thinkingEnd, thinkingMs, live, stats } = turn;
  const counts = stats ?? live;
  const written = { thinking, answer, thinkingEnd, thinkingMs, live };
  Object.assign(turn, newAssistantTurn(turn.id), text === "keep" ? written : {});
  if (text === "drop") delete turn.otherThoughts;
  turn.status = "loading";
  const kept = text === "keep" ? counts : null;
  return {
    thinkingStartedMs: null,
    thinkingTokens: kept?.thinkingTokens ?? 0,
    answerTokens: kept?.answerTokens ?? 0,
    stats: text === "keep" ? stats : null,
  };
}

/** @param progress 0..1; null while the load waits for its turn */
export function loading(turn: AssistantTurn, progress: number | null): void {
  turn.status = progress === null ? "queued" : "loading";
  turn.progress = progress;
}

/** Takes one event of the engine. */
export function applyEvent(turn: AssistantTurn, event: GenerationEvent, base: RunBase): void {
  switch (event.type) {
    case "queue":
      turn.status = event.position > 0 ? "queued" : "prefill";
      turn.queuePosition = event.position;
      turn.progress = null;
      return;
    case "prefill": {
      const { processedTokens, totalTokens, cachedTokens } = event;
      turn.status = "prefill";
      turn.prefill = { processedTokens, totalTokens, cachedTokens };
      turn.progress = totalTokens > 0 ? processedTokens / totalTokens : null;
      return;
    }
    case "tokens": {
      appendRuns(turn.thinking, event.tokens, "thinking");
      appendRuns(turn.answer, event.tokens, "answer");
      turn.progress = null;
      turn.prefill = null;
      turn.live = addCounts(event.live, base);
      const last = event.tokens.at(-1);
      if (!last) return;
      turn.status = last.segment === "thinking" ? "thinking" : "answering";
      if (turn.status !== "thinking") return;
      base.thinkingStartedMs ??= event.live.elapsedMs - turn.thinkingMs;
      turn.thinkingMs = event.live.elapsedMs - base.thinkingStartedMs;
      return;
    }
    case "thoughts":
      turn.status = "thinking";
      turn.progress = null;
      turn.prefill = null;
      turn.live = addCounts(event.live, base);
      base.thinkingStartedMs ??= event.live.elapsedMs;
      turn.thinkingMs = event.live.elapsedMs - base.thinkingStartedMs;
      return;
    case "thinkingEnd":
      turn.thinkingEnd = event.reason;
      return;
    case "notice":
      // Where there were several thoughts, the turn shows them, and how they came out.
      if (event.notice.code === "parallelThoughts") return;
      if (!turn.notices.some((notice) => notice.code === event.notice.code)) turn.notices.push(event.notice);
      return;
  }
}

function addCounts<T extends { thinkingTokens: number; answerTokens: number }>(counts: T, base: RunBase): T {
  return {
    ...counts,
    thinkingTokens: counts.thinkingTokens + base.thinkingTokens,
    answerTokens: counts.answerTokens + base.answerTokens,
  };
}

/** The engine has answered, or was stopped: then the text so far stays and can be carried on. */
export function finish(turn: AssistantTurn, result: GenerationResult, base: RunBase): void {
  const cut = result.stopReason === "cancelled";
  turn.status = cut ? "stopped" : "done";
  turn.stopReason = result.stopReason;
  // A run that carries on an answer has no thought of its own to end.
  if (result.thinkingEnd !== "none") turn.thinkingEnd = result.thinkingEnd;
  turn.progress = null;
  turn.prefill = null;
  turn.stats = addCounts(base.stats ? addRun(base.stats, result.stats) : result.stats, base);
  if (result.otherThoughts) turn.otherThoughts = result.otherThoughts;
  turn.canContinue = (cut || result.stopReason === "length") && hasText(turn);
}

/**
 * The turn ended without a result; the text so far stays, and the figures of runs before. A cancelled request is a stop,
 * not a failure.
 */
export function fail(turn: AssistantTurn, error: unknown, base?: RunBase): void {
  const data: ErrorData = toErrorData(error);
  const cancelled = data.code === "cancelled";
  turn.status = cancelled ? "stopped" : "failed";
  turn.stopReason = cancelled ? "cancelled" : null;
  turn.error = cancelled ? null : data;
  turn.progress = null;
  turn.prefill = null;
  if (base?.stats) {
    const { thinkingTokens = 0, answerTokens = 0 } = turn.live ?? {};
    turn.stats = {
      ...base.stats,
      thinkingTokens: Math.max(base.thinkingTokens, thinkingTokens),
      answerTokens: Math.max(base.answerTokens, answerTokens),
    };
  }
  turn.canContinue = hasText(turn);
}

export function hasText(turn: AssistantTurn): boolean {
  return turn.thinking.length > 0 || turn.answer.length > 0;
}

/** What the model is told of the turns before this one: questions as they were sent, and answers without thoughts. */
export function historyBefore(conversation: Conversation, turnId: string): ChatMessage[] {
  const messages: ChatMessage[] = [];
  for (const turn of conversation.turns) {
    if (turn.id === turnId) return messages;
    if (turn.role !== "assistant") continue;
    const sent = conversation.inputs[turn.id]?.sent ?? "";
    const answer = runsText(turn.answer).trim();
    // A question that got no answer is left out as a pair: chat formats want the roles to take turns.
    if (sent !== "" && answer !== "")
      messages.push({ role: "user", content: sent }, { role: "assistant", content: answer });
  }
  return messages;
}

/** A conversation as it was stored. What was under way when the window closed is stopped, and can be carried on. */
export function restoreConversation(stored: unknown): Conversation | null {
  const conversation = stored as Partial<Conversation> | undefined;
  if (!conversation || typeof conversation.id !== "string" || !Array.isArray(conversation.turns)) return null;
  const { id, title = "", turns, forks = {}, inputs = {}, nextTurn = turns.length } = conversation;
  for (const turn of turns) {
    if (turn.role === "assistant" && isRunning(turn.status))
      fail(turn, new HunchError("cancelled", t("The window was closed.")));
  }
  return { id, title, turns, forks, inputs, nextTurn };
}
