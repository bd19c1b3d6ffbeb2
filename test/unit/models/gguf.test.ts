import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HunchError } from "../../../src/common/errors.ts";
import { readGguf } from "../../../src/models/gguf.ts";
import { temporaryFolder } from "./support/folder.ts";
import { entry, header, str, type Tensor, tinyModel, u32, u64, valueType, withData } from "./support/ggufFile.ts";

async function read(content: Buffer | string) {
  const path = join(temporaryFolder(), "model.gguf");
  writeFileSync(path, content);
  return readGguf(path);
}

/** A metadata entry of an announced type with raw bytes behind it. */
function rawEntry(key: string, type: number, ...bytes: Buffer[]): Buffer {
  return Buffer.concat([str(key), u32(type), ...bytes]);
}

const architecture = entry("general.architecture", "llama");

test("reads what Hunch needs to know of a model", async () => {
  expect(await read(tinyModel())).toEqual({
    version: 3,
    sizeBytes: tinyModel().length,
    architecture: "llama",
    name: "Tiny Test",
    licence: "mit",
    kind: "model",
    quantization: "Q4_K_M",
    parameterCount: 256 * 4 + 8,
    contextSize: 2_048,
    vocabularySize: 3,
    attention: { layers: 2, kvHeads: 2, keyLength: 16, valueLength: 16 },
    predictionLayers: 0,
    hasRecurrentState: false,
    tokenizer: "gpt2",
    chatTemplate: "{{ messages }}",
    split: null,
  });
});

test("takes explicit head sizes, KV heads by layer, a split and a part that is no language model", async () => {
  const info = await read(
    tinyModel([
      entry("llama.attention.key_length", 32),
      entry("llama.attention.value_length", 24),
      entry("split.count", 3),
      entry("split.no", 1),
      entry("general.type", "mmproj"),
    ]),
  );
  expect(info.attention).toEqual({ layers: 2, kvHeads: 2, keyLength: 32, valueLength: 24 });
  expect(info.split).toEqual({ index: 1, count: 3 });
  expect(info.kind).toBe("mmproj");

  const byLayer = header(
    [
      architecture,
      entry("llama.block_count", 4),
      entry("llama.embedding_length", 64),
      entry("llama.attention.head_count", 4),
      entry("llama.attention.head_count_kv", [4, 0, 4, 0]),
    ],
    [],
  );
  expect((await read(byLayer)).attention).toMatchObject({ layers: 4, kvHeads: 2 });
});

test("walks over a vocabulary larger than its buffer", async () => {
  const tokens = Array.from({ length: 120_000 }, (_, i) => `token-${i}-${"x".repeat(i % 40)}`);
  const head = header([architecture, entry("tokenizer.ggml.tokens", tokens), entry("general.name", "Behind It")], []);
  expect(head.length).toBeGreaterThan(2 << 20);
  expect(await read(head)).toMatchObject({ vocabularySize: 120_000, name: "Behind It" });
});

describe("says what is wrong with a file", () => {
  test("that is missing", async () => {
    const error = await readGguf(join(temporaryFolder(), "none.gguf")).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "modelNotFound", message: expect.stringContaining("none.gguf") });
    expect((error as HunchError).hint).not.toBe("");
  });

  test("that is a folder", async () => {
    const folder = join(temporaryFolder(), "model.gguf");
    mkdirSync(folder);
    await expect(readGguf(folder)).rejects.toMatchObject({
      code: "modelNotFound",
      message: expect.stringMatching(/is a folder/),
    });
  });

  test("that is empty", async () => {
    await expect(read("")).rejects.toMatchObject({
      code: "modelTruncated",
      message: expect.stringMatching(/it is empty/),
    });
  });

  test.each([
    ["a web page", "<!DOCTYPE html><html><body>Not found</body></html>", /web page/],
    ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", /Git LFS pointer/],
    ["a zip archive", "PK\u0003\u0004 something", /zip archive/],
    ["a safetensors file", Buffer.concat([u64(40), Buffer.from('{"__metadata__":{}}')]), /safetensors/],
    ["text", "hello, world", /something else/],
    ["one byte", "x", /something else/],
  ])("that is %s", async (_, content, message) => {
    await expect(read(content)).rejects.toMatchObject({ code: "notGguf", message });
  });

  test("that is of another version or byte order", async () => {
    await expect(read(header([], [], 1))).rejects.toMatchObject({
      code: "modelUnsupported",
      message: expect.stringMatching(/version 1/),
    });
    await expect(read(header([], [], 0x03000000))).rejects.toMatchObject({
      code: "modelUnsupported",
      message: expect.stringMatching(/big-endian/),
    });
  });

  test("that is cut anywhere", async () => {
    const whole = tinyModel();
    const path = join(temporaryFolder(), "cut.gguf");
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(readGguf(path), `cut at ${length}`).rejects.toMatchObject({ code: "modelTruncated" });
    }
  });

  test("whose data is cut, with the sizes", async () => {
    const head = header([architecture], [{ name: "w", dimensions: [1_000, 1_000], type: 0, offset: 0 }]);
    await expect(read(withData(head, 1_000_000))).rejects.toMatchObject({
      code: "modelTruncated",
      message: expect.stringMatching(/1\.00 MB of 4\.00 MB/),
    });
  });

  test("whose only tensor has a format that is not known, but lies behind the end", async () => {
    const tensor: Tensor = { name: "w", dimensions: [8], type: 999, offset: 4_096 };
    await expect(read(withData(header([architecture], [tensor]), 100))).rejects.toMatchObject({
      code: "modelTruncated",
    });
    expect(await read(withData(header([architecture], [tensor]), 4_097))).toMatchObject({ parameterCount: 8 });
  });
});

