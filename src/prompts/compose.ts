/**
 * A task, a question and code to the messages that are sent. What never changes comes first, then the code, and the
 * question last, so that a second question about the same code reuses the KV cache of all that precedes it.
 */
import type { Effort } from "../common/panel.ts";
import type { ChatMessage, SamplingOptions, ThinkingMode } from "../common/prompt.ts";
import type { ThinkingFormatInfo } from "../common/protocol.ts";
import type { AnswerForm, FirstAnswerControl, ThinkingControls } from "../common/thinkingControls.ts";
import { assertionOpening, isAllThatIsAsked } from "./assertion.ts";
import { type CodePiece, codeBlock, forReference, place } from "./code.ts";
import { describeOmissions, type Omission } from "./contextBudget.ts";
import { type LearntTemplates, planEffort } from "./effort.ts";
import type { ChosenEffort } from "./effortLevels.ts";
import type { UseLog } from "./learning.ts";
import { tasks } from "./tasks/index.ts";
import type { TaskKind } from "./tasks/task.ts";
import { templates } from "./templates/index.ts";
import type { Template, TemplateName } from "./templates/template.ts";

export type { CodePiece } from "./code.ts";
export type { TaskKind } from "./tasks/task.ts";
export type { TemplateName } from "./templates/template.ts";

export interface ComposeInput {
  task: TaskKind;
  /** What the user wrote; may be empty, except for "ask". */
  question: string;
  code: readonly CodePiece[];
  /** Earlier turns as they were sent, the answers without their thoughts. */
  history: readonly ChatMessage[];
  effort: Effort;
  /** In place of what the effort says. */
  template?: TemplateName;
  /** Thinking tokens, null for no limit; in place of what the effort says. */
  budget?: number | null;
  format: ThinkingFormatInfo;
  /** What of the code was left out (contextBudget.ts); the model is told. */
  omitted?: readonly Omission[];
  /** What calibration found for this model; counts where the effort is "auto". */
  learnt?: LearntTemplates;
  /** What use taught; counts where the effort is "auto". */
  use?: UseLog;
  /** A thought is wanted in any case: an answer before it was not enough. */
  mustThink?: boolean;
  /** Thoughts side by side at efforts high and max, where the engine can have several; absent: 1. */
  thoughts?: number;
}

export interface Composed {
  messages: ChatMessage[];
  thinking: ThinkingMode;
  /**
   * First characters of the thought, for a model that has to be led into the template's form; of the answer, where there is
   * no thought and the answer is best begun as code; "" for others.
   */
  opening: string;
  /** How an answer before the thought is asked for, where one is wanted; null: the model can not be kept from thinking. */
  firstAnswer: Omit<FirstAnswerControl, "least"> | null;
  controls: ThinkingControls;
  /** What the answer has to hold should the thought be ended for the model; absent: anything. */
  answerForm?: AnswerForm;
  /** Thought and answer together. */
  maxTokens: number;
  template: TemplateName;
  effort: ChosenEffort;
  /** Task and template, for what the engine learns about thoughts. */
  purpose: string;
  sampling: Partial<SamplingOptions>;
}

const systemText =
  "You are a careful programming assistant. Rely on the code shown; say so if something needed is not shown. Answer in short Markdown.";

/** Room for a thought without a budget (tokens). */
const freeThoughtTokens = { elicited: 4_096, native: 16_384 };
/** A thought ends 25 % above its budget at the latest, and then wraps up. */
const hardFactor = 1.25;
const wrapUpTokens = 32;

