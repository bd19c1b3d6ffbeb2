/** What is compared: ways of asking a model to think, each with what may end its thought. */
import type { Effort } from "../common/panel.ts";
import type { SamplingOptions } from "../common/prompt.ts";
import type { GenerateParams, ModelInfo, SpeculationMode } from "../common/protocol.ts";
import type { ThinkingControls } from "../common/thinkingControls.ts";
import { type Composed, compose } from "../prompts/compose.ts";
import { hesitationPenalty } from "../prompts/controls.ts";
import type { LearntTemplates } from "../prompts/effort.ts";
import type { TemplateName } from "../prompts/templates/template.ts";
import type { Item } from "./items.ts";

/**
 * `off`: a thought ends when the model ends it; one that would eat the output limit is ended so that an answer fits in, as
 * with every other. `budget`: at the effort's budget too.
 * `guarded`: and when it repeats itself. `earlyExit`: and when its trial answers agree. `damped`: as guarded, with words of
 * hesitation made less likely. `parallel`: as guarded, with four thoughts side by side, which end when most have come to the
 * same. `answerFirst`: as off, but no thought is written where the model's answer without one is likely enough.
 */
export const controlNames = ["off", "budget", "guarded", "earlyExit", "damped", "parallel", "answerFirst"] as const;
export const parallelThoughts = 4;
/** Probability from which an answer without a thought is likely enough, unless an arm says otherwise. */
const answerFirst = 0.05;
export type ControlName = (typeof controlNames)[number];

export type Arm =
  /** `speculation` in place of what all arms have; `answerFirst` in place of the usual probability, for that control. */
  | {
      by: "template";
      template: TemplateName;
      controls: ControlName;
      effort: Effort;
      speculation?: "off";
      answerFirst?: number;
    }
  /**
   * As `ask` does it: the effort chooses the template, the budget and the controls. `thoughts`: as the setting
   * hunch.parallelThoughts; counts at efforts high and max.
   */
  | { by: "effort"; effort: Effort; thoughts?: number };

/** What all arms share. */
export interface Conditions {
  /** Output tokens at most, thought and answer together. */
  maxTokens: number;
  speculation: SpeculationMode;
  seed: number;
  /** What calibration found for this model. */
  learnt: LearntTemplates;
}

/** "plain", "draft, budget", "draft, answerFirst 0.2", "plain, no speculation", "effort auto", "effort high, 4 thoughts". */
export function armName(arm: Arm): string {
  if (arm.by === "effort") return `effort ${arm.effort}${thoughtsOf(arm) > 1 ? `, ${arm.thoughts} thoughts` : ""}`;
  const least = arm.answerFirst === undefined ? "" : ` ${arm.answerFirst}`;
  const name = arm.controls === "off" ? arm.template : `${arm.template}, ${arm.controls}${least}`;
  return arm.speculation === "off" ? `${name}, no speculation` : name;
}

/** Thoughts side by side that an arm asks for; a model or its lanes may allow fewer (`RunRecord.thoughts`). */
export function thoughtsOf(arm: Arm): number {
  if (arm.by === "template") return arm.controls === "parallel" ? parallelThoughts : 1;
  return arm.effort === "high" || arm.effort === "max" ? (arm.thoughts ?? 1) : 1;
}

export function request(
  item: Item,
  arm: Arm,
  model: ModelInfo,
  conditions: Conditions,
): Omit<GenerateParams, "generationId"> {
  const composed = compose({
    task: "ask",
    question: item.question,
    code: item.code,
    history: [],
    effort: arm.effort,
    template: arm.by === "template" ? arm.template : undefined,
    format: model.thinking,
    learnt: conditions.learnt,
    thoughts: arm.by === "effort" ? Math.min(arm.thoughts ?? 1, model.thoughts ?? 1) : undefined,
  });
  // A model that is trained to think is asked as its publisher advises.
  const greedy: SamplingOptions = {
    temperature: 0,
    topK: 0,
    topP: 1,
    minP: 0,
    repetitionPenalty: 1,
    seed: conditions.seed,
  };
  return {
    conversationId: "evaluation",
    prompt: {
      kind: "chat",
      messages: composed.messages,
      thinking: composed.thinking,
      opening: composed.opening,
    },
    sampling: { ...greedy, ...composed.sampling },
    maxTokens: conditions.maxTokens,
    controls: arm.by === "effort" ? composed.controls : controls(arm, composed),
    speculation: (arm.by === "template" ? arm.speculation : undefined) ?? conditions.speculation,
    // What one arm wrote must not help the next to write the same faster.
    freshDrafters: true,
    onContextFull: "stop",
  };
}

function controls(arm: Extract<Arm, { by: "template" }>, composed: Composed): ThinkingControls {
  const { budget } = composed.controls;
  switch (arm.controls) {
    case "off":
      return { ...composed.controls, budget: null, loopGuard: false, earlyExit: "off" };
    case "budget":
      return { ...composed.controls, budget, loopGuard: false, earlyExit: "off" };
    case "guarded":
      return { ...composed.controls, budget, loopGuard: true, earlyExit: "off" };
    case "earlyExit":
      return { ...composed.controls, budget, loopGuard: true, earlyExit: "on" };
    case "damped":
      return { ...composed.controls, budget, loopGuard: true, earlyExit: "off", hesitationPenalty };
    case "parallel":
      return { ...composed.controls, budget, loopGuard: true, earlyExit: "off", thoughts: parallelThoughts };
    case "answerFirst": {
      const { firstAnswer } = composed;
      const first = firstAnswer ? { answerFirst: { least: arm.answerFirst ?? answerFirst, ...firstAnswer } } : {};
      return { ...composed.controls, budget: null, loopGuard: false, earlyExit: "off", ...first };
    }
  }
}
