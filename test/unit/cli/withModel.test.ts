/** `ask` beside an engine that dies as the GPU's driver would have it, or that others use: a real process, see fakeEngine.mjs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask } from "../../../src/cli/ask.ts";
import { parseAskRequest } from "../../../src/cli/askRequest.ts";
import { Interrupts } from "../../../src/cli/interrupts.ts";
import { JsonOutput } from "../../../src/cli/output/json.ts";
import { PlainOutput } from "../../../src/cli/output/plain.ts";
import { tellingOnce } from "../../../src/cli/output/tellingOnce.ts";
import { modelLine } from "../../../src/cli/wording.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { fakeEngine } from "../client/fake.ts";
import { temporaryFolder } from "../models/support/folder.ts";
import { modelOf, testContent } from "../models/support/model.ts";
import { model as sample } from "./samples.ts";
import { contractErrors } from "./schema.ts";

let interrupts: Interrupts;
beforeEach(() => {
  interrupts = new Interrupts();
});
afterEach(() => interrupts.dispose());

/** With a model that is here by its catalogue id. */
function storeWith(modelId: string): ModelStore {
  const content = testContent(1_000);
  const model = modelOf(content, { id: modelId });
  const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
  mkdirSync(dirname(store.path(model)), { recursive: true });
  writeFileSync(store.path(model), content);
  return store;
}

async function asked(prompt: string, modelId = "test", ...options: string[]) {
  const store = storeWith(modelId);
  const written = { lines: [] as Record<string, unknown>[], err: "" };
  const output = new JsonOutput(
    (text) => written.lines.push(JSON.parse(text)),
    (text) => {
      written.err += text;
    },
  );
  const request = parseAskRequest([prompt, "--raw", "--json", "--model", modelId, ...options]);
  const { enginePath, stateFolder } = fakeEngine();
  const context = { store, output, interrupts, verbose: false, keys: null, enginePath, stateFolder };
  const result = ask(request, { text: prompt, code: [] }, output, context);
  await result.catch(() => {});
  const text = written.lines.map((line) => (line.type === "token" ? line.text : "")).join("");
  expect(written.lines.map(contractErrors).filter(Boolean)).toEqual([]);
  return { result, text, ...written, attempts: () => readFileSync(join(stateFolder, "attempts"), "utf8").length };
}

test("a driver that fails at the first pass: the answer comes from the processor, and one line says so", async () => {
  const { result, text, err } = await asked("CUDA fails", "test", "--gpu", "cuda");
  expect(await result).toMatchObject({ stopReason: "stop" });
  expect(text).toBe("on the CPU");
  expect(err).toMatch(/^gpuLost: The engine stopped while the model was on the GPU.*--gpu off.*driver.*\n$/);
  const { model } = await result;
  expect(model.notices.map(({ code }) => code)).toEqual(["gpuLost"]);
});

test("a driver that fails while the model is loaded", async () => {
  const { result, text, err } = await asked("hello", "has no kernels");
  expect(await result).toMatchObject({ stopReason: "stop" });
  expect(text).toBe("hello");
  expect(err).toMatch(/^gpuLost: /);
});

test("a driver that fails after the first token: what came stays, and the error says what helps", async () => {
  const { result, text, err } = await asked("says a word, then CUDA fails");
  await expect(result).rejects.toMatchObject({
    code: "engineCrashed",
    message: expect.stringContaining("unsupported toolchain"),
    hint: expect.stringMatching(/text so far is kept.*--gpu off/),
  });
  expect(text).toBe("Well");
  expect(err).toBe("");
});

test("a crash that does not name the GPU is not repeated", async () => {
  const { result, err } = await asked("hello", "too large");
  await expect(result).rejects.toMatchObject({ code: "engineCrashed", message: expect.stringContaining("allocate") });
  expect(err).toBe("");
});

test("a model that another program had taken out of the engine, and an engine that it replaced: asked again", async () => {
  const { result, text, err, attempts } = await asked("is gone twice");
  expect(await result).toMatchObject({ stopReason: "stop" });
  expect([text, err, attempts()]).toEqual(["here", "", 3]);
});

test("asked again, what was told of the model is not told again", async () => {
  let err = "";
  const output = new PlainOutput(
    () => {},
    (text) => {
      err += text;
    },
  );
  const unmet = ["--answer-line", "Answer:", "--thinking-format", "qwen3"];
  const request = parseAskRequest(["is gone twice", "--raw", "--model", "test", ...unmet]);
  const context = { store: storeWith("test"), output, interrupts, verbose: false, keys: null, ...fakeEngine() };
  await ask(request, { text: "is gone twice", code: [] }, output, context);
  expect(readFileSync(join(context.stateFolder, "attempts"), "utf8")).toHaveLength(3);
  const lines = err.split("\n");
  for (const told of ["test, on ", "--answer-line has no effect", "--thinking-format has no effect"])
    expect(
      lines.filter((line) => line.includes(told)),
      told,
    ).toHaveLength(1);
});

test("what differs when the model is loaded again is told", () => {
  let err = "";
  const output = new PlainOutput(
    () => {},
    (text) => {
      err += text;
    },
  );
  const once = tellingOnce(output);
  const notice = { code: "context", message: "The context is short." };
  const onGpu = { ...sample, device: "cuda", notices: [notice] };
  const onCpu = { ...sample, device: "cpu", notices: [notice, { code: "slow", message: "It is slow." }] };
  for (const model of [onGpu, onGpu, onCpu]) once.loaded(model);
  const note = (message: string) => `Note: ${message}`;
  const told = [modelLine(onGpu), note(notice.message), modelLine(onCpu), note("It is slow.")];
  expect(err).toBe(`${told.join("\n")}\n`);
});

test("an engine that is gone each time is not asked for ever", async () => {
  const { result, attempts } = await asked("is gone for ever");
  await expect(result).rejects.toMatchObject({ code: "engineRetired" });
  expect(attempts()).toBe(4);
});

test("what has been said can not be taken back: it is not asked again", async () => {
  const { result, text, attempts } = await asked("says a word, then is gone");
  await expect(result).rejects.toMatchObject({ code: "modelNotLoaded" });
  expect([text, attempts()]).toEqual(["Well", 1]);
});
