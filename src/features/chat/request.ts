/** From a turn of a conversation to what the engine is asked: messages, sampling, limits. Pure. */

import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { type AssistantTurn, runsText } from "../../common/panel.ts";
import type { Prompt } from "../../common/prompt.ts";
import type { GenerateParams, ModelInfo, Notice } from "../../common/protocol.ts";
import type { Settings } from "../../common/settings.ts";
import { type Composed, compose, wasSent } from "../../prompts/compose.ts";
import { estimateTokens, type FittedCode, fitCode, omittedPlaces } from "../../prompts/contextBudget.ts";
import { chosenControls } from "../../prompts/controls.ts";
import type { LearntTemplates } from "../../prompts/effort.ts";
import type { UsedPlan, UseLog } from "../../prompts/learning.ts";
import { type Conversation, historyBefore, inputOf, type TurnInput } from "./conversation.ts";

export type GenerationSettings = Pick<
  Settings,
  | "temperature"
  | "maxTokens"
  | "thinkingBudget"
  | "parallelThoughts"
  | "speculation"
  | "loopGuard"
  | "earlyExit"
  | "dampHesitation"
>;

export interface TurnRequest {
  params: Omit<GenerateParams, "generationId">;
  /** The user message as it is sent. */
  sent: string;
  plan: UsedPlan;
  /** What the user should know, such as code that was left out. */
  notices: Notice[];
}

export interface RequestOptions {
  conversation: Conversation;
  turn: AssistantTurn;
  model: ModelInfo;
  settings: GenerationSettings;
  learnt: LearntTemplates;
  /** What use taught. */
  use: UseLog;
  seed: number;
  /** Go on where the turn's text ends. */
  carryOn: boolean;
}

/** Instructions, chat markers, and what the estimate of the rest is wrong by (tokens). */
const reservedTokens = 384;

/** Throws promptTooLong when none of the code fits into the model's context. */
export function buildRequest(options: RequestOptions): TurnRequest {
  const { conversation, turn, model, settings, seed } = options;
  const input = inputOf(conversation, turn);
  const whole = composeTurn(options, input, { pieces: input.code, omitted: [] });
  const maxTokens = settings.maxTokens ?? whole.maxTokens;
  const fitted = fitIntoContext(options, input, maxTokens);
  const composed = fitted.omitted.length > 0 ? composeTurn(options, input, fitted) : whole;
  const { sampling } = composed;
  return {
    params: {
      conversationId: conversation.id,
      prompt: promptOf(turn, composed, options.carryOn),
      sampling: {
        temperature: settings.temperature ?? sampling.temperature ?? 0,
        topK: sampling.topK ?? 0,
        topP: sampling.topP ?? 1,
        minP: sampling.minP ?? 0,
        repetitionPenalty: sampling.repetitionPenalty ?? 1,
        seed,
      },
      maxTokens,
      controls: chosenControls(composed.controls, settings, composed.thinking === "on"),
      ...(composed.answerForm ? { answerForm: composed.answerForm } : {}),
      purpose: composed.purpose,
      speculation: settings.speculation,
      onContextFull: "stop",
    },
    sent: composed.messages.findLast((message) => message.role === "user")?.content ?? "",
    plan: { task: input.task, effort: composed.effort, template: composed.template },
    notices: [...model.notices, ...omissionNotices(fitted)],
  };
}

function composeTurn(
  { conversation, turn, model, settings, learnt, use }: RequestOptions,
  input: TurnInput,
  code: FittedCode,
): Composed {
  return compose({
    task: input.task,
    question: questionOf(input),
    code: code.pieces,
    omitted: code.omitted,
    history: historyBefore(conversation, turn.id),
    effort: input.effort,
    budget: settings.thinkingBudget ?? undefined,
    format: model.thinking,
    learnt,
    use,
    mustThink: input.mustThink,
    thoughts: Math.min(settings.parallelThoughts, model.thoughts ?? 1),
  });
}

function questionOf({ problems = "", question }: TurnInput): string {
  return [problems, question].filter((part) => part !== "").join("\n\n");
}

/** Leaves half of the context, at most what was asked for, to the thought and the answer. */
function fitIntoContext(
  { conversation, turn, model }: RequestOptions,
  input: TurnInput,
  maxTokens: number,
): FittedCode {
  const history = historyBefore(conversation, turn.id);
  const said = history.map((message) => message.content);
  const taken = estimateTokens([...said, questionOf(input)].join("\n")) + reservedTokens;
  const room = model.contextSize - Math.min(maxTokens, model.contextSize / 2) - taken;
  // Code that an earlier question sent is in `taken`: it needs no room again, and stays also where none is left.
  const cost = (block: string) => (wasSent(block, history) ? 0 : estimateTokens(block));
  const fitted = fitCode(input.code, Math.max(0, room), cost);
  fitted.omitted.push(...(input.omitted ?? []));
  if (input.code.length > 0 && fitted.pieces.every((piece) => piece.role === "reference"))
    throw new HunchError(
      "promptTooLong",
      history.length > 0
        ? t(
            "The code does not fit into the model's context of {0} tokens beside what was said before.",
            model.contextSize,
          )
        : t("The code does not fit into the model's context of {0} tokens.", model.contextSize),
      { hint: t("Select less code, start a new chat, or raise the setting hunch.contextSize.") },
    );
  return fitted;
}

function omissionNotices({ omitted }: FittedCode): Notice[] {
  return omitted.length > 0
    ? [{ code: "codeOmitted", message: t("Left out for lack of room: {0}.", omittedPlaces(omitted)) }]
    : [];
}

function promptOf(turn: AssistantTurn, { messages, thinking, opening }: Composed, carryOn: boolean): Prompt {
  if (!carryOn) return { kind: "chat", messages, thinking, opening };
  const partial = { thinking: runsText(turn.thinking), answer: runsText(turn.answer) };
  return { kind: "continue", messages, thinking, partial };
}
