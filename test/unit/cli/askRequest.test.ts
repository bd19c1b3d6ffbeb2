import { expect, test } from "vitest";
import { parseAskRequest } from "../../../src/cli/askRequest.ts";
import { modelServer } from "../../../src/cli/modelServer.ts";

test("a bare question takes the defaults of the contract", () => {
  const { seed, ...request } = parseAskRequest(["Why?"]);
  expect(request).toEqual({
    engine: {
      model: "qwen2.5-coder-1.5b",
      draft: null,
      contextSize: "auto",
      kvType: "auto",
      threads: "auto",
      gpu: "auto",
      speculation: "auto",
      thinkingFormat: null,
      promptCacheSize: 0,
      server: null,
      chooseBackend: false,
    },
    question: { from: "argument", text: "Why?" },
    files: [],
    raw: false,
    effort: "auto",
    template: null,
    budget: null,
    thoughts: 1,
    answerAfter: null,
    controls: { earlyExit: "auto", loopGuard: true, dampHesitation: false },
    answerLine: null,
    maxTokens: null,
    sampling: {},
    json: false,
    verbose: false,
    shared: false,
  });
  expect(Number.isInteger(seed) && seed >= 0).toBe(true);
});

test("all options of the contract", () => {
  const argv =
    "- --model a.gguf --draft none --effort high --template draft --budget 100 --max-tokens 9 --temperature 0.7 --top-k 4 --top-p 0.9 --min-p 0.05 --seed 3 --speculation strict --context 4096 --kv-type q8_0 --threads 2 --gpu off --backend embedded --json --file a.ts:2-3 --file b.ts";
  expect(parseAskRequest(argv.split(" "))).toEqual({
    engine: {
      model: "a.gguf",
      draft: "none",
      contextSize: 4096,
      kvType: "q8_0",
      threads: 2,
      gpu: "off",
      speculation: "strict",
      thinkingFormat: null,
      promptCacheSize: 0,
      server: null,
      chooseBackend: false,
    },
    question: { from: "stdin" },
    files: [
      { path: "a.ts", lines: { start: 2, end: 3 } },
      { path: "b.ts", lines: null },
    ],
    raw: false,
    effort: "high",
    template: "draft",
    budget: 100,
    thoughts: 1,
    answerAfter: null,
    controls: { earlyExit: "auto", loopGuard: true, dampHesitation: false },
    answerLine: null,
    maxTokens: 9,
    sampling: { temperature: 0.7, topK: 4, topP: 0.9, minP: 0.05 },
    seed: 3,
    json: true,
    verbose: false,
    shared: false,
  });
  expect(parseAskRequest(["--raw", "--prompt-file", "p.txt"])).toMatchObject({
    raw: true,
    question: { from: "file", path: "p.txt" },
  });
});

test("each control of a thought can be switched", () => {
  const argv = ["x", "--early-exit", "off", "--no-loop-guard", "--damp-hesitation", "--answer-after", "2.5"];
  expect(parseAskRequest(argv)).toMatchObject({
    answerAfter: 2.5,
    controls: { earlyExit: "off", loopGuard: false, dampHesitation: true },
  });
});

test.each([
  [["x", "--effort", "huge"], "Allowed choices are"],
  [["x", "--max-tokens", "0"], "from 1 to"],
  [["x", "--max-tokens", "1.5"], "whole number"],
  [["x", "--temperature", "warm"], "a number from 0"],
  [["x", "--temperature", ""], "a number from 0"],
  [["x", "--threads", "none"], 'It takes "auto" or a whole number'],
  [["x", "--template", "loud"], "Allowed choices are"],
  [["x", "--speculatoin", "off"], "--speculation"],
  [["x", "y"], "too many arguments"],
  [["x", "--prompt-file", "p"], "given twice"],
  [[], "nothing to ask"],
  [["x", "--file", "a.ts:9-3"], "no lines 9 to 3"],
  [["x", "--raw", "--file", "a.ts"], "--file has no place"],
  [["x", "--raw", "--budget", "3"], "--raw has no thought"],
  [["x", "--raw", "--answer-after", "3"], "--raw has no thought"],
  [["x", "--early-exit", "on"], "Allowed choices are"],
  [["x", "--raw", "--damp-hesitation"], "--damp-hesitation needs"],
  [["x", "--backend", "openai", "--endpoint", "http://127.0.0.1:1", "--damp-hesitation"], "--damp-hesitation needs"],
  [["x", "--thinking-format", "qwen"], "Allowed choices are"],
  [
    ["x", "--backend", "openai", "--endpoint", "http://127.0.0.1:1", "--thinking-format", "qwen3"],
    "marks thoughts itself",
  ],
  [["x", "--backend", "openai", "--endpoint", "http://127.0.0.1:1", "--answer-line", "A:"], "--answer-line needs"],
  [["x", "--thoughts", "4", "--effort", "off"], "there is to be none"],
  [["x", "--thoughts", "4", "--budget", "0"], "there is to be none"],
  [["x", "--answer-after", "soon"], "a number from 0"],
  [["x", "--raw", "--thoughts", "3"], "Several thoughts"],
  [["x", "--backend", "openai", "--endpoint", "http://127.0.0.1:1", "--thoughts", "3"], "Several thoughts"],
  [["x", "--speculation", "draft", "--draft", "none"], "needs a draft model"],
  [["x", "--backend", "openai"], "needs the server's address"],
  [["x", "--endpoint", "http://127.0.0.1"], "--endpoint belongs"],
])("%j is refused with words that help", (argv, words) => {
  expect(() => parseAskRequest(argv as string[])).toThrow(words);
});