export function compose(input: ComposeInput): Composed {
  const { task, format } = input;
  const assertion = task === "ask" && !format.native ? assertionOpening(input.question, input.code) : null;
  const { native, canDisable } = format;
  const plan = planEffort({ ...input, native, canDisable, asserts: assertion !== null });
  // A model that can not be stopped from thinking is asked for notes.
  const wanted = input.template ?? plan.template;
  const template = templates[wanted === "none" && !format.canDisable ? "draft" : wanted];
  const { form, answerTokens } = tasks[task];
  const budget = input.budget === undefined ? plan.budget : input.budget;
  const thinking = template.thinks && budget !== 0 ? "on" : "off";
  const thoughtTokens =
    thinking === "off"
      ? 0
      : budget === null
        ? freeThoughtTokens[format.native ? "native" : "elicited"]
        : Math.ceil(budget * hardFactor) + wrapUpTokens;
  const asked = userText(input);
  const isWhole = assertion !== null && isAllThatIsAsked(input.question);
  const firstAnswer = canDisable ? { message: asked, opening: assertion, isWhole } : null;
  const least = input.template === undefined && !input.mustThink ? plan.answerFirst : undefined;
  const openings = { on: format.native ? "" : template.opening, off: assertion?.lead ?? "" };
  return {
    messages: [
      { role: "system", content: systemText },
      ...input.history.filter((message) => message.role !== "system"),
      { role: "user", content: thinking === "on" ? joined([asked, thinkingText(template, budget, format)]) : asked },
    ],
    thinking,
    opening: openings[thinking],
    firstAnswer,
    controls: {
      budget: thinking === "on" ? budget : null,
      loopGuard: true,
      // Only answers of one short line can be tried out; the other tasks ask for more than that.
      earlyExit: thinking === "on" && task === "ask" ? "auto" : "off",
      ...(thinking === "on" && least !== undefined && firstAnswer ? { answerFirst: { least, ...firstAnswer } } : {}),
      ...(thinking === "on" && plan.thoughts > 1 ? { thoughts: plan.thoughts } : {}),
    },
    ...(form && thinking === "on" ? { answerForm: { ...form, onlyIfCut: true } } : {}),
    maxTokens: thoughtTokens + answerTokens,
    template: thinking === "on" ? template.name : "none",
    effort: plan.effort,
    purpose: `${task}/${template.name}`,
    sampling: thinking === "on" && format.native ? { ...format.sampling } : {},
  };
}

/** Without a word about thinking. */
function userText(input: ComposeInput): string {
  // What the question is about stands next to it.
  const isReference = (piece: CodePiece) => piece.role === "reference";
  const code = [...input.code.filter(isReference), ...input.code.filter((piece) => !isReference(piece))];
  const isSent = (piece: CodePiece) => wasSent(codeBlock(piece), input.history);
  const blocks = code.filter((piece) => !isSent(piece)).map(codeBlock);
  const shown = code.filter((piece) => !isReference(piece) && isSent(piece)).map(place);
  const subject = shown.length > 0 ? `This is about ${shown.join("; ")}, shown above.` : "";
  const { instruction } = tasks[input.task];
  return joined([...blocks, subject, describeOmissions(input.omitted ?? []), instruction, input.question.trim()]);
}

/**
 * The model has this block of code (code.ts) from an earlier question, for reference or not: it is not sent again. Another
 * version of the place that came after it makes it old: "shown above" would be that one.
 */
export function wasSent(block: string, history: readonly ChatMessage[]): boolean {
  const plain = block.startsWith(forReference) ? block.slice(forReference.length) : block;
  const heading = plain.slice(0, plain.indexOf("\n") + 1);
  const sent = history
    .filter((message) => message.role === "user")
    .map((message) => `\n${message.content}`)
    .join("\n");
  // Only at a line's start is it one of this place: the path of another file may end with this file's.
  const starts = ["", forReference].map((lead) => {
    const at = sent.lastIndexOf(`\n${lead}${heading}`);
    return at === -1 ? -1 : at + 1 + lead.length;
  });
  return sent.startsWith(plain, Math.max(...starts, 0));
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Models that are not trained to think are told where the thought goes, and that an answer has to follow. */
export function thinkingText(template: Template, budget: number | null, format: ThinkingFormatInfo): string {
  const style = template.style(budget);
  // A trained model needs no words for what it does anyway.
  if (format.native) return template.name === "plain" ? "" : style;
  return `First think inside <think></think>. ${style} Then close </think> and write the complete answer; only that is shown.`;
}
