/**
 * The families of thinking formats, one row each. Read from the models' published chat templates (test/fixtures/templates)
 * and model cards; advice on sampling is the publisher's. What a field means is said in formats.ts.
 */
import type { ThinkingFamily } from "../../common/thinkingFamilies.ts";
import type { ThinkingFormat, ThinkingSwitch } from "./formats.ts";

type Row = Omit<ThinkingFormat, "family">;

const noWrapper = { open: [], close: [] };
const byTemplate: ThinkingSwitch = { by: "variables", on: {}, off: {} };
const byEmptyThought: ThinkingSwitch = { by: "emptyThought" };

/** `<think>` and `</think>`, each on its own line. */
const thinkTags = {
  open: ["<think>"],
  close: ["</think>"],
  answer: noWrapper,
  text: { open: "<think>\n", close: "\n</think>\n\n", empty: "<think>\n\n</think>\n\n" },
  forceOpen: false,
  native: true,
  canDisable: true,
  instructions: "system",
  switch: byTemplate,
} as const satisfies Row;

/** The same markers without line breaks around them. */
const tightText = { open: "<think>", close: "</think>", empty: "<think></think>" };

const rows = {
  /** Not trained to think: the prompt asks for a thought and opens it. */
  elicited: {
    ...thinkTags,
    open: ["<think>", "<thinking>"],
    close: ["</think>", "</thinking>"],
    text: { ...thinkTags.text, empty: "" },
    native: false,
    forceOpen: true,
    switch: byEmptyThought,
  },

  /** A `<think>` model of no family below. */
  generic: thinkTags,

  /** Qwen3, Qwen3.5 and later: the model opens the thought in the first, the prompt in the others. */
  qwen3: { ...thinkTags, sampling: { temperature: 0.6, topP: 0.95, topK: 20, minP: 0 } },

  qwq: {
    ...thinkTags,
    forceOpen: true,
    switch: byEmptyThought,
    sampling: { temperature: 0.6, topP: 0.95, topK: 40, minP: 0 },
  },

  /** R1 and its distills: no system prompt; some templates do not open the thought, which the publisher advises. */
  deepseekR1: {
    ...thinkTags,
    forceOpen: true,
    instructions: "user",
    switch: byEmptyThought,
    sampling: { temperature: 0.6, topP: 0.95 },
  },

  /** V3.1 and later: both ways in one model. */
  deepseek: { ...thinkTags, text: tightText, sampling: { temperature: 0.6, topP: 0.95 } },

  /** GLM 4.5 and later; the markers stand on the line of the text. */
  glm: {
    ...thinkTags,
    text: { open: "<think>", close: "</think>\n", empty: "<think></think>\n" },
    sampling: { temperature: 1, topP: 0.95, topK: 40 },
  },

  kimi: { ...thinkTags, text: tightText, switch: byEmptyThought, sampling: { temperature: 1 } },

  minimaxM2: {
    ...thinkTags,
    forceOpen: true,
    switch: byEmptyThought,
    sampling: { temperature: 1, topP: 0.95, topK: 40 },
  },

  minimaxM3: {
    ...thinkTags,
    open: ["<mm:think>"],
    close: ["</mm:think>"],
    text: { open: "<mm:think>", close: "</mm:think>", empty: "</mm:think>" },
    switch: { by: "variables", on: { thinking_mode: "enabled" }, off: { thinking_mode: "disabled" } },
  },

  /** OpenAI's harmony format. It has no switch; an answer opened in the prompt leaves no place for a thought. */
  gptOss: {
    ...thinkTags,
    open: [
      "<|start|>assistant<|channel|>commentary<|message|>",
      "<|start|>assistant<|channel|>analysis<|message|>",
      "<|channel|>commentary<|message|>",
      "<|channel|>analysis<|message|>",
    ],
    close: ["<|end|>"],
    answer: { open: ["<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"], close: [] },
    text: {
      open: "<|channel|>analysis<|message|>",
      close: "<|end|><|start|>assistant<|channel|>final<|message|>",
      empty: "<|channel|>final<|message|>",
      answer: "<|channel|>final<|message|>",
    },
    instructions: "developer",
    switch: {
      by: "effortVariable",
      variable: "reasoning_effort",
      levels: [
        [512, "low"],
        [4096, "medium"],
        [Number.POSITIVE_INFINITY, "high"],
      ],
      off: "low",
    },
    sampling: { temperature: 1, topP: 1 },
  },

  gemma4: {
    ...thinkTags,
    open: ["<|channel>thought"],
    close: ["<channel|>"],
    text: { open: "<|channel>thought\n", close: "\n<channel|>", empty: "<|channel>thought\n<channel|>" },
    sampling: { temperature: 1, topP: 0.95, topK: 64 },
  },

  /** Magistral, Ministral-Reasoning: the template's default system prompt asks for the thought; another one ends that. */
  mistral: {
    ...thinkTags,
    open: ["[THINK]"],
    close: ["[/THINK]"],
    text: { open: "[THINK]", close: "[/THINK]", empty: "" },
    instructions: "user",
    switch: { by: "text", where: "system", on: "", off: "Answer at once, without a thinking process." },
    sampling: { temperature: 0.7, topP: 0.95 },
  },

  /** Granite 3.3: its own system prompt asks for thought and response; one of ours would take its place. */
  granite: {
    ...thinkTags,
    answer: { open: ["<response>"], close: ["</response>"] },
    text: { open: "<think>", close: "</think>\n<response>", empty: "" },
    instructions: "user",
  },

  seedOss: {
    ...thinkTags,
    open: ["<seed:think>"],
    close: ["</seed:think>"],
    text: { open: "<seed:think>", close: "</seed:think>\n", empty: "<seed:think></seed:think>\n" },
    switch: { by: "budgetVariable", variable: "thinking_budget" },
    sampling: { temperature: 1.1, topP: 0.95 },
  },

  /** Phi-4-reasoning: a fixed system prompt asks for the thought, so ours would only disturb. */
  phi4: {
    ...thinkTags,
    forceOpen: true,
    instructions: "user",
    switch: byEmptyThought,
    sampling: { temperature: 0.8, topP: 0.95, topK: 50 },
  },

  /** Llama-Nemotron: the whole system message is the switch. */
  nemotronV1: {
    ...thinkTags,
    instructions: "user",
    switch: { by: "text", where: "system", on: "detailed thinking on", off: "detailed thinking off" },
    text: { ...thinkTags.text, empty: "" },
    sampling: { temperature: 0.6, topP: 0.95 },
  },

  /** Nemotron Nano 3. */
  nemotron3: {
    ...thinkTags,
    text: { ...thinkTags.text, empty: "<think></think>" },
    sampling: { temperature: 0.6, topP: 0.95 },
  },

  /** Nemotron Nano 2: switched by words, which its template takes out again. */
  nemotron2: {
    ...thinkTags,
    text: { open: "<think>\n", close: "\n</think>\n\n", empty: "<think></think>" },
    switch: { by: "text", where: "lastUser", on: "", off: "/no_think" },
    sampling: { temperature: 0.6, topP: 0.95 },
  },

  smolLm3: {
    ...thinkTags,
    text: { ...thinkTags.text, empty: "<think>\n\n</think>\n" },
    sampling: { temperature: 0.6, topP: 0.95 },
  },

  /** Hunyuan 3; its markers carry a suffix. */
  hunyuan3: {
    ...thinkTags,
    open: ["<think:opensource>", "<think>"],
    close: ["</think:opensource>", "</think>"],
    text: {
      open: "<think:opensource>",
      close: "</think:opensource>",
      empty: "<think:opensource></think:opensource>",
    },
    switch: {
      by: "effortVariable",
      variable: "reasoning_effort",
      levels: [
        [1024, "low"],
        [Number.POSITIVE_INFINITY, "high"],
      ],
      off: "no_think",
    },
  },

  cohere: {
    ...thinkTags,
    open: ["<|START_THINKING|>"],
    close: ["<|END_THINKING|>"],
    answer: { open: ["<|START_RESPONSE|>", "<|START_TEXT|>"], close: ["<|END_RESPONSE|>", "<|END_TEXT|>"] },
    text: {
      open: "<|START_THINKING|>",
      close: "<|END_THINKING|><|START_RESPONSE|>",
      empty: "<|START_THINKING|><|END_THINKING|>",
      answer: "<|START_RESPONSE|>",
    },
    switch: { by: "variables", on: { reasoning: true }, off: { reasoning: false } },
  },

  solar: {
    ...thinkTags,
    open: ["<|begin|>assistant<|think|>", "<|think|>"],
    close: ["<|end|>"],
    answer: { open: ["<|begin|>assistant<|content|>", "<|content|>"], close: [] },
    text: {
      open: "<|think|>",
      close: "<|end|><|begin|>assistant<|content|>",
      empty: "<|content|>",
      answer: "<|content|>",
    },
    switch: {
      by: "effortVariable",
      variable: "reasoning_effort",
      levels: [[Number.POSITIVE_INFINITY, "high"]],
      off: "low",
    },
  },

  /** Apriel: everything is a thought until the answer is announced. */
  apriel: {
    ...thinkTags,
    open: ["Here are my reasoning steps:"],
    close: ["[BEGIN FINAL RESPONSE]"],
    answer: { open: [], close: ["[END FINAL RESPONSE]"] },
    text: {
      open: "Here are my reasoning steps:\n",
      close: "\n[BEGIN FINAL RESPONSE]\n",
      empty: "[BEGIN FINAL RESPONSE]\n",
    },
    forceOpen: true,
    instructions: "user",
    switch: byEmptyThought,
    sampling: { temperature: 0.6 },
  },
} as const satisfies Record<ThinkingFamily, Row>;

export type Family = keyof typeof rows;

export const families = Object.fromEntries(
  Object.entries(rows).map(([family, row]) => [family, { ...row, family }]),
) as unknown as { readonly [F in Family]: ThinkingFormat };
