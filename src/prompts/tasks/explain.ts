import type { Task } from "./task.ts";

/** Explaining needs an overview, not a derivation: a draft of it is enough. */
export const explain: Task = {
  kind: "explain",
  instruction:
    "Explain this code to a colleague who has not seen it: first its purpose in a sentence, then step by step how it works and why.",
  answerTokens: 1024,
  effort: "low",
  templates: { low: "draft", medium: "concise" },
};
