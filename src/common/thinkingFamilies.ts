/**
 * Names of the families of thinking formats, for options and settings; engine/thinking/families.ts has their markers, and
 * the compiler holds the two together.
 */
export const thinkingFamilies = [
  "elicited",
  "generic",
  "qwen3",
  "qwq",
  "deepseekR1",
  "deepseek",
  "glm",
  "kimi",
  "minimaxM2",
  "minimaxM3",
  "gptOss",
  "gemma4",
  "mistral",
  "granite",
  "seedOss",
  "phi4",
  "nemotronV1",
  "nemotron3",
  "nemotron2",
  "smolLm3",
  "hunyuan3",
  "cohere",
  "solar",
  "apriel",
] as const;

export type ThinkingFamily = (typeof thinkingFamilies)[number];
