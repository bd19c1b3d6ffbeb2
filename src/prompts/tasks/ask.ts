import type { Task } from "./task.ts";

/** The user's own question says what to do. */
export const ask: Task = {
  kind: "ask",
  instruction: "",
  answerTokens: 1536,
  effort: "low",
  templates: { low: "draft", medium: "concise" },
  alternatives: ["sketch", "budgeted"],
  claims:
    "Notes cost a fraction of full sentences at about the same accuracy; small models lose more, so medium writes short sentences. `bench thinking` measures that on values of code and on arithmetic, not on other questions.",
  source: "Chain of Draft, arXiv 2502.18600; Concise chain of thought, arXiv 2401.05618",
};
