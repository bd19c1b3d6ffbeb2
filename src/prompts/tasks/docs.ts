import type { Task } from "./task.ts";

/** What is said is in the code already. */
export const docs: Task = {
  kind: "docs",
  instruction:
    "Write the documentation comment of this code in its language's usual form: purpose, parameters, result, errors. Give only the comment, in one fenced block.",
  form: { kind: "codeBlock" },
  answerTokens: 768,
  effort: "off",
  templates: { low: "draft", medium: "concise" },
  alternatives: [],
  claims:
    "A comment restates what the code says, so no thought is the rule; worse than thinking where values are computed, which a comment does not do. Not measured by us for comments.",
  source: "NoThinking, arXiv 2504.09858",
};
