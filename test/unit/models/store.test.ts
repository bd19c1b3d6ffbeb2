import { existsSync, mkdirSync, readdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isPath } from "../../../src/common/modelName.ts";
import { modelsFolder } from "../../../src/models/folder.ts";
import { withLock } from "../../../src/models/lock.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { temporaryFolder } from "./support/folder.ts";
import { entry, header, tinyModel, withData } from "./support/ggufFile.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";

beforeEach(() => vi.stubEnv("HUNCH_MODELS", undefined));
afterEach(() => vi.unstubAllEnvs());

describe("the folder", () => {
  const from = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux") => ({ env, platform, home: "/home/me" });

  test.each<[string, string | undefined, Parameters<typeof modelsFolder>[1], string]>([
    ["Linux", undefined, from({}), "/home/me/.cache/hunch/models"],
    ["Linux with XDG", "", from({ XDG_CACHE_HOME: "/cache" }), "/cache/hunch/models"],
    ["macOS", "", from({}, "darwin"), "/home/me/Library/Caches/hunch/models"],
    ["Windows", "", from({ LOCALAPPDATA: "/local" }, "win32"), "/local/hunch/models"],
    ["the setting", " /big/disk ", from({}), "/big/disk"],
    ["a setting with ~", "~/models", from({}), "/home/me/models"],
    ["the environment above the setting", "/big/disk", from({ HUNCH_MODELS: "/env" }), "/env"],
  ])("%s", (_, setting, inputs, expected) => {
    expect(modelsFolder(setting, inputs)).toBe(expected);
  });
});

const content = testContent(50_000);

function storeWith(changes: Parameters<typeof modelOf>[1] = {}) {
  const model = modelOf(content, changes);
  const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
  const path = store.path(model);
  mkdirSync(dirname(path), { recursive: true });
  return { model, store, path };
}

test("resolves an installed model and remembers that its SHA-256 was right", async () => {
  const { model, store, path } = storeWith();
  writeFileSync(path, content);
  const hashed: number[] = [];
  const options = { onProgress: (bytes: number) => hashed.push(bytes) };
  const expected = { id: "test-model", path, sha256: sha256(content) };
  expect(await store.resolve("test-model", options)).toEqual(expected);
  expect(hashed.at(-1)).toBe(content.length);
  hashed.length = 0;
  expect(await store.resolve("test-model", options)).toEqual(expected);
  expect(hashed).toEqual([]);
  expect(await store.installed()).toEqual([{ model, path, sizeBytes: content.length }]);
});

test("notices that a verified file was changed afterwards", async () => {
  const { store, path } = storeWith();
  writeFileSync(path, content);
  await store.resolve("test-model");
  const damaged = Buffer.from(content);
  damaged[12_345]! ^= 1;
  writeFileSync(path, damaged);
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
  await expect(store.resolve("test-model")).rejects.toMatchObject({
    code: "checksumMismatch",
    message: expect.stringContaining(sha256(damaged)),
    hint: expect.stringContaining("models download test-model"),
  });
});

test("verifying again hashes the file whatever the record says", async () => {
  const { model, store, path } = storeWith();
  const then = new Date(2_020, 0, 1);
  writeFileSync(path, content);
  utimesSync(path, then, then);
  await store.verify(model);
  const damaged = Buffer.from(content);
  damaged[0]! ^= 1;
  writeFileSync(path, damaged);
  utimesSync(path, then, then);
  expect(await store.verify(model), "the same time and size").toBe(sha256(content));
  await expect(store.verify(model, { again: true })).rejects.toMatchObject({ code: "checksumMismatch" });
  await expect(store.verify(model), "known to be wrong from then on").rejects.toMatchObject({
    code: "checksumMismatch",
  });
  expect(await store.damaged()).toEqual(new Set([model.id]));
  writeFileSync(path, content);
  expect(await store.verify(model), "the right one in its place").toBe(sha256(content));
  expect(await store.damaged()).toEqual(new Set());
});

