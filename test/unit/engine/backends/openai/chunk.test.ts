import { expect, test } from "vitest";
import { readChunk } from "../../../../../src/engine/backends/openai/chunk.ts";

const texts = (delta: object) => {
  const chunk = readChunk({ choices: [{ delta }] });
  return [chunk?.reasoning, chunk?.content];
};

test.each<[string, object, string, string]>([
  ["llama-server, SGLang, DeepSeek", { reasoning_content: "hm" }, "hm", ""],
  ["vLLM, Ollama", { reasoning: "hm", content: "" }, "hm", ""],
  ["both names at once", { reasoning: "hm", reasoning_content: "hm" }, "hm", ""],
  ["thinking", { thinking: "hm", content: null }, "hm", ""],
  ["an object", { reasoning: { content: "hm" } }, "hm", ""],
  ["details", { reasoning_details: [{ text: "h" }, { summary: "m" }] }, "hm", ""],
  ["details beside the text", { reasoning: "hm", reasoning_details: [{ text: "hm" }] }, "hm", ""],
  [
    "blocks",
    {
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
        { type: "text", text: "A" },
      ],
    },
    "hm",
    "A",
  ],
  ["plain content", { content: "A" }, "", "A"],
  ["nothing", { role: "assistant" }, "", ""],
])("%s", (_, delta, reasoning, content) => {
  expect(texts(delta)).toEqual([reasoning, content]);
});

test("a whole answer and a raw completion", () => {
  expect(readChunk({ choices: [{ message: { content: "A", reasoning: "hm" }, finish_reason: "stop" }] })).toMatchObject(
    {
      reasoning: "hm",
      content: "A",
      finish: "stop",
    },
  );
  expect(readChunk({ choices: [{ text: "A", finish_reason: null }] })).toMatchObject({ content: "A", finish: null });
});

test("an empty reason is none", () => {
  expect(readChunk({ choices: [{ delta: { content: "A" }, finish_reason: "" }] })?.finish).toBeNull();
});

test("figures; wrong ones are not believed", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 7, completion_tokens_details: { reasoning_tokens: 3 } };
  const timings = { prompt_ms: 1.5, predicted_ms: 2, draft_n: 9, draft_n_accepted: 4 };
  expect(readChunk({ choices: [], usage, timings })).toMatchObject({
    usage: { promptTokens: 5, completionTokens: 7, reasoningTokens: 3, cachedTokens: null },
    timings: { promptMs: 1.5, predictedMs: 2, draftedTokens: 9, acceptedTokens: 4 },
  });
  expect(readChunk({ usage: { prompt_tokens: "many", completion_tokens: -1 } })?.usage).toBeNull();
  expect(readChunk({ timings: { draft_n: 1.5, prompt_ms: Number.NaN } })?.timings).toMatchObject({
    draftedTokens: 0,
    promptMs: null,
  });
});

test.each([null, 7, "text", []])("%j is no chunk", (value) => {
  expect(readChunk(value)).toBeNull();
});

test("vLLM's own figures, when it is started to tell them", () => {
  const drafts = { num_draft_tokens: 129, num_accepted_draft_tokens: 10, num_spec_steps: 43 };
  const metrics = { time_to_first_token_ms: 85.2, generation_time_ms: 1240.5, speculative_decoding: drafts };
  expect(readChunk({ choices: [], metrics })?.timings).toEqual({
    cachedTokens: null,
    promptMs: 85.2,
    predictedMs: 1240.5,
    draftedTokens: 129,
    acceptedTokens: 10,
  });
  expect(readChunk({ choices: [], metrics: { speculative_decoding: null } })?.timings).toMatchObject({
    draftedTokens: 0,
    predictedMs: null,
  });
  expect(readChunk({ choices: [], metrics: null })?.timings).toBeNull();
});
