import type { Task } from "./task.ts";

/** The user's own question says what to do. */
export const ask: Task = {
  kind: "ask",
  instruction: "",
  answerTokens: 1536,
  effort: "low",
  templates: { low: "draft", medium: "concise" },
};