describe("does not believe hostile numbers", () => {
  const start = (tensorCount: bigint | number, entryCount: bigint | number, ...rest: Buffer[]) =>
    Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensorCount), u64(entryCount), ...rest]);
  const big = 2n ** 62n;
  const padding = Buffer.alloc(4_096);

  test.each<[string, Buffer]>([
    ["2^62 metadata entries", start(0, big, padding)],
    ["2^62 tensors", start(big, 0, padding)],
    ["a key of 2^62 bytes", start(0, 1, u64(big), padding)],
    ["a key of a gigabyte", start(0, 1, u64(1 << 30), padding)],
    ["a value of 2^62 bytes", start(0, 1, rawEntry("k", valueType.string, u64(big)), padding)],
    ["a value of two megabytes", start(0, 1, rawEntry("k", valueType.string, u64(2 << 20)), Buffer.alloc(3 << 20))],
    ["2^62 elements", start(0, 1, rawEntry("k", valueType.array, u32(valueType.uint32), u64(big)), padding)],
    ["2^40 strings", start(0, 1, rawEntry("k", valueType.array, u32(valueType.string), u64(2n ** 40n)), padding)],
    ["an unknown type", start(0, 1, rawEntry("k", 77), padding)],
    ["elements of an unknown type", start(0, 1, rawEntry("k", valueType.array, u32(77), u64(1)), padding)],
    [
      "arrays in arrays without end",
      start(
        0,
        1,
        rawEntry("k", valueType.array),
        ...Array.from({ length: 50 }, () => [u32(9), u64(1)]).flat(),
        padding,
      ),
    ],
    ["a tensor of 200 dimensions", start(1, 1, architecture, str("w"), u32(200), padding)],
    ["no architecture", header([entry("general.name", "x")], [])],
    ["an alignment of 0", header([architecture, entry("general.alignment", 0)], [])],
    ["an alignment of a gigabyte", header([architecture, entry("general.alignment", 1 << 30)], [])],
    ["2^80 parameters", header([architecture], [{ name: "w", dimensions: [2 ** 40, 2 ** 40], type: 0, offset: 0 }])],
  ])("%s", async (_, content) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "modelCorrupted",
      message: expect.stringMatching(/damaged/),
    });
  });

  test("nor fails in an unexpected way or at length on any damaged byte", async () => {
    const whole = tinyModel();
    const path = join(temporaryFolder(), "damaged.gguf");
    const codes = new Set<string>();
    for (let at = 0; at < 700; at++)
      for (const value of [0x00, 0xff]) {
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        writeFileSync(path, damaged);
        const error = await readGguf(path).then(
          () => null,
          (caught: unknown) => caught,
        );
        if (error === null) continue;
        expect(error, `byte ${at} = ${value}`).toBeInstanceOf(HunchError);
        codes.add((error as HunchError).code);
      }
    expect([...codes].sort()).toEqual(["modelCorrupted", "modelTruncated", "modelUnsupported", "notGguf"]);
  });
});
