/**
 * Speculation does not change the text. On SmolLM2 in a configuration whose passes give the same logits at every size
 * (flash attention, q8_0 KV cache), with drafts and without, greedy and at T = 0.7, token by token.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import type { SpeculationMode } from "../../src/common/protocol.ts";
import { greedy, TestEngine, warm } from "./support/engine.ts";
import { flattenCosts } from "./support/flatCosts.ts";

const root = join(import.meta.dirname, "..", "..");
const source = ["src/engine/speculation/decoder.ts", "src/engine/generation.ts", "src/engine/output.ts", "LICENSE"]
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");
const promptCount = 20;
const tokensEach = 40;

describe("speculation is lossless", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    const path = inject("smolPath");
    engine = await TestEngine.start({ path, draft: { id: "itself", path }, kvType: "q8_0" });
  });
  afterAll(() => engine.stop());

  it("the self-test finds every pass size bit-equal to a single token", async () => {
    const { exactness } = await engine.client.measure({ costCurve: false, exactness: true });
    expect(exactness!.exactSizes).toEqual([1, 2, 3, 4, 5, 6, 8, 12, 16]);
    expect(Object.values(exactness!.maxDifference).every((difference) => difference === 0)).toBe(true);
    expect(Math.max(...exactness!.lengths)).toBeGreaterThan(1_000);
  });

  it("and can tell: with an f16 cache and no flash attention it finds differences", async () => {
    const other = await TestEngine.start({ path: inject("smolPath"), kvType: "f16", contextSize: 512 });
    const { exactness } = await other.client.measure({ costCurve: false, exactness: true });
    await other.stop();
    expect(exactness!.exactSizes).toEqual([1]);
  });

  // 50 to 1 500 tokens: about 3.3 characters a token in this text.
  const lengths = Array.from({ length: promptCount }, (_, i) => Math.round(50 * 30 ** (i / (promptCount - 1))));
  let accepted = 0;

  it.each(lengths.map((tokens, i) => ({ tokens, from: i * 137 })))(
    "prompt of about $tokens tokens: the same text with drafts and without, at T = 0 and 0.7",
    async ({ tokens, from }) => {
      const text = source.slice(from, from + Math.round(tokens * 3.3));
      for (const sampling of [greedy, warm]) {
        const run = (speculation: SpeculationMode) =>
          engine.ask({ text, sampling, speculation, maxTokens: tokensEach });
        const plain = await run("off");
        const modes: SpeculationMode[] = tokens < 100 ? ["auto", "suffix", "draft"] : ["suffix"];
        for (const mode of modes) {
          const drafted = await run(mode);
          expect(drafted.tokens.map((token) => token.id)).toEqual(plain.tokens.map((token) => token.id));
          expect(drafted.answer).toBe(plain.answer);
          accepted += drafted.stats.acceptedTokens;
        }
        expect(plain.stats.acceptedTokens).toBe(0);
      }
    },
  );

  it("and the drafts above were accepted in good number", () => {
    expect(accepted).toBeGreaterThan(promptCount * 5);
  });

  it("strict mode measures, keeps to sizes proven equal, and gives the text of plain decoding", async () => {
    const start = () => TestEngine.start({ path: inject("smolPath"), strict: true });
    const measured = await start();
    await measured.ask({ text: "apple", speculation: "strict", maxTokens: 1 });
    await measured.client.measure({ costCurve: true, exactness: false });
    await measured.stop();
    // Whether drafts of so small a model pay on this machine is not the question.
    onTestFinished(flattenCosts({ model: inject("smolPath"), kvType: "q8_0" }));
    const strict = await start();
    // The controller is not forced: a text that repeats itself is where it finds that drafts pay.
    const line = "apple, banana, cherry, date, elderberry, fig, grape\n";
    const text = `${line.repeat(12)}apple, banana,`;
    const run = (speculation: SpeculationMode) => strict.ask({ text, sampling: warm, speculation, maxTokens: 60 });
    const plain = await run("off");
    const drafted = await run("strict");
    await strict.stop();
    expect(drafted.model).toMatchObject({ kvType: "q8_0", flashAttention: true });
    expect(drafted.tokens.map((token) => token.id)).toEqual(plain.tokens.map((token) => token.id));
    expect(drafted.stats.acceptedTokens).toBeGreaterThan(0);
  });
});
