import type { Task } from "./task.ts";

/** Explaining needs an overview, not a derivation: a draft of it is enough. */
export const explain: Task = {
  kind: "explain",
  instruction:
    "Explain this code to a colleague who has not seen it: first its purpose in a sentence, then step by step how it works and why.",
  answerTokens: 1024,
  effort: "low",
  templates: { low: "draft", medium: "concise" },
  alternatives: ["sketch"],
  claims:
    "An overview is a list of points, which notes hold. The papers measured answers that can be checked; for explanations nobody has, we neither.",
  source: "Chain of Draft, arXiv 2502.18600; Concise chain of thought, arXiv 2401.05618",
};
