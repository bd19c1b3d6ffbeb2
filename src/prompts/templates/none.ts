/** No thought at all: for tasks that need none, and for users in a hurry. */
import type { Template } from "./template.ts";

export const none: Template = {
  name: "none",
  thinks: false,
  style: () => "",
  opening: "",
  claims: "Up to 5 times fewer tokens; better than thinking at equal small budgets, worse where values are computed.",
  source: "NoThinking, arXiv 2504.09858",
  measured: [
    { model: "Qwen2.5-Coder 1.5B", data: "calibration tasks, values", items: 30, thinkingTokens: 0, accuracy: 0.13 },
    { model: "Qwen2.5-Coder 1.5B", data: "calibration tasks, reasoning", items: 18, thinkingTokens: 0, accuracy: 0.17 },
    { model: "Qwen2.5-Coder 1.5B", data: "CRUXEval-O", items: 120, thinkingTokens: 0, accuracy: 0.34 },
  ],
};
