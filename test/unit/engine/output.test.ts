import { expect, it } from "vitest";
import type { EngineModel } from "../../../src/engine/backends/embedded/engineModel.ts";
import { Output } from "../../../src/engine/output.ts";
import { formatOf } from "../../../src/engine/thinking/formats.ts";

/** What an output is at each of its tokens, which are these texts. */
function kinds(resumedText: string, texts: string[]): string[] {
  const codec = {
    streamDecoder: () => ({ push: (token: number) => texts[token], end: () => "" }),
    kindOf: () => "text",
  };
  const model = { format: formatOf("elicited"), codec } as unknown as EngineModel;
  const output = new Output(model, { startsInside: false, resumedText });
  return texts.map((_, token) => {
    output.push(token, "target");
    return output.kind;
  });
}

it("an answer that is carried on inside a code block is code up to the block's end", () => {
  const rest = ["  one,\n", "];\n", "```\n", "That", " is all."];
  const expected = ["code", "code", "code", "prose", "prose"];
  const begun = ["Here:\n", "```ts\n", "const list = [\n"];
  expect(kinds("", [...begun, ...rest]).slice(begun.length)).toEqual(expected);
  expect(kinds(begun.join(""), rest)).toEqual(expected);
  // Where it was interrupted is no matter: in the opening line, or behind the block.
  expect(kinds("Here:\n``", ["`ts\n", "const", "\n"])).toEqual(["code", "code", "code"]);
  expect(kinds("```ts\n1\n```\n", ["So", " be it."])).toEqual(["prose", "prose"]);
});
