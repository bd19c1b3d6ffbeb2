import type { Task } from "./task.ts";

/** Many short notes, each about what is on its line: nothing to think over. */
export const annotate: Task = {
  kind: "annotate",
  instruction:
    "Each line begins with its number. For every line that does something, write its number, a colon, and in at most ten words what it does and why. Nothing else.",
  answerTokens: 1536,
  effort: "off",
  templates: { low: "draft", medium: "concise" },
  alternatives: [],
  claims:
    "A note a line is read off the code: at equal small budgets an answer without a thought is the better one. Not measured by us for notes.",
  source: "NoThinking, arXiv 2504.09858",
};
