import { expect, test } from "vitest";
import { parseAskRequest } from "../../../src/cli/askRequest.ts";
import { unmetOptions } from "../../../src/cli/unmetOptions.ts";
import { model } from "./samples.ts";

const told = (argv: string[], of: Partial<typeof model> = {}, thinks = true) =>
  unmetOptions(parseAskRequest(["x", ...argv]), { ...model, ...of }, thinks).map(({ message }) => message);

test("fewer thoughts than were asked for are said, with the reason", () => {
  const four = ["--thoughts", "4"];
  expect(told(four, { thoughts: 4 })).toEqual([]);
  expect(told(four, { thoughts: 2 })).toEqual(["There is room for 2 thoughts side by side, not for 4."]);
  expect(told(four)).toEqual([expect.stringContaining("thinks one thought")]);
  expect(told(four, { thoughts: 4 }, false)).toEqual([expect.stringContaining("without a thought")]);
});

test("what a server can not do is said where Hunch has chosen it", () => {
  const argv = ["--backend", "auto", "--answer-line", "Answer:", "--damp-hesitation"];
  expect(told(argv)).toEqual([]);
  expect(told(argv, { backend: "llama-server" })).toEqual([
    expect.stringContaining("--answer-line has no effect"),
    expect.stringContaining("--damp-hesitation has no effect"),
  ]);
  expect(told([], { backend: "openai" })).toEqual([]);
});
