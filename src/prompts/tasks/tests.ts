import type { Task } from "./task.ts";

/** The thought is a plan of cases; a sketch holds it. */
export const tests: Task = {
  kind: "tests",
  instruction:
    "Write tests for this code in the usual test framework of its language: normal use, edge cases, errors. Give one complete test file in one fenced block.",
  form: { kind: "codeBlock" },
  answerTokens: 2048,
  effort: "low",
  templates: { low: "sketch", medium: "sketch" },
  alternatives: ["draft", "concise"],
  claims:
    "A list of cases with what each expects is a sketch; a paradigm that fits the task saves most tokens at little loss. Not measured by us for tests.",
  source: "Sketch-of-Thought, arXiv 2503.05179",
};
