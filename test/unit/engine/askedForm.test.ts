import { expect, it } from "vitest";
import type { GenerateParams } from "../../../src/common/protocol.ts";
import type { AnswerForm } from "../../../src/common/thinkingControls.ts";
import { AskedForm } from "../../../src/engine/askedForm.ts";
import type { EngineModel } from "../../../src/engine/backends/embedded/engineModel.ts";
import { Output } from "../../../src/engine/output.ts";
import type { Decoder } from "../../../src/engine/speculation/decoder.ts";
import { formatOf } from "../../../src/engine/thinking/formats.ts";

/** An answer whose tokens are the texts that it is told, of a model that goes on with `next`. */
function answering(next: string, answerForm: AnswerForm = { kind: "line", lead: "Answer:" }, startsInside = false) {
  const texts: string[] = [];
  const codec = {
    streamDecoder: () => ({ push: (token: number) => texts[token], end: () => "" }),
    kindOf: () => "text",
    decode: ([token]: number[]) => texts[token!],
  };
  const model = { format: formatOf("elicited"), codec } as unknown as EngineModel;
  const output = new Output(model, { startsInside });
  const say = (text: string, forced = false) => output.push(texts.push(text) - 1, "target", forced);
  const decoder = { room: 100, likeliest: async () => texts.push(next) - 1, force: async () => {} };
  const params = { maxTokens: 100, answerForm } as GenerateParams;
  const force = async (text: string) => void say(text, true);
  const form = new AskedForm({ model, params, decoder: decoder as unknown as Decoder, output, force });
  return { form, output, say };
}

it("a line that was begun is complete with its end, which the output shows only with what follows", async () => {
  const { form, output, say } = answering(" 42");
  for (const text of ["It", " adds", " them", ".", "\n"]) say(text);
  await form.begin(false);
  expect(form.isDone).toBe(false);
  say("\n");
  expect(form.isDone).toBe(true);
  output.end();
  expect(output.answer).toBe("It adds them.\n\nAnswer: 42");
});

it("a block of code has all tokens that are left, and stays open where they do not suffice", async () => {
  const { form, output, say } = answering("x", { kind: "codeBlock", onlyIfCut: true }, true);
  say("Hm.");
  output.declareThoughtEnd("budget", "");
  for (const text of ["\n</think>\n\n", "```", "ts", "\n"]) say(text, text === "\n</think>\n\n");
  for (let line = 0; form.left > 0; line++) say(`f(${line});\n`);
  expect(output.chosenTokens).toBe(100);
  expect(await form.begin(true)).toBe(false);
  expect(output.answer).toMatch(/\n\w+\(\d+\);$/);
  // One that the model leaves open at its own end is closed.
  await form.begin(false);
  output.end();
  expect(output.answer).toMatch(/\);\n```$/);
});

it("tokens are kept for a block of code until it is begun", () => {
  const { form, output, say } = answering("x", { kind: "codeBlock", onlyIfCut: true }, true);
  output.declareThoughtEnd("budget", "");
  say("\n</think>\n\n", true);
  while (form.left > 0) say(" and so on");
  expect(output.chosenTokens).toBe(100 - Math.floor(100 / 6));
});
