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

test("what steers a thought is said to have no effect where there is none", () => {
  const none = (name: string) =>
    `This question is answered without a thought: ${name} has no effect. Choose an --effort.`;
  const argv = ["--effort", "off", "--budget", "30", "--answer-after", "1", "--damp-hesitation"];
  expect(told(argv, {}, false)).toEqual([none("--budget"), none("--answer-after"), none("--damp-hesitation")]);
  expect(told(["--budget", "0"], {}, false)).toEqual([]);
  const lastWords = (...argv: string[]) =>
    told([...argv, "--answer-after", "1"], {}, false)[0]
      ?.split(". ")
      .at(-1);
  expect(lastWords("--effort", "high", "--budget", "0")).toBe("Leave --budget 0 out.");
  expect(lastWords("--effort", "high", "--template", "none")).toBe("Leave --template none out.");
  expect(() => told(["--raw", "--answer-after", "1"])).toThrow(/--raw/);
  // A model that can not be kept from thinking keeps to them.
  expect(told(argv)).toEqual([]);
});

test("a template that asks for a thought wins over effort off, which is said", () => {
  const argv = ["--effort", "off", "--template"];
  expect(told([...argv, "plain"])).toEqual(["--template plain asks for a thought: --effort off has no effect."]);
  // Thought or not: a model may not be kept from thinking.
  for (const thinks of [false, true]) expect(told([...argv, "none"], {}, thinks)).toEqual([]);
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

test("how a server elsewhere guesses can not be told to it", () => {
  const server = ["--backend", "openai", "--endpoint", "http://127.0.0.1:1"];
  for (const mode of ["off", "strict"])
    expect(told([...server, "--speculation", mode], { backend: "openai" })).toEqual([
      `A server runs this model: --speculation ${mode} has no effect.`,
    ]);
  expect(told(server, { backend: "openai" })).toEqual([]);
  // It is started with it.
  expect(told(["--speculation", "off"], { backend: "llama-server" })).toEqual([]);
});
