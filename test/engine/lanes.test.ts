/**
 * Several generations at once, in one native batch: the same texts as one after another where passes of every size give
 * the same logits (SmolLM2 with flash attention and a q8_0 cache), and none that ends badly harms another.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { GenerationEvent } from "../../src/common/protocol.ts";
import { greedy, TestEngine, warm } from "./support/engine.ts";

const source = readFileSync(join(import.meta.dirname, "..", "..", "src", "engine", "generation.ts"), "utf8");
/** Different lengths, so that prompts are read beside answers being written. */
const texts = [300, 600, 90, 1_000].map((length, i) => source.slice(i * 1_000, i * 1_000 + length));
const tokensEach = 20;
const lanes = 4;

describe("generations side by side", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await TestEngine.start({ path: inject("smolPath"), kvType: "q8_0", lanes });
  });
  afterAll(() => engine.stop());

  const ask = (i: number, options: Parameters<TestEngine["ask"]>[0] = {}) =>
    engine.ask({ text: texts[i], maxTokens: tokensEach, conversationId: `conversation ${i}`, ...options });
  const ids = (result: { tokens: { id: number }[] }) => result.tokens.map(({ id }) => id);

  it.each([
    { name: "greedy", sampling: greedy },
    { name: "at T = 0.7", sampling: warm },
  ])("give the texts of one after another, $name", async ({ sampling }) => {
    const alone = [];
    for (const i of texts.keys()) alone.push(await ask(i, { sampling }));
    expect(alone.every(({ stats }) => stats.sharedPasses === 0)).toBe(true);
    const together = await Promise.all([...texts.keys()].map((i) => ask(i, { sampling })));
    expect(together.map(ids)).toEqual(alone.map(ids));
    for (const { stats } of together) expect(stats.sharedPasses).toBeGreaterThan(tokensEach / 4);
  });

  it("take the memory for more than one when a second comes, and move what the first has written", async () => {
    const other = await TestEngine.start({ path: inject("smolPath"), kvType: "q8_0", contextSize: 512, lanes: "auto" });
    const run = (i: number, onEvent?: (event: GenerationEvent) => void) =>
      other.ask({ text: texts[i], maxTokens: 40, onEvent });
    const alone = [await run(0), await run(2)];
    expect(other.log.join("\n")).not.toContain("at once");
    let second: ReturnType<typeof run> | null = null;
    const first = await run(0, ({ type }) => {
      if (type === "tokens") second ??= run(2);
    });
    const together = [first, await second!];
    expect(other.log.join("\n")).toContain("generations can run at once");
    expect(together.map(ids)).toEqual(alone.map(ids));
    expect(first.stats.sharedPasses).toBeGreaterThan(0);
    await other.stop();
  });

  it("each goes on with what its own conversation left in the cache", async () => {
    const first = await Promise.all([...texts.keys()].map((i) => ask(i)));
    for (const [i, { stats, answer }] of first.entries()) {
      const text = `${texts[i]}${answer}\n// and`;
      const next = await ask(i, { text, maxTokens: 5 });
      expect(next.stats.cachedTokens).toBeGreaterThanOrEqual(stats.promptTokens - 1);
    }
  });

  it("a beginning that another has read is not read again", async () => {
    const shared = source.slice(5_000, 6_000);
    const { stats: alone } = await ask(0, { text: `${shared}// one`, maxTokens: 20 });
    const asked = ["two", "three", "four"].map((word) => ask(1, { text: `${shared}// ${word}`, maxTokens: 20 }));
    const together = await Promise.all(asked);
    for (const { stats } of together) expect(stats.cachedTokens).toBeGreaterThan(alone.promptTokens - 8);
    const again = await ask(1, { text: `${shared}// three`, maxTokens: 20 });
    expect(ids(again)).toEqual(ids(together[1]!));
  });

  it("one that is stopped and one that fails do not harm the others", async () => {
    const alone = [await ask(0), await ask(3)];
    const abort = new AbortController();
    const stopped = ask(1, {
      maxTokens: 100,
      signal: abort.signal,
      onEvent: ({ type }) => type === "tokens" && abort.abort(),
    });
    const tooLong = ask(2, { text: "word ".repeat(4_000) });
    const others = [ask(0), ask(3)];
    await expect(tooLong).rejects.toMatchObject({ code: "promptTooLong" });
    expect((await stopped).stopReason).toBe("cancelled");
    expect((await Promise.all(others)).map(ids)).toEqual(alone.map(ids));
    expect((await engine.client.status()).queueLength).toBe(0);
  });

  it("more than there is room for wait, and are told their place", async () => {
    const place = (events: GenerationEvent[]) =>
      events.flatMap((event) => (event.type === "queue" ? event.position : []));
    const results = await Promise.all([...texts.keys(), 0, 1].map((i) => ask(i, { maxTokens: 12 })));
    expect(results.map(({ events }) => place(events)[0])).toEqual([0, 0, 0, 0, 1, 2]);
    expect(results.every(({ events }) => place(events).at(-1) === 0)).toBe(true);
  });

  it("those that cannot share a pass take the model for themselves", async () => {
    const running = ask(0);
    const [alone, next] = await Promise.all([ask(1, { speculation: "draft" }), ask(2)]);
    expect([alone.stats.sharedPasses, next.stats.sharedPasses]).toEqual([0, 0]);
    await running;
  });

  it("an engine that is killed fails all of them", async () => {
    const kill = (event: GenerationEvent) => {
      if (event.type === "tokens") process.kill(engine.client.pid, "SIGKILL");
    };
    const dying = await Promise.allSettled([...texts.keys()].map((i) => ask(i, { maxTokens: 400, onEvent: kill })));
    for (const end of dying) expect(end).toMatchObject({ status: "rejected", reason: { code: "engineCrashed" } });
  });
});
