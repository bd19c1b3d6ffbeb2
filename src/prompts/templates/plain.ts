/** Thinking as long as the model likes: what the others are compared with. */
import type { Template } from "./template.ts";

export const plain: Template = {
  name: "plain",
  thinks: true,
  style: () => "Think step by step.",
  opening: "",
  claims: "Most accurate where steps matter, and the longest thoughts.",
  source: "Zero-shot chain of thought, arXiv 2205.11916",
  measured: [
    { model: "Qwen2.5-Coder 1.5B", data: "calibration tasks, values", items: 30, thinkingTokens: 305, accuracy: 0.13 },
    {
      model: "Qwen2.5-Coder 1.5B",
      data: "calibration tasks, reasoning",
      items: 18,
      thinkingTokens: 260,
      accuracy: 0.39,
    },
    { model: "Qwen2.5-Coder 1.5B", data: "CRUXEval-O", items: 120, thinkingTokens: 279, accuracy: 0.36 },
    { model: "Qwen2.5-Coder 1.5B", data: "GSM8K", items: 80, thinkingTokens: 261, accuracy: 0.6 },
  ],
};
