/**
 * How much a model thinks for a question: effort to template, thinking budget and room for the answer. "auto" reads the
 * task, the question and the code; rules that can be seen and argued with, until calibration and use teach better ones.
 */
import type { Effort } from "../common/panel.ts";
import type { CodePiece } from "./code.ts";
import { type ChosenEffort, effortLevels } from "./effortLevels.ts";
import { type Arm, type Arms, learntArm, type UseLog } from "./learning.ts";
import { asksForAmount, asksForValue, needsReasoning } from "./questionKind.ts";
import { tasks } from "./tasks/index.ts";
import type { TaskKind } from "./tasks/task.ts";
import type { TemplateName } from "./templates/template.ts";

export interface EffortPlan extends Arm {
  /** Thinking tokens; null = as long as the model wants. */
  budget: number | null;
  /** Side by side; a vote on what they come to chooses one. */
  thoughts: number;
  /** Probability from which the model's answer without a thought stands; absent: it always thinks. */
  answerFirst?: number;
}

/**
 * What calibration on the user's own model found best: for questions after a value that code computes, and for all
 * others. Its tasks are questions with a short answer, so it says nothing about explaining, fixing or writing code: it
 * counts for the task "ask" only, where the effort is "auto".
 */
export interface LearntTemplates {
  value?: TemplateName;
  reasoning?: TemplateName;
  /**
   * By kind, the probability (0..1) from which what the model answers before it would think with that template is right as
   * often as behind the thought; absent: such answers could not be told from wrong ones; null: that is not measured yet.
   */
  answerFirst?: { value?: number | null; reasoning?: number | null };
}

/** What the choice of a template depends on beside the level of effort. */
interface Subject {
  task: TaskKind;
  question: string;
  code: readonly CodePiece[];
  /** Thoughts side by side at efforts high and max; absent: 1. */
  thoughts?: number;
  /** The model is trained to think; absent: it is. */
  native?: boolean;
  /** The model can answer without a thought; absent: it can. */
  canDisable?: boolean;
  learnt?: LearntTemplates;
  /** An answer without a thought is begun as an assertion (assertion.ts). */
  asserts?: boolean;
}

/**
 * From this probability on, by effort, an assertion that was begun for the model stands in place of a plain thought, until
 * calibration finds what holds for the user's own model. With the lower one the 1.5B is as often right as if it always
 * thought; with the higher one more often, for more tokens (bench/README).
 */
const likelyAssertion = { auto: 0.1, high: 0.25 };

/** Thinking tokens by effort. Models trained to think write long thoughts, and break off badly below some hundreds. */
const budgets: Readonly<Record<"elicited" | "native", Readonly<Record<ChosenEffort, number | null>>>> = {
  elicited: { off: null, low: 192, medium: 448, high: 1_536, max: null },
  native: { off: null, low: 512, medium: 2_048, high: 8_192, max: null },
};

export function planEffort(
  input: Subject & {
    effort: Effort;
    native: boolean;
    /** What use taught; counts where the effort is "auto". */
    use?: UseLog;
  },
): EffortPlan {
  const { effort: wanted, task, question, code, thoughts = 1 } = input;
  const arm =
    wanted === "auto"
      ? learntArm(input.use ?? [], task, armsAt(autoEffort(task, question, code), input))
      : { effort: wanted, template: templateFor(wanted, input) };
  const budget = budgets[input.native ? "native" : "elicited"];
  return thinksSideBySide(arm.effort, input)
    ? { ...arm, budget: budget.medium, thoughts }
    : { ...arm, budget: budget[arm.effort], thoughts: 1, ...answersFirst(wanted, arm, input) };
}

/**
 * What calibration found counts only before a thought in the template that it was found with. At effort high it is for
 * assertions only, and they have to be the surer ones.
 */
function answersFirst(wanted: Effort, { effort, template }: Arm, about: Subject): Pick<EffortPlan, "answerFirst"> {
  const isHigh = wanted === "high" && about.asserts;
  if (wanted !== "auto" && !isHigh) return {};
  const found = isHigh ? about.learnt?.value : calibrated(effort, about);
  const usual = about.asserts && template === "plain" ? likelyAssertion[isHigh ? "high" : "auto"] : undefined;
  const measured = about.learnt?.answerFirst?.[runsCode(about) ? "value" : "reasoning"];
  const least = measured === null ? usual : measured;
  const answerFirst = found === undefined ? usual : found === template ? least : undefined;
  if (answerFirst === undefined) return {};
  return { answerFirst: isHigh ? Math.max(answerFirst, likelyAssertion.high) : answerFirst };
}

