/**
 * Architectures in the embedded backend, on tiny models with random weights that count (alpha 2): decoding, roll-back at
 * every depth, drafts on and off token by token, and every type of KV cache, on mixtures of experts and latent attention.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { KvType, SpeculationMode } from "../../src/common/protocol.ts";
import { type OpenModel, openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { type Runtime, startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import type { NativeSequence } from "../../src/engine/backends/embedded/sequence.ts";
import { longestDraft } from "../../src/engine/speculation/controller.ts";
import type { Candidates } from "../../src/engine/speculation/types.ts";
import { writeArchitecture } from "../support/architectures.ts";
import type { Architecture } from "../support/modelBuilder.ts";
import { greedy, TestEngine, warm } from "./support/engine.ts";

/** What the random text is begun with (tokens of the script). */
const prompt = [300, 12, 301, 77, 302, 400, 31, 350];
const decoded = 24;
const compared = 40;

describe.each(["deepseek2", "glm4moe"] satisfies Architecture[])("%s", (architecture) => {
  const path = () => join(inject("scratch"), `${architecture}.gguf`);
  const random = () => join(inject("scratch"), `${architecture}-random.gguf`);
  beforeAll(() => {
    writeArchitecture(path(), architecture);
    writeArchitecture(random(), architecture, { alpha: 2 });
  });

  it("says its script: thought and answer, with drafts", async () => {
    const engine = await TestEngine.start({ path: path() });
    const first = await engine.ask();
    const second = await engine.ask({ speculation: "recycling" });
    await engine.stop();
    expect(first).toMatchObject({ stopReason: "stop", thinkingEnd: "model", model: { architecture } });
    expect([first.thinking.slice(0, 8), first.answer.slice(0, 8)]).toEqual(["t0 t1 t2", "a0 a1 a2"]);
    expect([second.thinking, second.answer]).toEqual([first.thinking, first.answer]);
    expect(second.stats.acceptedTokens).toBeGreaterThan(50);
  });

  describe.each(["f16", "q8_0", "q4_0"] satisfies KvType[])("with a KV cache of %s", (kvType) => {
    it("a wrong draft of any length leaves no trace", async () => {
      await withModel(random(), kvType, async (model) => {
        expect(model).toMatchObject({ kvType, canRollBack: true, notices: [] });
        const { sequence } = model;
        const plain = await decodePlainly(sequence);
        expect(new Set(plain.tokens).size).toBeGreaterThan(3);
        for (let depth = 1; depth <= longestDraft; depth++) {
          sequence.rollback(0);
          await sequence.evaluate(prompt.slice(0, -1), 0);
          let last = prompt.at(-1)!;
          for (const [i, expected] of plain.rows.entries()) {
            const length = sequence.length;
            const wrong = Array.from({ length: depth }, (_, k) => (last + 11 * (k + 1) + i) % 256);
            await sequence.evaluate([last, ...wrong], 1);
            expect(sequence.rollback(length)).toBe(true);
            await sequence.evaluate([last], 1);
            expect(await sequence.candidates(0, compared), `depth ${depth}, token ${i}`).toEqual(expected);
            last = plain.tokens[i]!;
          }
        }
      });
    });

    // On a CPU f16 is kept without flash attention, where kernels differ by pass size: only strict mode claims anything.
    const isQuantised = kvType !== "f16";
    const modes: SpeculationMode[] = isQuantised ? ["auto", "draft", "suffix", "recycling"] : ["strict"];

    it(`drafts do not change the text, greedy and at T = 0.7 (${modes.join(", ")})`, async () => {
      const engine = await TestEngine.start({
        path: random(),
        draft: { id: "itself", path: random() },
        kvType,
        strict: true,
      });
      let accepted = 0;
      for (const sampling of [greedy, warm]) {
        const run = (speculation: SpeculationMode) =>
          engine.ask({ text: "Once upon a time", sampling, speculation, maxTokens: 48 });
        const plain = await run("off");
        expect(plain.model).toMatchObject({ kvType, flashAttention: isQuantised });
        expect(plain.model.notices.some(({ code }) => code === "strictF16")).toBe(!isQuantised);
        for (const mode of modes) {
          const drafted = await run(mode);
          expect(drafted.tokens.map(({ id }) => id)).toEqual(plain.tokens.map(({ id }) => id));
          accepted += drafted.stats.acceptedTokens;
        }
      }
      await engine.stop();
      if (isQuantised) expect(accepted).toBeGreaterThan(60);
    });
  });
});

describe("a hybrid model (qwen35), whose cache can not drop a suffix", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    const path = join(inject("scratch"), "qwen35-random.gguf");
    writeArchitecture(path, "qwen35", { alpha: 2 });
    engine = await TestEngine.start({ path });
  });
  afterAll(() => engine.stop());

  it("is decoded plainly, and that is said", async () => {
    const { model } = await engine.ask({ text: "Once", maxTokens: 1 });
    expect(model.notices).toMatchObject([{ code: "noRollback" }]);
    const run = (speculation: SpeculationMode) => engine.ask({ text: "Once upon a time", speculation, maxTokens: 32 });
    const plain = await run("off");
    const drafted = await run("auto");
    expect(drafted.tokens.map(({ id }) => id)).toEqual(plain.tokens.map(({ id }) => id));
    expect(drafted.stats.draftedTokens).toBe(0);
  });

  it("goes on from a prompt that it has read, and from one that it has read in part", async () => {
    const first = await engine.ask({ text: "Once upon a time", maxTokens: 24 });
    const other = await engine.ask({ text: "Once upon another time", maxTokens: 24 });
    const again = await engine.ask({ text: "Once upon a time", maxTokens: 24 });
    expect(again.answer).toBe(first.answer);
    expect(other.answer).not.toBe(first.answer);
  });
});

it("experts: another number of them in use gives another text, so they do count", async () => {
  const few = join(inject("scratch"), "experts-2.gguf");
  const path = join(inject("scratch"), "experts-other.gguf");
  writeArchitecture(few, "glm4moe", { alpha: 2 });
  writeArchitecture(path, "glm4moe", { alpha: 2, expertsUsed: 6 });
  const rows: Candidates[] = [];
  for (const file of [few, path])
    await withModel(file, "f16", async ({ sequence }) => rows.push((await decodePlainly(sequence)).rows[0]!));
  expect(rows[0]!.logits).not.toEqual(rows[1]!.logits);
});

async function withModel<T>(path: string, kvType: KvType, work: (model: OpenModel) => Promise<T>): Promise<T> {
  const runtime: Runtime = await startRuntime("off", 1, () => {});
  try {
    const options = { contextSize: 512, kvType, flashAttention: true, threads: 1 };
    const model = await openModel(runtime, { id: "fixture", path }, options);
    try {
      return await work(model);
    } finally {
      await model.dispose();
    }
  } finally {
    await runtime.llama.dispose();
  }
}

/** Greedy, a token a pass: the tokens, and what stood to choose at each. */
async function decodePlainly(sequence: NativeSequence): Promise<{ tokens: number[]; rows: Candidates[] }> {
  sequence.rollback(0);
  await sequence.evaluate(prompt.slice(0, -1), 0);
  const tokens: number[] = [];
  const rows: Candidates[] = [];
  for (let i = 0; i < decoded; i++) {
    await sequence.evaluate([tokens.at(-1) ?? prompt.at(-1)!], 1);
    rows.push(await sequence.candidates(0, compared));
    tokens.push(rows[i]!.tokens[0]!);
  }
  return { tokens, rows };
}
