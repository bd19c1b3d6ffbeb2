import { expect, test } from "vitest";
import { ApiError } from "../../../../src/cli/serve/apiError.ts";
import { readRequest } from "../../../../src/cli/serve/apiRequest.ts";
import { model } from "../samples.ts";

const native = {
  ...model,
  thinking: { ...model.thinking, family: "qwen3", native: true, sampling: { temperature: 0.6, topP: 0.95 } },
};
const hello = [{ role: "user", content: "Hello" }];
const chat = (body: object, served = model) =>
  readRequest("chat", { messages: hello, ...body }, { model: served, speculation: "auto", conversationId: "socket" });

test("a plain chat is greedy and does not make a model think that was not trained to", () => {
  const { params, stream, stop } = chat({});
  expect({ stream, stop }).toEqual({ stream: false, stop: [] });
  expect(params).toMatchObject({
    conversationId: "socket",
    prompt: { kind: "chat", messages: hello, thinking: "off" },
    sampling: { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 },
    maxTokens: model.contextSize,
    speculation: "auto",
  });
});

test("a model trained to think does, as its publisher advises; the client's numbers win", () => {
  expect(chat({}, native).params).toMatchObject({
    prompt: { thinking: "on" },
    sampling: { temperature: 0.6, topP: 0.95 },
    controls: { budget: null },
  });
  expect(chat({ temperature: 0 }, native).params.sampling).toMatchObject({ temperature: 0, topP: 0.95 });
  for (const off of [{ reasoning_effort: "none" }, { chat_template_kwargs: { enable_thinking: false } }])
    expect(chat(off, native).params.prompt).toMatchObject({ thinking: "off" });
  expect(chat({ reasoning_effort: "low" }, native).params.controls.budget).toBe(512);
  expect(chat({ reasoning_budget_tokens: 30 }, native).params.controls.budget).toBe(30);
});

test("effort makes an untrained model think, at the end of the last question", () => {
  const { prompt, controls } = chat({ reasoning_effort: "low" }).params;
  expect(prompt).toMatchObject({ kind: "chat", thinking: "on" });
  const last = prompt.kind === "chat" ? prompt.messages.at(-1)?.content : "";
  expect(last).toMatch(/^Hello\n\n.*<think>/s);
  expect(controls.budget).toBe(192);
});

test("OpenAI's shapes of messages", () => {
  const { prompt } = chat({
    messages: [
      { role: "developer", content: "Be short." },
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
      { role: "assistant", content: "c", reasoning_content: "old thought" },
      { role: "user", content: "d" },
    ],
  }).params;
  expect(prompt).toMatchObject({
    messages: [
      { role: "system", content: "Be short." },
      { role: "user", content: "a\nb" },
      { role: "assistant", content: "c" },
      { role: "user", content: "d" },
    ],
  });
});

test("a last message of the assistant is gone on with", () => {
  const messages = [...hello, { role: "assistant", content: "It ", reasoning_content: "hm" }];
  expect(chat({ messages }).params.prompt).toEqual({
    kind: "continue",
    messages: hello,
    thinking: "on",
    partial: { thinking: "hm", answer: "It " },
  });
});

test.each([
  [{ messages: undefined }, /"messages" has to be a list/],
  [{ messages: [] }, /at least one message/],
  [{ messages: "hi" }, /"messages" has to be a list/],
  [{ messages: [null] }, /"messages\[0\]" has to be a JSON object/],
  [{ messages: [{ role: "wizard", content: "x" }] }, /"messages\[0\]\.role" has to be one of/],
  [{ messages: [{ role: "user", content: 7 }] }, /a string or a list of parts/],
  [{ messages: [{ role: "user", content: [{ type: "image_url" }] }] }, /only text/],
  [{ messages: [{ role: "tool", content: "x" }] }, /tools are not supported/],
  [{ messages: [{ role: "system", content: "x" }] }, /no message of the user/],
  [{ model: "gpt-4o" }, /no model "gpt-4o" here; this serves "tiny"/],
  [{ temperature: "warm" }, /"temperature" has to be a number from 0 to 10/],
  [{ temperature: Number.NaN }, /"temperature"/],
  [{ max_tokens: 1.5 }, /"max_tokens" has to be a whole number/],
  [{ max_tokens: 0 }, /"max_tokens" has to be 1 or more/],
  [{ n_predict: 0 }, /"n_predict" has to be 1 or more/],
  [{ stream: "yes" }, /"stream" has to be true or false/],
  [{ n: 2 }, /"n" is not supported/],
  [{ logprobs: true }, /"logprobs" is not supported/],
  [{ frequency_penalty: 0.5 }, /"frequency_penalty" is not supported/],
  [{ tools: [{ type: "function" }] }, /"tools" are not supported/],
  [{ response_format: { type: "json_object" } }, /"response_format"/],
  [{ logit_bias: { 5: 1 } }, /"logit_bias"/],
  [{ grammar: 'root ::= "yes"' }, /"grammar" is not supported/],
  [{ json_schema: {} }, /"json_schema" is not supported/],
  [{ structured_outputs: { choice: ["a"] } }, /"structured_outputs" is not supported/],
  [{ guided_json: {} }, /"guided_json" is not supported/],
  [{ guided_regex: "a+" }, /"guided_regex" is not supported/],
  [{ guided_choice: ["a"] }, /"guided_choice" is not supported/],
  [{ guided_grammar: "" }, /"guided_grammar" is not supported/],
  [{ ignore_eos: true }, /"ignore_eos" is not supported/],
  [{ min_tokens: 5 }, /"min_tokens" is not supported/],
  [{ stop: [1] }, /"stop" has to be/],
  [{ reasoning_effort: "constructor" }, /"reasoning_effort" has to be one of/],
])("%j is refused by name", (body, message) => {
  expect(() => chat(body)).toThrow(message);
  try {
    chat(body);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).status).toBe("model" in body ? 404 : 400);
  }
});

test("neutral values of what is not supported are taken", () => {
  expect(() =>
    chat({ n: 1, logprobs: null, frequency_penalty: 0, tools: [], response_format: { type: "text" } }),
  ).not.toThrow();
  expect(() => chat({ grammar: "", json_schema: null, ignore_eos: false, min_tokens: 0 })).not.toThrow();
});

test("llama-server's word for the length", () => {
  expect(chat({ n_predict: 12 }).params.maxTokens).toBe(12);
  expect(chat({ n_predict: -1 }).params.maxTokens).toBe(model.contextSize);
  expect(chat({ max_tokens: 5, n_predict: 12 }).params.maxTokens).toBe(5);
  expect(chat({ max_completion_tokens: -1, max_tokens: 5 }).params.maxTokens).toBe(model.contextSize);
});

test("raw completions", () => {
  const context = { model, speculation: "off", conversationId: "c" } as const;
  expect(readRequest("completion", { prompt: ["Once"], max_tokens: -1 }, context).params).toMatchObject({
    prompt: { kind: "raw", text: "Once" },
    maxTokens: model.contextSize,
    speculation: "off",
  });
  expect(() => readRequest("completion", { prompt: [1, 2] }, context)).toThrow(/one string/);
  expect(() => readRequest("completion", { prompt: "a", echo: true }, context)).toThrow(/"echo"/);
  expect(() => readRequest("completion", { prompt: "a", grammar: "x" }, context)).toThrow(/"grammar"/);
  expect(() => readRequest("completion", [], context)).toThrow(/JSON object/);
});
