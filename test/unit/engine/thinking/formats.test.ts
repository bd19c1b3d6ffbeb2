/**
 * Which family a model is taken for, by the name that converters write into its file ("Phi 4 Mini Reasoning") and by the
 * names of files, with hyphens or underscores.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { families } from "../../../../src/engine/thinking/families.ts";
import { detectFormat, type FamilyName } from "../../../../src/engine/thinking/formats.ts";

const published = (file: string) =>
  readFileSync(new URL(`../../../fixtures/templates/${file}.jinja`, import.meta.url), "utf8");
const chatMl = "{% for m in messages %}<|im_start|>{{ m.content.split('</think>')[-1] }}{% endfor %}";
const plain = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>";

const models: readonly [family: FamilyName, name: string, template: string | null, architecture?: string][] = [
  ["elicited", "Qwen2.5 Coder 1.5B Instruct", published("Qwen-Qwen2.5-7B-Instruct")],
  ["elicited", "Qwen3 4B Instruct 2507", chatMl],
  ["elicited", "Qwen3 30B A3B Instruct 2507", chatMl],
  ["elicited", "Qwen3 Coder 30B A3B Instruct", chatMl],
  ["elicited", "Phi 3.5 Mini Instruct", published("microsoft-Phi-3.5-mini-instruct")],
  ["elicited", "Gemma 2 2b It", published("google-gemma-2-2b-it")],
  ["elicited", "Mistral Nemo Instruct 2407", published("mistralai-Mistral-Nemo-Instruct-2407")],
  ["generic", "Step 3.5 Flash", published("StepFun3.5-Flash")],
  ["generic", "MiniMax M1 80k", null],
  ["generic", "MiMo 7B RL", null],
  ["generic", "Qwen3 4B Thinking 2507", chatMl],
  ["qwen3", "Qwen3 0.6B", published("Qwen-Qwen3-0.6B")],
  ["qwen3", "Qwen3.5 4B", published("Qwen3.5-4B")],
  ["qwq", "QwQ 32B", published("Qwen-QwQ-32B")],
  ["deepseekR1", "DeepSeek R1 Distill Llama 8B", published("deepseek-ai-DeepSeek-R1-Distill-Llama-8B")],
  ["deepseekR1", "DeepSeek R1 0528 Qwen3 8B", plain],
  ["deepseek", "DeepSeek V3.1", published("deepseek-ai-DeepSeek-V3.1")],
  ["glm", "GLM 4.6", published("GLM-4.6")],
  ["kimi", "Kimi K2 Thinking", published("Kimi-K2-Thinking")],
  ["minimaxM2", "MiniMax M2", published("MiniMax-M2")],
  ["minimaxM3", "MiniMax M3", published("MiniMax-M3")],
  ["gptOss", "Gpt Oss 120b", published("openai-gpt-oss-120b"), "gpt-oss"],
  ["gptOss", "Gpt Oss 20b", null, "gpt-oss"],
  ["gemma4", "Gemma 4 31B It", published("google-gemma-4-31B-it")],
  ["mistral", "Ministral 3 14B Reasoning 2512", published("mistralai-Ministral-3-14B-Reasoning-2512")],
  ["granite", "Granite 3.3 2b Instruct", published("ibm-granite-granite-3.3-2B-Instruct")],
  ["seedOss", "Seed OSS 36B Instruct", published("ByteDance-Seed-OSS")],
  ["phi4", "Phi 4 Mini Reasoning", plain, "phi3"],
  ["phi4", "Phi 4 Reasoning Plus", plain, "phi3"],
  ["nemotronV1", "Llama 3.1 Nemotron Nano 8B v1", plain, "llama"],
  ["nemotronV1", "Llama 3_3 Nemotron Super 49B v1", plain, "deci"],
  ["nemotron2", "NVIDIA Nemotron Nano 9B v2", published("NVIDIA-Nemotron-Nano-v2")],
  ["nemotron3", "Nemotron 3 Nano 30B A3B", published("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16")],
  ["smolLm3", "SmolLM3 3B", published("HuggingFaceTB-SmolLM3-3B")],
  ["hunyuan3", "Hunyuan 3", published("tencent-Hy3")],
  ["cohere", "Command A Reasoning", published("Cohere2MoE")],
  ["solar", "Solar Open 100B", published("upstage-Solar-Open-100B")],
  ["apriel", "Apriel 1.6 15b Thinker", published("Apriel-1.6-15b-Thinker-fixed")],
];

describe("the family of a model", () => {
  it.each(models)("%s: %s", (family, name, chatTemplate, architecture = "") => {
    for (const space of [" ", "-", "_"])
      for (const spelled of [name.replaceAll(" ", space), name.replaceAll(" ", space).toLowerCase()])
        expect(detectFormat({ name: spelled, chatTemplate, architecture }).family, spelled).toBe(family);
  });

  it("is tried for every family of the table", () => {
    expect(new Set(models.map(([family]) => family))).toEqual(new Set(Object.keys(families)));
  });
});
