/**
 * How a model marks its thoughts, and how the right format is found. The table of families is in families.ts; this file
 * says what a row means and which row a model gets. Whether a prompt has already opened the thought is not decided here
 * but from the rendered prompt's tail (chat/chatTemplate.ts).
 *
 * Thoughts never go back into a prompt: messages carry answers only, and each template writes for past turns what its
 * model was trained on (nothing, or an empty block).
 */
import { HunchError } from "../../common/errors.ts";
import type { ThinkingFormatInfo } from "../../common/protocol.ts";
import { families } from "./families.ts";

export type FamilyName = keyof typeof families;
const familyNames = Object.keys(families) as FamilyName[];

/** What switches a family's thinking on and off in its prompt. */
export type ThinkingSwitch =
  /** Nothing but an empty thought written in front of the answer (arXiv 2504.09858). */
  | { by: "emptyThought" }
  /** Variables of the chat template. */
  | { by: "variables"; on: Readonly<Record<string, unknown>>; off: Readonly<Record<string, unknown>> }
  /** Words that the model was trained on, as the system message or at the end of the last user message. */
  | { by: "text"; where: "system" | "lastUser"; on: string; off: string }
  /** The variable takes the thinking budget in tokens: -1 is free, 0 is off. */
  | { by: "budgetVariable"; variable: string }
  /** The variable takes a level by the budget: [tokens up to which it counts, level], from low to high. */
  | { by: "effortVariable"; variable: string; levels: readonly (readonly [number, string])[]; off: string };

export interface ThinkingFormat extends ThinkingFormatInfo {
  family: FamilyName;
  /** Markers that begin a thought. */
  open: readonly string[];
  /** Markers that end it. */
  close: readonly string[];
  /** Wrapper of the answer, not part of it. */
  answer: { open: readonly string[]; close: readonly string[] };
  /**
   * What Hunch writes to open a thought, to end one and begin the answer, in place of a thought, and to begin an answer in
   * front of which no thought is ended (absent: nothing).
   */
  text: { open: string; close: string; empty: string; answer?: string };
  /** Open the thought when the template did not: without that, these models may not mark it. */
  forceOpen: boolean;
  switch: ThinkingSwitch;
}

export interface ModelFacts {
  /** `general.architecture` of the file. */
  architecture: string;
  /** `general.name`, or the file's name. */
  name: string;
  chatTemplate: string | null;
}

interface Clue {
  family: FamilyName;
  /** All of them have to be in the template. */
  template?: readonly string[];
  name?: RegExp;
  architecture?: RegExp;
}

/**
 * Read from the top; the first whose conditions all hold decides. Markers that only one family has come first. A name is
 * `general.name`, which converters write with spaces ("Phi 4 Mini Reasoning"), or a file's, with hyphens or underscores.
 */
const clues: readonly Clue[] = [
  { family: "gptOss", template: ["<|channel|>", "<|message|>", "final"] },
  { family: "gptOss", architecture: /^gpt-?oss$/ },
  { family: "gemma4", template: ["<|channel>", "<channel|>"] },
  { family: "mistral", template: ["[THINK]"] },
  { family: "seedOss", template: ["<seed:think>"] },
  { family: "cohere", template: ["<|START_THINKING|>"] },
  { family: "solar", template: ["<|begin|>assistant", "<|think|>"] },
  { family: "apriel", template: ["[BEGIN FINAL RESPONSE]"] },
  { family: "minimaxM3", template: ["<mm:think>"] },
  { family: "granite", template: ["<think></think>", "<response></response>"] },
  { family: "hunyuan3", template: ["no_think", "reasoning_effort:"] },
  { family: "phi4", name: /phi[-_ ]?4.*reasoning/i },
  { family: "generic", template: ["detailed thinking", "enable_thinking"] },
  { family: "nemotronV1", template: ["detailed thinking"] },
  { family: "nemotronV1", architecture: /^(llama|deci)$/, name: /nemotron.*v1/i },
  { family: "nemotron2", template: ["/no_think", "<SPECIAL_11>"] },
  { family: "nemotron3", name: /nemotron/i, template: ["</think>"] },
  { family: "smolLm3", template: ["Reasoning Mode: ", "/no_think"] },
  { family: "glm", template: ["[gMASK]", "</think>"] },
  { family: "kimi", template: ["<|im_middle|>", "</think>"] },
  { family: "minimaxM2", template: ["]~b]", "</think>"] },
  // Both kinds strip thoughts from history; instruct models of these names do not think, whatever their template says.
  { family: "elicited", name: /instruct[-_ ]?2507|qwen[-_ ]?3[-_ ]coder/i },
  { family: "deepseekR1", name: /deepseek[-_ ]?r1/i },
  { family: "deepseek", template: ["<｜Assistant｜>", "thinking"] },
  { family: "deepseekR1", template: ["<｜Assistant｜>", "</think>"] },
  { family: "qwq", name: /qwq/i },
  { family: "qwen3", template: ["<|im_start|>", "enable_thinking", "</think>"] },
  { family: "generic", template: ["<think>"] },
  { family: "generic", template: ["</think>"], name: /think|reason/i },
  { family: "generic", name: /^mimo|minimax[-_ ]?m1/i },
];

/** The format that a model's own metadata and template tell; `override` names a family that the user insists on. */
export function detectFormat(facts: ModelFacts, override?: FamilyName): ThinkingFormat {
  return formatOf(override ?? clues.find((clue) => holds(clue, facts))?.family ?? "elicited");
}

/** The family that a user named. @throws HunchError usage when there is none of this name */
export function familyNamed(name: string): FamilyName {
  const found = familyNames.find((family) => family === name);
  if (found) return found;
  throw new HunchError("usage", `There is no thinking format called ${name}.`, {
    hint: `Those known are ${familyNames.join(", ")}.`,
  });
}

export function formatOf(family: FamilyName): ThinkingFormat {
  return families[family];
}

function holds(clue: Clue, facts: ModelFacts): boolean {
  const { template, name, architecture } = clue;
  if (template && !template.every((text) => facts.chatTemplate?.includes(text))) return false;
  if (name && !name.test(facts.name)) return false;
  return !architecture || architecture.test(facts.architecture);
}

/** The template variables of a rendering. Both common names are always set: a template takes the one that it knows. */
export function templateVariables(
  format: ThinkingFormat,
  thinking: "on" | "off",
  budget: number | null,
): Record<string, unknown> {
  const on = thinking === "on";
  const common = { enable_thinking: on, thinking: on };
  const by = format.switch;
  switch (by.by) {
    case "variables":
      return { ...common, ...(on ? by.on : by.off) };
    case "budgetVariable":
      return { ...common, [by.variable]: on ? (budget ?? -1) : 0 };
    case "effortVariable":
      return { ...common, [by.variable]: on ? level(by.levels, budget) : by.off };
    case "text":
    case "emptyThought":
      return common;
  }
}

/** A free thought gets the highest level. */
function level(levels: readonly (readonly [number, string])[], budget: number | null): string {
  const tokens = budget ?? Number.POSITIVE_INFINITY;
  return (levels.find(([upTo]) => tokens <= upTo) ?? levels.at(-1))?.[1] ?? "medium";
}
