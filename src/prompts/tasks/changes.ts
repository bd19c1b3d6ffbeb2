import type { Task } from "./task.ts";

/** A reviewer wants to know what is different and what may break, not how the whole works. */
export const changes: Task = {
  kind: "changes",
  instruction:
    "These are changes to code, as a diff. Tell a reviewer what changes and why it may have been done, the most important first, then what could break. Do not repeat the diff.",
  answerTokens: 1024,
  effort: "low",
  templates: { low: "draft", medium: "concise" },
  alternatives: ["sketch"],
  claims:
    "A diff is its own list of what to say, and notes pick the order. The papers measured answers that can be checked; for reviews we have not.",
  source: "Chain of Draft, arXiv 2502.18600; Concise chain of thought, arXiv 2401.05618",
};
