import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LoadParams } from "../../../../../src/common/protocol.ts";
import type { ModelFacts } from "../../../../../src/engine/backends/llamaServer/modelFacts.ts";
import {
  chooseSpeculation,
  draftCost,
  noSpeculation,
  speculationArgs,
} from "../../../../../src/engine/backends/llamaServer/speculation.ts";
import { temporaryFolder } from "../../../models/support/folder.ts";

const facts: ModelFacts = {
  architecture: "llama",
  name: "m",
  nextnLayers: 0,
  hasMarkovHead: false,
  weightsBytes: 1e9,
  expertBytes: [],
  cacheElements: 1_000,
};
const params: LoadParams = {
  target: { id: "m", path: "/m.gguf" },
  draft: null,
  contextSize: "auto",
  kvType: "auto",
  threads: "auto",
  gpu: "off",
  strict: false,
};
const withDraft = { ...params, draft: { id: "d", path: "/d.gguf" } };
const typeOf = (args: readonly string[]) => args[args.indexOf("--spec-type") + 1];

test("a draft costs its share of the weights, of the target's in several files all", () => {
  const folder = temporaryFolder();
  const put = (name: string, bytes: number) => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(bytes));
    return { id: name, path };
  };
  const target = put("big-00001-of-00002.gguf", 10);
  put("big-00002-of-00002.gguf", 90);
  expect(draftCost({ ...params, target, draft: put("small.gguf", 20) })).toBe(0.2);
  expect(draftCost({ ...params, target, draft: null })).toBe(0.05);
});

test("off and strict guess nothing", () => {
  for (const mode of ["off", "strict"] as const) {
    const { args, what } = chooseSpeculation(mode, { ...facts, nextnLayers: 1 }, withDraft, facts);
    expect([args, what]).toEqual([[], ""]);
  }
});

test("the model's own prediction layers, else matches in the text", () => {
  expect(typeOf(chooseSpeculation("auto", { ...facts, nextnLayers: 1 }, params, null).args)).toBe("draft-mtp");
  expect(typeOf(chooseSpeculation("auto", facts, params, null).args)).toBe("ngram-simple");
  expect(typeOf(chooseSpeculation("suffix", { ...facts, nextnLayers: 1 }, params, null).args)).toBe("ngram-simple");
});

test("a draft model by its kind", () => {
  const type = (architecture: string, hasMarkovHead = false) =>
    typeOf(chooseSpeculation("auto", facts, withDraft, { ...facts, architecture, hasMarkovHead }).args);
  expect([type("llama"), type("eagle3"), type("dflash"), type("dflash", true)]).toEqual([
    ...["draft-simple", "draft-eagle3", "draft-dflash", "draft-dspark"],
  ]);
  expect(chooseSpeculation("draft", facts, withDraft, facts).args).toContain("/d.gguf");
});

test("the depth is told to what has one; none guesses nothing", () => {
  const layers = chooseSpeculation("auto", { ...facts, nextnLayers: 1 }, params, null);
  expect(speculationArgs(layers, 5)).toEqual(["--spec-type", "draft-mtp", "--spec-draft-n-max", "5"]);
  expect(speculationArgs(layers, 0)).toEqual([]);
  expect(speculationArgs(chooseSpeculation("auto", facts, params, null), 5)).toEqual(["--spec-type", "ngram-simple"]);
  expect(speculationArgs(noSpeculation, 5)).toEqual([]);
});
