import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readModelFacts } from "../../../../../src/engine/backends/llamaServer/modelFacts.ts";
import { temporaryFolder } from "../../../models/support/folder.ts";
import { entry, header, withData } from "../../../models/support/ggufFile.ts";

/** A mixture of experts with one tensor of 32 bytes a layer. */
function mixture(...layers: number[]): Buffer {
  const entries = [
    entry("general.architecture", "qwen3moe"),
    entry("general.name", "Tiny"),
    entry("qwen3moe.block_count", 3),
  ];
  const tensors = layers.map((layer, i) => ({
    name: `blk.${layer}.ffn_gate_exps.weight`,
    dimensions: [8],
    type: 0,
    offset: 32 * i,
  }));
  return withData(header(entries, tensors), 32 * layers.length);
}

test("the experts of each layer are counted, 0 where a layer has none", async () => {
  const path = join(temporaryFolder(), "mixture.gguf");
  writeFileSync(path, mixture(0, 2));
  expect(await readModelFacts(path)).toMatchObject({ name: "Tiny", expertBytes: [32, 0, 32], weightsBytes: 64 });
});

test("of a model in several files all of each one count", async () => {
  const folder = temporaryFolder();
  const files = [1, 2].map((part) => join(folder, `big-0000${part}-of-00002.gguf`));
  for (const [i, file] of files.entries()) writeFileSync(file, mixture(2 * i, 2 * i + 1));
  expect(await readModelFacts(files[0]!)).toMatchObject({ expertBytes: [32, 32, 32, 32], weightsBytes: 128 });
});

test.each([999_999_999, 4096])("a tensor that claims to be of layer %i is a damaged file", async (layer) => {
  const path = join(temporaryFolder(), "mixture.gguf");
  writeFileSync(path, mixture(layer));
  await expect(readModelFacts(path)).rejects.toMatchObject({
    code: "notGguf",
    message: expect.stringContaining(`layer ${layer}`),
  });
});
