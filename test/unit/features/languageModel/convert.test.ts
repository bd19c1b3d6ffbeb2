import { describe, expect, it } from "vitest";
import { toMessages, toParams } from "../../../../src/features/languageModel/convert.ts";
import { model } from "../support.ts";

describe("toMessages", () => {
  it("joins the text of each message", () => {
    expect(
      toMessages([
        { role: 1, content: [{ value: "a" }, { value: "b" }] },
        { role: 2, content: [{ value: "c" }] },
        { role: 1, content: [{ callId: "1", content: [{ value: "result" }] }] },
        { role: 1, content: [{ data: new TextEncoder().encode("{}"), mimeType: "application/json" }] },
      ]),
    ).toEqual([
      { role: "user", content: "ab" },
      { role: "assistant", content: "c" },
      { role: "user", content: "result" },
      { role: "user", content: "{}" },
    ]);
  });

  it.each([
    ["a picture", { data: new Uint8Array(3), mimeType: "image/png" }],
    ["a call of a tool", { callId: "1", name: "shell", input: { command: "ls" } }],
  ])("refuses %s, and says so", (_name, part) => {
    expect(() => toMessages([{ role: 1, content: [part] }])).toThrow(/text only/);
  });
});

describe("toParams", () => {
  const facts = { messages: [], model, options: {}, seed: 7, generationId: "g" };
  it("is greedy, without a thought, unless asked otherwise", () => {
    const { sampling, maxTokens, prompt } = toParams(facts);
    expect([sampling.temperature, sampling.seed, maxTokens, prompt]).toMatchObject([0, 7, 2_048, { thinking: "off" }]);
  });
  it("takes the caller's options as they are usually spelt, and no nonsense", () => {
    const options = { temperature: 0.5, top_p: 0.9, max_tokens: 10.4, topK: "many", other: {} };
    expect(toParams({ ...facts, options })).toMatchObject({
      sampling: { temperature: 0.5, topP: 0.9, topK: 0 },
      maxTokens: 10,
    });
    expect(toParams({ ...facts, options: { maxTokens: -5, temperature: Number.NaN } })).toMatchObject({
      maxTokens: 1,
      sampling: { temperature: 0 },
    });
  });
  it("lets a model think that can not do without", () => {
    const always = { ...model, thinking: { ...model.thinking, canDisable: false } };
    expect(toParams({ ...facts, model: always }).prompt).toMatchObject({ thinking: "on" });
  });
});
