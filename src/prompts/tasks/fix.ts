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
};
