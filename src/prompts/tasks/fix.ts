import type { Task } from "./task.ts";

/** A fault is found by following the code, so this thinks more. */
export const fix: Task = {
  kind: "fix",
  instruction:
    "Find the fault in this code and correct it. Give the whole corrected code in one fenced block, then say in a sentence or two what was wrong.",
  form: { kind: "codeBlock" },
  answerTokens: 2048,
  effort: "medium",
  templates: { low: "draft", medium: "concise" },
  alternatives: ["budgeted"],
  claims:
    "The cause has to be followed through the code, in whole steps: short sentences keep the accuracy of long thoughts but for mathematics with weak models. Not measured by us for fixes.",
  source: "Concise chain of thought, arXiv 2401.05618; Chain of Draft, arXiv 2502.18600",
};
