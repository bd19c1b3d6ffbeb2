/**
 * Evaluated prompts on disk: what is restored is what was there, to the bit; a conversation goes on with the very tokens
 * it would have gone on with; damaged and foreign files and a folder that can not be written cost nothing but time.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { ChatMessage } from "../../src/common/prompt.ts";
import type { GenerateParams, KvType, LoadParams } from "../../src/common/protocol.ts";
import { openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import type { NativeSequence } from "../../src/engine/backends/embedded/sequence.ts";
import { writeArchitecture } from "../support/architectures.ts";
import { isGone } from "./support/cli.ts";
import { TestEngine } from "./support/engine.ts";
import { newPlace } from "./support/sharing.ts";

const folder = () => join(inject("scratch"), "state", "prompts");
const promptCacheBytes = 1e9;
/** A question of about so many tokens of the small models, which have one for each character. */
const question = (length: number, seed = 0): ChatMessage => ({
  role: "user",
  content: Array.from({ length }, (_, i) => String.fromCharCode(97 + ((i * 7 + seed + (i >> 3)) % 26))).join(""),
});

let engine: TestEngine | null = null;
let path = "";
beforeEach(() => {
  rmSync(folder(), { recursive: true, force: true });
  path = join(inject("scratch"), "prompts-moe.gguf");
  writeArchitecture(path, "glm4moe", { alpha: 2 });
});
afterEach(async () => {
  await engine?.stop();
  engine = null;
});

/** The engine anew, with what an earlier one kept. */
async function restart(load: Partial<LoadParams> & { path?: string } = {}): Promise<TestEngine> {
  await engine?.stop();
  engine = await TestEngine.start({ path, contextSize: 4096, threads: 1, promptCacheBytes, ...load });
  return engine;
}

function chat(messages: ChatMessage[], more: Partial<GenerateParams> = {}) {
  const prompt = { kind: "chat", messages, thinking: "off" } as const;
  return engine!.ask({ prompt, maxTokens: 24, ...more });
}

const ids = ({ tokens }: { tokens: { id: number }[] }) => tokens.map(({ id }) => id);