test("a server: its first model unless one is named, and the key from the environment", () => {
  const { engine } = parseAskRequest(["x", "--backend", "openai", "--endpoint", "http://127.0.0.1:8000"]);
  expect(engine).toMatchObject({ model: "", server: { kind: "openai", endpoint: "http://127.0.0.1:8000" } });
  const named = parseAskRequest(["x", "--backend", "openai", "--endpoint", "http://a/v1", "--model", "qwen"]);
  expect(named.engine.model).toBe("qwen");
});

test("several servers: one key for all, or for each its own", () => {
  const keysOf = (endpoint: string, env: NodeJS.ProcessEnv) => {
    const server = modelServer({ backend: "openai", endpoint, speculation: "auto" }, env);
    if (server?.kind !== "openai") throw new Error("no server");
    return [server, ...(server.others ?? [])].map((one) => [one.endpoint, one.apiKey]);
  };
  const three = "http://a,http://b, http://c";
  const all = (key: string | null) => ["http://a", "http://b", "http://c"].map((endpoint) => [endpoint, key]);
  expect(keysOf(three, {})).toEqual(all(null));
  expect(keysOf(three, { HUNCH_API_KEY: "k" })).toEqual(all("k"));
  expect(keysOf(three, { HUNCH_API_KEY: "k", HUNCH_API_KEYS: "one,, three" })).toEqual([
    ["http://a", "one"],
    ["http://b", null],
    ["http://c", "three"],
  ]);
  expect(keysOf("http://a", { HUNCH_API_KEY: "k", HUNCH_API_KEYS: " " })).toEqual([["http://a", "k"]]);
  for (const keys of ["one,two", "one,two,three,four"])
    expect(() => keysOf(three, { HUNCH_API_KEYS: keys })).toThrow("places for the 3 servers");
});

test("--shared loads the model as the editor does", () => {
  expect(parseAskRequest(["Why?", "--shared"])).toMatchObject({ shared: true, engine: { promptCacheSize: 2_000 } });
  const { engine } = parseAskRequest(["Why?", "--shared", "--prompt-cache", "0"]);
  expect(engine.promptCacheSize).toBe(0);
});

test("what --shared keeps of prompts is the user's limit only where the user gave one", () => {
  const engine = (...argv: string[]) => parseAskRequest(["Why?", "--shared", ...argv]).engine;
  expect(engine("--gpu", "off")).toMatchObject({ promptCacheByDefault: true });
  expect(engine("--gpu", "off", "--prompt-cache", "2000").promptCacheByDefault).toBeUndefined();
  expect(parseAskRequest(["Why?"]).engine.promptCacheByDefault).toBeUndefined();
});

test("--shared takes what is loaded, unless an option says how to load", () => {
  const engine = (...argv: string[]) => parseAskRequest(["Why?", "--shared", ...argv]).engine;
  expect(engine("--effort", "low")).toMatchObject({ takesLoaded: true, chooseBackend: true });
  for (const option of [
    "--context 4096",
    "--kv-type q8_0",
    "--threads 2",
    "--gpu off",
    "--speculation off",
    "--draft none",
  ])
    expect(engine(...option.split(" ")).takesLoaded, option).toBeUndefined();
  expect(engine("--backend", "embedded")).toMatchObject({ chooseBackend: false });
  expect(engine("--backend", "embedded").takesLoaded).toBeUndefined();
  expect(engine("--thoughts", "3")).toMatchObject({ chooseBackend: false });
  expect(parseAskRequest(["Why?"]).engine.takesLoaded).toBeUndefined();
});
