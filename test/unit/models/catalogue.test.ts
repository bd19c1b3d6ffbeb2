import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { catalogue, defaultModelId, expectedBytes, findModel, sizeText } from "../../../src/models/catalogue.ts";
import { modelOf, testContent } from "./support/model.ts";

function json(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../../src/models/${name}`, import.meta.url), "utf8"));
}

const validate = new Ajv({ allErrors: true }).compile(json("catalogue.schema.json"));

test("the catalogue follows its schema", () => {
  validate(json("catalogue.json"));
  expect(validate.errors).toBeNull();
});

test.each<[string, Record<string, unknown>]>([
  ["a file name that leaves the folder", { file: "../evil.gguf" }],
  ["a package that would be an option of pip", { mirrors: [{ ...wheels(), package: "--index-url=x" }] }],
  ["a SHA-256 that is none", { sha256: "abc" }],
  [
    "a mirror without a pinned SHA-256 and without a publisher",
    { repository: null, sha256: null, mirrors: [wheels()] },
  ],
  ["no place to get it from", { repository: null, mirrors: [] }],
  ["an unknown field", { colour: "red" }],
])("the schema rejects %s", (_, changes) => {
  const [model] = json("catalogue.json").models as Record<string, unknown>[];
  expect(validate({ models: [{ ...model, ...changes }] })).toBe(false);
});

function wheels() {
  return { kind: "wheels", package: "a-part{part}", version: "1.0", parts: 2, partBytes: 10, member: "part{part}.bin" };
}

test("ids, files and checksums are unique, drafts exist and are smaller", () => {
  for (const key of ["id", "file", "sha256"] as const)
    expect(new Set(catalogue.map((model) => model[key])).size, key).toBe(catalogue.length);
  for (const model of catalogue)
    if (model.draft !== null) expect(expectedBytes(findModel(model.draft))).toBeLessThan(expectedBytes(model));
});

test("what is needed is there: the default model with a mirror, and reasoning models", () => {
  expect(findModel(defaultModelId).mirrors).not.toHaveLength(0);
  expect(catalogue.filter((model) => model.reasoning).length).toBeGreaterThanOrEqual(6);
});

test("the parts of a mirror make the file", () => {
  for (const model of catalogue)
    for (const { parts, partBytes } of model.mirrors) {
      expect(parts * partBytes, model.id).toBeGreaterThanOrEqual(model.bytes!);
      expect((parts - 1) * partBytes, model.id).toBeLessThan(model.bytes!);
    }
});

test("the approximate size is near the exact one", () => {
  for (const model of catalogue) expect(model.approximateBytes / model.bytes!).toBeCloseTo(1, 1);
});

test("the memory need covers weights, KV cache and overhead", () => {
  // 28 layers × 2 KV heads × (128 + 128) × 8 192 tokens × 2 bytes = 235 MB
  expect(findModel("qwen2.5-coder-1.5b").memoryBytes).toBe(1_117_320_768 + 234_881_024 + 300_000_000);
});

test("an unknown id names what comes close", () => {
  expect(findModel(" Qwen3-8B ").id).toBe("qwen3-8b");
  expect(() => findModel("qwen3-9b")).toThrow(
    expect.objectContaining({ code: "unknownModel", hint: expect.stringContaining("qwen3-8b") }),
  );
  expect(() => findModel("llama")).toThrow(expect.objectContaining({ hint: expect.stringContaining(defaultModelId) }));
});

test("a size that is not known exactly is shown as approximate", () => {
  const model = modelOf(testContent(10), { bytes: null, approximateBytes: 5_030_000_000 });
  expect(sizeText(model)).toBe("about 5.03 GB");
  expect(sizeText({ ...model, bytes: 1_117_320_768 })).toBe("1.12 GB");
});
