import { expect, it } from "vitest";
import type { GenerateParams } from "../../../src/common/protocol.ts";
import type { GenerationHooks } from "../../../src/engine/backends/backend.ts";
import type { EngineModel } from "../../../src/engine/backends/embedded/engineModel.ts";
import { Output } from "../../../src/engine/output.ts";
import { PromptReader } from "../../../src/engine/promptReader.ts";
import { formatOf } from "../../../src/engine/thinking/formats.ts";

/** What comes out, token by token, behind a raw prompt. */
function behind(prompt: string, texts: string[]) {
  const codec = {
    encode: () => [],
    kindOf: () => "text",
    streamDecoder: () => ({ push: (token: number) => texts[token], end: () => "" }),
  };
  const model = { format: formatOf("qwen3"), codec } as unknown as EngineModel;
  const reader = new PromptReader(model, {} as GenerationHooks, () => {});
  const { start } = reader.render({ prompt: { kind: "raw", text: prompt } } as GenerateParams);
  const output = new Output(model, start);
  for (const token of texts.keys()) output.push(token, "target");
  output.end();
  const events = output.takeEvents(() => ({}) as never);
  return events.flatMap((event) => (event.type === "tokens" ? event.tokens : [])).map(({ text }) => text);
}

it("a raw prompt is gone on from as it stands: the first and the last token are all there", () => {
  const texts = ["\n", "        if", " a", ":", "\n", "\n"];
  expect(behind("def add(a, b):", texts)).toEqual(texts);
  expect(behind("2 + 3 =", [" 5", "\n"])).toEqual([" 5", "\n"]);
});

it("a thought that a raw prompt opens has no white space around it", () => {
  expect(behind("?<think>\n", ["\n", "Hm", "\n</think>\n\n", "Yes", "\n"]).join("|")).toBe("|Hm||Yes|");
});