/**
 * What "auto" chooses from for an ordinary question of a task: about a piece of code, and not after a value that the code
 * computes.
 */
export function ordinaryArms(task: TaskKind, learnt: LearntTemplates): Arms {
  return armsAt(tasks[task].effort, { task, question: "", code: [], learnt });
}

/**
 * @param level what the rules say. What use may choose in place of their arm is one step away: another template that the
 *   task has at this level, or the level below or above with the template it has there.
 */
function armsAt(level: ChosenEffort, about: Subject): Arms {
  const found = calibrated(level, about) ?? unshortened(level, about);
  const usual = { effort: level, template: found ?? templateFor(level, about) };
  const templates = alternatives(level, about).filter((template) => template !== usual.template);
  const place = effortLevels.indexOf(level);
  const neighbours = [place - 1, place + 1].flatMap((at) => effortLevels[at] ?? []);
  return {
    usual,
    others: [
      ...templates.map((template) => ({ effort: level, template })),
      ...neighbours.map((effort) => ({ effort, template: templateNextTo(effort, about) })),
    ].filter(({ template }) => template !== "none" || usual.template !== "none"),
  };
}

/** Where calibration found that a thought does not pay, the level above is what thinks all the same. */
function templateNextTo(level: ChosenEffort, about: Subject): TemplateName {
  const found = calibrated(level, about);
  return found === undefined || found === "none" ? templateFor(level, about) : found;
}

function templateFor(level: ChosenEffort, about: Subject): TemplateName {
  const { task, canDisable = true } = about;
  // A model that can not be stopped from thinking is asked for notes.
  if (level === "off") return canDisable ? "none" : "draft";
  // Several short thoughts take about as long as one long one.
  if (thinksSideBySide(level, about)) return templateFor("low", about);
  if (level === "high" || level === "max") return "plain";
  return runsCode(about) ? "trace" : tasks[task].templates[level];
}

/** Thoughts side by side vote, so they are for answers that may be short ones. */
function thinksSideBySide(level: ChosenEffort, { task, thoughts = 1 }: Subject): boolean {
  return thoughts > 1 && task === "ask" && (level === "high" || level === "max");
}

/** Templates that fit the task at this level, its usual ones first; none where there is nothing to choose. */
function alternatives(level: ChosenEffort, about: Subject): TemplateName[] {
  if (level !== "low" && level !== "medium") return [];
  const { templates, alternatives } = tasks[about.task];
  return [
    ...new Set([...(runsCode(about) ? (["trace"] as const) : []), templates.low, templates.medium, ...alternatives]),
  ];
}

function calibrated(level: ChosenEffort, about: Subject): TemplateName | undefined {
  if (about.task !== "ask" || (level !== "low" && level !== "medium")) return undefined;
  const { value, reasoning } = about.learnt ?? {};
  const found = runsCode(about) ? value : reasoning;
  return found === "none" && about.canDisable === false ? "draft" : found;
}

/**
 * What a model that is not trained to think writes out is what it computes with: told to be short, or to follow a form, it
 * loses right answers where something has to be worked out (Qwen2.5-Coder 1.5B: GSM8K 60 % plain, 41 to 45 % in notes or
 * short sentences; CRUXEval-O 36 % plain, 25 % in a trace). So it thinks plainly there, until calibration has found a
 * shorter way that costs nothing.
 */
function unshortened(level: ChosenEffort, { task, question, native = true }: Subject): TemplateName | undefined {
  if (native || task !== "ask" || (level !== "low" && level !== "medium")) return undefined;
  return asksForValue(question) || asksForAmount(question) ? "plain" : undefined;
}

/** It is after a value that the code computes. */
function runsCode({ question, code }: Subject): boolean {
  return asksForValue(question) && code.length > 0;
}

/** Lines of code from which an overview no longer fits into a few notes. */
const muchCodeLines = 80;

function autoEffort(task: TaskKind, question: string, code: readonly CodePiece[]): ChosenEffort {
  const usual = effortLevels.indexOf(tasks[task].effort);
  const subject = code.filter((piece) => piece.role !== "reference");
  const lines = subject.reduce((sum, piece) => sum + piece.endLine - piece.startLine + 1, 0);
  const isHard = needsReasoning(question) || asksForValue(question) || asksForAmount(question);
  const harder = isHard || (task !== "docs" && lines > muchCodeLines);
  const easier = task === "ask" && code.length === 0 && isShort(question) && !harder;
  return effortLevels[Math.max(0, usual + (harder ? 1 : 0) - (easier ? 1 : 0))] ?? "low";
}

function isShort(question: string): boolean {
  return question.trim().split(/\s+/).length <= 8;
}
