/**
 * How much a model thinks for a question: effort to template, thinking budget and room for the answer. "auto" reads the
 * task, the question and the code; rules that can be seen and argued with, until calibration and use teach better ones.
 */
import type { Effort } from "../common/panel.ts";
import type { CodePiece } from "./code.ts";
import { type ChosenEffort, effortLevels } from "./effortLevels.ts";
import { learntEffort, type UseLog } from "./learning.ts";
import { asksForValue, needsReasoning } from "./questionKind.ts";
import { tasks } from "./tasks/index.ts";
import type { TaskKind } from "./tasks/task.ts";
import type { TemplateName } from "./templates/template.ts";

export interface EffortPlan {
  effort: ChosenEffort;
  template: TemplateName;
  /** Thinking tokens; null = as long as the model wants. */
  budget: number | null;
  /** Side by side; a vote on what they come to chooses one. */
  thoughts: number;
}

/**
 * What calibration on the user's own model found best: for questions after a value that code computes, and for all
 * others. Its tasks are questions with a short answer, so it says nothing about explaining, fixing or writing code: it
 * counts for the task "ask" only, where the effort is "auto".
 */
export interface LearntTemplates {
  value?: TemplateName;
  reasoning?: TemplateName;
}

/** Thinking tokens by effort. Models trained to think write long thoughts, and break off badly below some hundreds. */
const budgets: Readonly<Record<"elicited" | "native", Readonly<Record<ChosenEffort, number | null>>>> = {
  elicited: { off: null, low: 192, medium: 448, high: 1_536, max: null },
  native: { off: null, low: 512, medium: 2_048, high: 8_192, max: null },
};

export function planEffort(input: {
  task: TaskKind;
  question: string;
  code: readonly CodePiece[];
  effort: Effort;
  native: boolean;
  learnt?: LearntTemplates;
  /** What use taught; counts where the effort is "auto". */
  use?: UseLog;
  /** Thoughts side by side at efforts high and max; absent: 1. */
  thoughts?: number;
}): EffortPlan {
  const { task, question, code, thoughts = 1 } = input;
  const effort =
    input.effort === "auto" ? learntEffort(input.use ?? [], task, autoEffort(task, question, code)) : input.effort;
  const learnt =
    input.effort === "auto" && effort !== "off" && task === "ask"
      ? learntTemplate(input.learnt ?? {}, question, code)
      : undefined;
  const budget = budgets[input.native ? "native" : "elicited"];
  // Several short thoughts take about as long as one long one; they vote, so where the answer may be a short one.
  if (thoughts > 1 && task === "ask" && (effort === "high" || effort === "max"))
    return { effort, template: templateFor("low", task, question, code), budget: budget.medium, thoughts };
  return {
    effort,
    template: learnt ?? templateFor(effort, task, question, code),
    budget: budget[effort],
    thoughts: 1,
  };
}

function templateFor(effort: ChosenEffort, task: TaskKind, question: string, code: readonly CodePiece[]): TemplateName {
  if (effort === "off") return "none";
  if (effort === "high" || effort === "max") return "plain";
  return asksForValue(question) && code.length > 0 ? "trace" : tasks[task].templates[effort];
}

function learntTemplate(
  learnt: LearntTemplates,
  question: string,
  code: readonly CodePiece[],
): TemplateName | undefined {
  return asksForValue(question) && code.length > 0 ? learnt.value : learnt.reasoning;
}

/** Lines of code from which an overview no longer fits into a few notes. */
const muchCodeLines = 80;

function autoEffort(task: TaskKind, question: string, code: readonly CodePiece[]): ChosenEffort {
  const usual = effortLevels.indexOf(tasks[task].effort);
  const subject = code.filter((piece) => piece.role !== "reference");
  const lines = subject.reduce((sum, piece) => sum + piece.endLine - piece.startLine + 1, 0);
  const harder = needsReasoning(question) || asksForValue(question) || (task !== "docs" && lines > muchCodeLines);
  const easier = task === "ask" && code.length === 0 && isShort(question) && !harder;
  return effortLevels[Math.max(0, usual + (harder ? 1 : 0) - (easier ? 1 : 0))] ?? "low";
}

function isShort(question: string): boolean {
  return question.trim().split(/\s+/).length <= 8;
}