// A file that the kernel lets nobody write, root neither.
const unwritable = "/sys/kernel/fscaps";

test.skipIf(!existsSync(unwritable))("a model where nothing may be written is used, hashed each time", async () => {
  const { model, store, path } = storeWith();
  writeFileSync(path, content);
  const record = join(dirname(path), "verified.json");
  symlinkSync(unwritable, record);
  expect(() => writeFileSync(record, "{}")).toThrow(/EACCES|EPERM|EROFS/);
  expect(await store.verify(model)).toBe(sha256(content));
  expect((await store.resolve("test-model")).sha256).toBe(sha256(content));
});

test.skipIf(process.platform === "win32")("any other failure to note that a model is whole is told", async () => {
  const { model, store, path } = storeWith();
  writeFileSync(path, content);
  symlinkSync(join(temporaryFolder(), "missing", "verified.json"), join(dirname(path), "verified.json"));
  await expect(store.verify(model)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a model without a pinned SHA-256 keeps the one it had first", async () => {
  const file = tinyModel();
  const { store, path } = storeWith({ sha256: null, bytes: null });
  writeFileSync(path, file);
  expect((await store.resolve("test-model")).sha256).toBe(sha256(file));
  file[file.length - 1]! ^= 1;
  writeFileSync(path, file);
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
  for (const _ of ["noticed", "and not forgotten"])
    await expect(store.resolve("test-model")).rejects.toMatchObject({ code: "checksumMismatch" });
});

test("says that a model is missing, how big it is, and what an interrupted download left", async () => {
  const { model, store } = storeWith();
  await expect(store.resolve("test-model")).rejects.toMatchObject({
    code: "modelNotFound",
    message: "The model Test Model is not on this machine.",
    hint: "Download it (50 kB): hunch models download test-model",
  });
  writeFileSync(store.partialPath(model), content.subarray(0, 20_000));
  await expect(store.resolve("test-model")).rejects.toMatchObject({
    message: expect.stringMatching(/20 kB of it are here/),
  });
  expect(await store.installed()).toEqual([]);
});

test("a file that is cut short is not installed and says so", async () => {
  const { model, store, path } = storeWith();
  writeFileSync(path, content);
  truncateSync(path, 30_000);
  expect(await store.isInstalled(model)).toBe(false);
  await expect(store.resolve("test-model")).rejects.toMatchObject({
    code: "modelTruncated",
    message: expect.stringMatching(/30 kB of 50 kB/),
  });
});

test("takes any GGUF file by its path, relative to the working directory too", async () => {
  const store = new ModelStore({ folder: temporaryFolder() });
  const path = join(temporaryFolder(), "My Model.gguf");
  writeFileSync(path, tinyModel());
  expect(await store.resolve(path)).toEqual({ id: "My Model.gguf", path });
  expect(await store.resolve(relative(process.cwd(), path))).toEqual({ id: "My Model.gguf", path });
});

test("rejects what is neither an id nor a usable file", async () => {
  const store = new ModelStore({ folder: temporaryFolder() });
  await expect(store.resolve("no-such-model")).rejects.toMatchObject({ code: "unknownModel" });
  await expect(store.resolve(" ")).rejects.toMatchObject({ code: "unknownModel" });
  await expect(store.resolve("./no/such.gguf")).rejects.toMatchObject({ code: "modelNotFound" });
  const path = join(temporaryFolder(), "note.gguf");
  writeFileSync(path, "a note");
  await expect(store.resolve(path)).rejects.toMatchObject({ code: "notGguf" });
});

describe("a model in several files", () => {
  const at = (folder: string, part: number) => join(folder, `big-0000${part}-of-00003.gguf`);
  const parts = (folder: string, ...indices: number[]) => {
    // As llama.cpp's splitter writes them: the first one describes the model.
    const split = (index: number) => [entry("split.no", index - 1), entry("split.count", 3)];
    for (const index of indices)
      writeFileSync(at(folder, index), index === 1 ? tinyModel(split(1)) : withData(header(split(index), []), 32));
  };
  const resolved = (path: string) => new ModelStore({ folder: temporaryFolder(), models: [] }).resolve(path);

  test("is chosen by its first one", async () => {
    const folder = temporaryFolder();
    parts(folder, 1, 2, 3);
    expect(await resolved(at(folder, 1))).toEqual({ id: "big-00001-of-00003.gguf", path: at(folder, 1) });
  });

  test("has to be there whole", async () => {
    const folder = temporaryFolder();
    parts(folder, 1, 2);
    await expect(resolved(at(folder, 1))).rejects.toMatchObject({
      code: "modelTruncated",
      message: "big-00001-of-00003.gguf is cut short: part 3 of 3 is missing.",
    });
  });

  test("of which another one was chosen names the first one", async () => {
    const folder = temporaryFolder();
    parts(folder, 1, 2, 3);
    const error = {
      code: "modelUnsupported",
      message: "big-00002-of-00003.gguf is part 2 of 3 of a model.",
      hint: "Choose the first one: big-00001-of-00003.gguf",
    };
    await expect(resolved(at(folder, 2))).rejects.toMatchObject(error);
    // One that describes the model too.
    writeFileSync(at(folder, 2), tinyModel([entry("split.no", 1), entry("split.count", 3)]));
    await expect(resolved(at(folder, 2))).rejects.toMatchObject(error);
  });

  test("and has lost its name is told, too", async () => {
    const path = join(temporaryFolder(), "renamed.gguf");
    writeFileSync(path, withData(header([entry("split.no", 2), entry("split.count", 3)], []), 32));
    await expect(resolved(path)).rejects.toMatchObject({ message: "renamed.gguf is part 3 of 3 of a model." });
  });
});

test.each([
  ["qwen3-8b", false],
  ["qwen2.5-coder-1.5b", false],
  ["model.gguf", true],
  ["./qwen3-8b", true],
  ["~/x", true],
  ["/abs/olute", true],
  ["C:\\models\\a", true],
])("isPath(%s) = %s", (text, expected) => {
  expect(isPath(text)).toBe(expected);
});

describe("deleting a model", () => {
  test("takes its file and what interrupted downloads left", async () => {
    const { model, store, path } = storeWith();
    for (const name of [path, `${path}.part`, `${path}.part.json`, `${path}.rejected`]) writeFileSync(name, content);
    mkdirSync(`${path}.part.wheels/1`, { recursive: true });
    await store.resolve("test-model");
    await store.remove(model);
    expect(existsSync(dirname(path))).toBe(false);
    expect(existsSync(store.folder)).toBe(true);
    await store.remove(model);
  });

  test("leaves the user's own files beside it alone", async () => {
    const { model, store, path } = storeWith();
    const own = [join(dirname(path), "own-Q8_0.gguf"), join(dirname(path), "notes/a.txt")];
    mkdirSync(join(dirname(path), "notes"));
    for (const name of [path, ...own]) writeFileSync(name, content);
    await store.resolve("test-model");
    await store.remove(model);
    expect(readdirSync(dirname(path)).sort()).toEqual(["notes", "own-Q8_0.gguf"]);
    expect(own.every((name) => existsSync(name))).toBe(true);
  });

  test.skipIf(process.platform === "win32")("takes it from where a link leads, and leaves the link", async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    const model = modelOf(content);
    const store = new ModelStore({ folder, models: [model] });
    symlinkSync(elsewhere, join(folder, model.id));
    writeFileSync(store.path(model), content);
    await store.remove(model);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(folder)).toEqual([model.id]);
  });

  test("is refused while it is being fetched, and takes nothing", async () => {
    const { model, store, path } = storeWith();
    writeFileSync(`${path}.part`, content);
    await withLock(dirname(path), { onWait: async () => {}, signal: new AbortController().signal }, async () => {
      await expect(store.remove(model)).rejects.toMatchObject({ code: "locked" });
    });
    expect(await store.partialBytes(model)).toBe(content.length);
  });
});