describe("a conversation that was dropped from memory", () => {
  const first = question(1_200);
  const second = (answer: string): ChatMessage[] => [
    first,
    { role: "assistant", content: answer },
    { role: "user", content: "And then?" },
  ];

  it("goes on with the tokens it would have gone on with, its prompt not read again", async () => {
    await restart();
    const { answer } = await chat([first]);
    const uninterrupted = await chat(second(answer));
    await engine!.stop();
    // Of what follows, the beginning alone is to be there.
    rmSync(folder(), { recursive: true, force: true });
    engine = null;
    await restart();
    await chat([first]);
    await restart();
    const reopened = await chat(second(answer));
    expect(reopened.stats.cachedTokens).toBeGreaterThan(1_100);
    expect(reopened.stats.cachedTokens).toBe(uninterrupted.stats.cachedTokens);
    expect(ids(reopened)).toEqual(ids(uninterrupted));
  });

  it("also after its model was unloaded, and after another conversation had the cache", async () => {
    await restart();
    const there = await chat([first]);
    await engine!.client.unload();
    await engine!.load({ path, contextSize: 4096, threads: 1, promptCacheBytes });
    const back = await chat([first]);
    expect([back.stats.cachedTokens > 1_100, ids(back)]).toEqual([true, ids(there)]);
    const other = await chat([question(400, 5)], { conversationId: "other" });
    expect(other.stats.cachedTokens).toBeLessThan(100);
    const again = await chat([first]);
    expect([again.stats.cachedTokens > 1_100, ids(again)]).toEqual([true, ids(there)]);
  });

  it("also when the engine is killed, once it has been left alone for a while", async () => {
    await restart();
    const there = await chat([first]);
    while (!engine!.log.some((line) => /kept \d+ evaluated tokens/.test(line)))
      await new Promise((resolve) => setTimeout(resolve, 100));
    engine!.client.kill();
    engine = null;
    await restart();
    const back = await chat([first]);
    expect([back.stats.cachedTokens > 1_100, ids(back)]).toEqual([true, ids(there)]);
  });

  it("also when its engine was shared and ended after its last client, which drops the model at the same moment", async () => {
    engine = await TestEngine.start({ path, contextSize: 4096, threads: 1, promptCacheBytes }, {}, newPlace());
    // Too few tokens to be written while it is left alone.
    const there = await chat([question(600)]);
    await engine.stop();
    expect(await isGone(engine.client.pid)).toBe(true);
    await restart();
    const back = await chat([question(600)]);
    expect([back.stats.cachedTokens > 500, ids(back)]).toEqual([true, ids(there)]);
  });

  it("also in a model that was loaded for more generations at once, and back", async () => {
    await restart();
    const there = await chat([first]);
    for (const lanes of [3, 1]) {
      await restart({ lanes });
      const back = await chat([first]);
      expect([back.stats.cachedTokens > 1_100, ids(back)]).toEqual([true, ids(there)]);
      rmSync(folder(), { recursive: true, force: true });
    }
  });

  it("is read as usual where its file is damaged or cut short, and the file is gone", async () => {
    for (const damage of [
      (file: string) => truncateSync(file, 100_000),
      (file: string) => writeFileSync(file, readFileSync(file).fill(0xff, 50_000, 50_064)),
    ]) {
      await restart();
      const there = await chat([first]);
      await engine!.stop();
      engine = null;
      const [file] = readdirSync(folder()).filter((name) => name.endsWith(".kv"));
      damage(join(folder(), file!));
      await restart();
      const back = await chat([first]);
      expect([back.stats.cachedTokens, ids(back)]).toEqual([0, ids(there)]);
      expect(engine!.log.some((line) => line.startsWith("warn") && line.includes("from disk failed"))).toBe(true);
      expect(readdirSync(folder())).not.toContain(file);
    }
  });

  it("is read as usual under another KV type, and by another model", async () => {
    await restart();
    await chat([first]);
    await restart({ kvType: "q8_0" });
    expect((await chat([first])).stats.cachedTokens).toBe(0);
    const other = join(inject("scratch"), "prompts-other.gguf");
    writeArchitecture(other, "glm4moe", { alpha: 2, seed: 2 });
    await restart({ path: other });
    expect((await chat([first])).stats.cachedTokens).toBe(0);
  });

  it("also after its sequence was taken for a thought beside another", async () => {
    // A model whose thoughts Hunch begins.
    const load = { path: inject("smolPath"), kvType: "q8_0", contextSize: 4096, lanes: 2, promptCacheBytes } as const;
    await restart(load);
    const ask = (seed: number) => chat([question(2_100, seed)], { conversationId: `${seed}`, maxTokens: 4 });
    await Promise.all([ask(1), ask(9)]);
    const prompt: GenerateParams["prompt"] = { kind: "chat", messages: [question(400, 4)], thinking: "on" };
    const controls = { budget: 20, loopGuard: false, earlyExit: "off", thoughts: 2 } as const;
    const thinking = await chat([], { prompt, controls, maxTokens: 60, conversationId: "thinking" });
    expect(thinking.otherThoughts).toHaveLength(1);
    await engine!.client.unload();
    await engine!.load(load);
    for (const seed of [1, 9]) {
      const { stats } = await ask(seed);
      expect(stats.cachedTokens).toBeGreaterThan(0.9 * stats.promptTokens);
    }
  });

  it("a folder that can not be written is no error", async () => {
    mkdirSync(join(folder(), ".."), { recursive: true });
    writeFileSync(folder(), "in the way");
    await restart();
    const result = await chat([first]);
    await engine!.client.unload();
    expect(result.stopReason).toBe("length");
    expect(engine!.log.some((line) => line.startsWith("warn") && line.includes("evaluated prompt"))).toBe(true);
  });

  it("is removed once none is wanted, and what the model in memory holds is not kept at its end", async () => {
    await restart();
    await chat([first]);
    await engine!.client.unload();
    expect(readdirSync(folder())).toHaveLength(2);
    await engine!.load({ path, contextSize: 4096, threads: 1, promptCacheBytes });
    await chat([first]);
    await engine!.load({ path, contextSize: 4096, threads: 1, promptCacheBytes: 0 });
    expect(readdirSync(folder())).toEqual([]);
    await engine!.load({ path, contextSize: 4096, threads: 1, promptCacheBytes });
    await chat([first]);
    engine!.client.limitPrompts(0);
    await engine!.client.unload();
    expect(readdirSync(folder())).toEqual([]);
    // Set back before the model has left memory, what is asked then is kept again.
    await engine!.load({ path, contextSize: 4096, threads: 1, promptCacheBytes });
    for (const bytes of [0, promptCacheBytes]) engine!.client.limitPrompts(bytes);
    await chat([first]);
    await engine!.client.unload();
    expect(readdirSync(folder())).toHaveLength(2);
  });

  it("nothing is kept where none is wanted, and of raw prompts", async () => {
    await restart({ promptCacheBytes: 0 });
    await chat([first]);
    await restart();
    await chat([], { prompt: { kind: "raw", text: first.content } });
    await engine!.stop();
    engine = null;
    expect(() => readdirSync(folder())).toThrow("ENOENT");
  });
});

it.each(["f16", "q8_0"] satisfies KvType[])("a restored cache of %s has the bits of the one saved", async (kvType) => {
  const runtime = await startRuntime("off", 1, () => {});
  const open = () =>
    openModel(
      runtime,
      { id: "smol", path: inject("smolPath") },
      { contextSize: 512, kvType, flashAttention: kvType !== "f16", threads: 1 },
    );
  const text = Array.from({ length: 300 }, (_, i) => 1_000 + ((i * i) % 9_000));
  const next = async (sequence: NativeSequence) => {
    await sequence.evaluate([260, 504], 2);
    return [await sequence.candidates(0, 40), await sequence.candidates(1, 40)];
  };
  const file = join(inject("scratch"), `state-${kvType}`);
  const saved = await open();
  for (let from = 0; from < text.length; from += 60) await saved.sequence.evaluate(text.slice(from, from + 60), 0);
  await saved.sequence.save(file);
  const expected = await next(saved.sequence);
  await saved.dispose();
  const restored = await open();
  await restored.sequence.restore(file, text);
  expect(restored.sequence.tokens).toEqual(text);
  expect(await next(restored.sequence)).toEqual(expected);
  // Of another text than it claims: refused, and the sequence is empty and of use.
  await expect(restored.sequence.restore(file, text.slice(1))).rejects.toThrow();
  expect(restored.sequence.length).toBe(0);
  await restored.sequence.evaluate(text.slice(0, 20), 1);
  await restored.dispose();
  await runtime.llama.dispose();
});
