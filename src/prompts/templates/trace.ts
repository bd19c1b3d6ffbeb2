/**
 * Running code in the head: values, no words. For questions about what code returns or prints. Without an example: small
 * models take an example's values for the real ones.
 */
import type { Template } from "./template.ts";

export const trace: Template = {
  name: "trace",
  thinks: true,
  style: () =>
    "Think by running the code with the given values: one short line a step, each changed variable with its new value. No sentences.",
  opening: "- ",
  claims: "Intermediate values written out make small models execute code far better than direct answers do.",
  source: "Scratchpads for intermediate computation, arXiv 2112.00114",
  measured: [
    { model: "Qwen2.5-Coder 1.5B", data: "calibration tasks, values", items: 30, thinkingTokens: 204, accuracy: 0.1 },
  ],
};
