import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { discoverModels, discoverOthers } from "../../../src/models/discover.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { temporaryFolder } from "./support/folder.ts";
import { entry, tinyModel } from "./support/ggufFile.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";

/** A home folder of a user, without any of this machine's own models. */
function setUp(platform: NodeJS.Platform = "darwin") {
  const home = temporaryFolder();
  const put = (path: string, content: Buffer | string = tinyModel()) => {
    const full = join(home, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  };
  const discover = (env: NodeJS.ProcessEnv = {}, models = [modelOf(testContent(1))]) =>
    discoverModels({ folder: join(home, "hunch"), models, from: { env, platform, home } });
  return { home, put, discover };
}

const ollamaManifest = (digest: string) =>
  JSON.stringify({
    layers: [
      { mediaType: "application/vnd.ollama.image.template", digest: `sha256:${"1".repeat(64)}` },
      { mediaType: "application/vnd.ollama.image.model", digest },
    ],
  });

test("finds the models of each program where that program keeps them", async () => {
  const { home, put, discover } = setUp();
  const blob = sha256(tinyModel());
  put("hunch/test-model/test.gguf");
  put(".lmstudio/models/publisher/repository/Model-Q4_K_M.gguf");
  put(".cache/lm-studio/models/publisher/repository/Older.gguf");
  put(`.ollama/models/blobs/sha256-${blob}`);
  put(".ollama/models/manifests/registry.ollama.ai/library/tiny/1b", ollamaManifest(`sha256:${blob}`));
  put("Library/Caches/llama.cpp/owner_repo_tiny.gguf");
  const hub = ".cache/huggingface/hub/models--owner--tiny-GGUF";
  put(`${hub}/blobs/${blob}`);
  mkdirSync(join(home, hub, "snapshots/abc"), { recursive: true });
  symlinkSync(`../../blobs/${blob}`, join(home, hub, "snapshots/abc/Tiny.gguf"));

  const { models, skipped } = await discover({}, [modelOf(tinyModel(), { id: "tiny", name: "Tiny of the Catalogue" })]);
  expect(skipped).toEqual([]);
  expect(models.map((model) => [model.foundIn, model.name, model.catalogueId, basename(model.path)]).sort()).toEqual([
    ["Hugging Face", "Tiny of the Catalogue", "tiny", "Tiny.gguf"],
    ["Hunch", "Tiny of the Catalogue", "tiny", "test.gguf"],
    ["LM Studio", "Model-Q4_K_M", null, "Model-Q4_K_M.gguf"],
    ["LM Studio", "Older", null, "Older.gguf"],
    ["Ollama", "tiny:1b", "tiny", `sha256-${blob}`],
    ["llama.cpp", "owner_repo_tiny", null, "owner_repo_tiny.gguf"],
  ]);
  const licences = models.map(({ catalogueId, licence }) => `${catalogueId}: ${licence}`);
  expect(new Set(licences)).toEqual(new Set(["null: mit", "tiny: MIT"]));
  expect(models[0]).toMatchObject({
    architecture: "llama",
    quantization: "Q4_K_M",
    sizeBytes: tinyModel().length,
    parameterCount: 1_032,
    contextSize: 2_048,
    attention: { layers: 2, kvHeads: 2, keyLength: 16, valueLength: 16 },
  });
});

test("follows the variables by which these programs are told other places", async () => {
  const { home, put, discover } = setUp();
  put("a/hub/models--o--r/snapshots/x/One.gguf");
  put("b/models--o--r/snapshots/x/Two.gguf");
  put("c/Three.gguf");
  put(`d/blobs/sha256-${"2".repeat(64)}`);
  put("d/manifests/r/l/four/latest", ollamaManifest(`sha256:${"2".repeat(64)}`));
  const at = (folder: string) => join(home, folder);
  const names = async (env: NodeJS.ProcessEnv) => (await discover(env)).models.map((model) => model.name).sort();
  expect(await names({ HF_HOME: at("a"), LLAMA_CACHE: at("c"), OLLAMA_MODELS: at("d") })).toEqual([
    "One",
    "Three",
    "four:latest",
  ]);
  expect(await names({ HF_HUB_CACHE: at("b") })).toEqual(["Two"]);
});

test("leaves out what is no usable model, and says why", async () => {
  const { put, discover } = setUp();
  const folder = ".lmstudio/models/p/r";
  const reasons = {
    "broken.gguf": [Buffer.from("not a model"), /not a GGUF file/],
    "cut.gguf": [tinyModel().subarray(0, 500), /cut short/],
    "mmproj-model.gguf": [tinyModel(), /vision part/],
    "projector.gguf": [tinyModel([entry("general.type", "mmproj")]), /mmproj/],
    "lora.gguf": [tinyModel([entry("general.type", "adapter")]), /adapter/],
    "big-00002-of-00003.gguf": [tinyModel(), /part 2 of 3/],
    "half-00001-of-00002.gguf": [tinyModel(), /part 2 of 2 is missing/],
  } as const;
  for (const [name, [content]] of Object.entries(reasons)) put(`${folder}/${name}`, content);
  put(`${folder}/note.txt`, "nothing to do with models");
  put(".ollama/models/manifests/r/l/broken/latest", "{");
  put(".ollama/models/manifests/r/l/climbs/latest", ollamaManifest("sha256:../../etc/passwd"));
  put(".ollama/models/manifests/r/l/gone/latest", ollamaManifest(`sha256:${"3".repeat(64)}`));

  const { models, skipped } = await discover();
  expect(models).toEqual([]);
  const found = Object.fromEntries(skipped.map(({ path, reason }) => [basename(path), reason]));
  for (const [name, [, reason]] of Object.entries(reasons)) expect(found[name], name).toMatch(reason);
  expect(found[`sha256-${"3".repeat(64)}`]).toMatch(/ENOENT/);
  expect(skipped).toHaveLength(Object.keys(reasons).length + 1);
});

test("a model in several files is one, with the size of all", async () => {
  const { put, discover } = setUp();
  const first = put(".lmstudio/models/p/r/Big-Q4-00001-of-00002.gguf", tinyModel([entry("split.count", 2)]));
  const second = tinyModel([entry("split.count", 2), entry("split.no", 1)]);
  put(".lmstudio/models/p/r/Big-Q4-00002-of-00002.gguf", second);
  const { models } = await discover();
  const sizeBytes = tinyModel([entry("split.count", 2)]).length + second.length;
  expect(models).toMatchObject([{ path: first, name: "Big-Q4", sizeBytes, parameterCount: null }]);
});

test("the same file by two ways counts once, and links in circles come to an end", async () => {
  const { home, put, discover } = setUp();
  const file = put(".lmstudio/models/p/r/Model.gguf");
  mkdirSync(join(home, ".cache/lm-studio/models"), { recursive: true });
  symlinkSync(file, join(home, ".cache/lm-studio/models/Link.gguf"));
  symlinkSync(join(home, ".lmstudio/models"), join(home, ".lmstudio/models/p/circle"));
  expect((await discover()).models).toHaveLength(1);
});

test("another program's folder that is Hunch's too is that program's, without the catalogue's models in their places", async () => {
  const { home, put } = setUp();
  const folder = join(home, ".lmstudio/models");
  const store = new ModelStore({ folder, models: [modelOf(tinyModel())] });
  put(".lmstudio/models/test-model/test.gguf");
  put(".lmstudio/models/p/r/Own.gguf");
  const models = await discoverOthers(store, { env: {}, platform: "linux", home });
  expect(models.map(({ name, foundIn }) => [name, foundIn])).toEqual([["Own", "LM Studio"]]);
});

test("the user's own files in Hunch's folder are found, and a catalogue's model that is a link is not found twice", async () => {
  const { home, put } = setUp();
  const store = new ModelStore({ folder: join(home, "own"), models: [modelOf(tinyModel())] });
  put("own/Collected.gguf");
  put("own/test-model/finetune.gguf");
  const linked = put(".lmstudio/models/p/r/Model.gguf");
  symlinkSync(linked, join(home, "own/test-model/test.gguf"));
  const models = await discoverOthers(store, { env: {}, platform: "linux", home });
  expect(models.map(({ name, foundIn }) => [name, foundIn]).sort()).toEqual([
    ["Collected", "Hunch"],
    ["finetune", "Hunch"],
  ]);
});

test("nothing installed means nothing found", async () => {
  expect(await setUp("win32").discover()).toEqual({ models: [], skipped: [] });
});
