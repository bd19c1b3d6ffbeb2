/** Several thoughts side by side, of which one goes on to the answer, on a real model. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { GenerateParams } from "../../src/common/protocol.ts";
import { TestEngine, warm } from "./support/engine.ts";

describe("thoughts side by side", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await TestEngine.start({ path: inject("smolPath"), kvType: "q8_0", contextSize: 1024, lanes: 4 });
  });
  afterAll(() => engine.stop());

  const controls = { budget: 30, loopGuard: true, earlyExit: "off", thoughts: 4 } as const;
  const think = (options: Parameters<TestEngine["ask"]>[0] = {}) => {
    const messages = [{ role: "user", content: "What is 2 + 3? Answer with the number." } as const];
    const prompt: GenerateParams["prompt"] = { kind: "chat", messages, thinking: "on" };
    return engine.ask({ prompt, sampling: warm, maxTokens: 80, controls, ...options });
  };
  const notices = (result: Awaited<ReturnType<typeof think>>) =>
    result.events.flatMap((event) => (event.type === "notice" ? event.notice.code : []));

  it("differ, one of them is shown with its answer, and the same seed gives the same", async () => {
    const first = await think();
    expect(notices(first)).toEqual(["parallelThoughts"]);
    expect(first.otherThoughts).toHaveLength(3);
    const all = [first.thinking.trim(), ...first.otherThoughts!.map(({ text }) => text)];
    expect(new Set(all).size).toBeGreaterThan(1);
    expect(first.answer.trim()).not.toBe("");
    expect(first.tokens.map(({ text }) => text).join("")).toContain(first.answer.trim().slice(0, 10));
    expect(first.stats.sharedPasses).toBeGreaterThan(0);
    expect(first.stats.otherThinkingTokens).toBeGreaterThan(0);
    const others = first.otherThoughts!;
    expect(others.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(first.stats.otherThinkingTokens);
    const ended = others.filter(({ fate }) => fate !== "stopped" && fate !== "unfinished");
    // At least one other is needed for a majority, and what one came to is told unless it is no short line.
    expect(ended.length).toBeGreaterThan(0);
    for (const { fate, trial } of ended) if (fate !== "lessSure") expect(trial === null).toBe(fate === "incomparable");
    // Until one is chosen only counts are told, of all of them.
    const told = first.events.flatMap((event) => (event.type === "thoughts" ? event.live : []));
    expect(told.length).toBeGreaterThan(0);
    for (const live of told) expect(live).toMatchObject({ thoughts: 4, thinkingBudget: 120 });
    expect(first.events.findIndex(({ type }) => type === "tokens")).toBeGreaterThan(
      first.events.findLastIndex(({ type }) => type === "thoughts"),
    );
    const second = await think();
    expect([second.thinking, second.answer]).toEqual([first.thinking, first.answer]);
  });

  it("are as many as the model says it can have", async () => {
    expect((await engine.client.status()).model?.thoughts).toBe(4);
  });

  it("keep to their budget each", async () => {
    const { thinkingEnd, stats } = await think({ controls: { ...controls, budget: 8 } });
    expect(["budget", "model", "loop"]).toContain(thinkingEnd);
    // The wrap-up sentence and the closing marker come on top.
    expect(stats.thinkingTokens).toBeLessThan(60);
    expect(stats.otherThinkingTokens).toBeLessThan(180);
  });

  it("end all when the answer is wanted now", async () => {
    const generationId = "now";
    const result = await think({
      generationId,
      controls: { ...controls, budget: null },
      onEvent: ({ type }) => type === "prefill" && engine.client.answerNow(generationId),
    });
    expect(result.thinkingEnd).toBe("answerNow");
    expect(result.answer.trim()).not.toBe("");
  });

  it("end all when they are stopped, and others can be asked then", async () => {
    const abort = new AbortController();
    const thinking = think({ controls: { ...controls, budget: null }, maxTokens: 600, signal: abort.signal });
    setTimeout(() => abort.abort(), 200);
    expect((await thinking).stopReason).toBe("cancelled");
    const next = ["one", "two", "three", "four"].map((text) => engine.ask({ text, maxTokens: 5 }));
    expect((await Promise.all(next)).map(({ stats }) => stats.answerTokens)).toEqual([5, 5, 5, 5]);
  });

  it("take the memory for them where no other generation has asked for it", async () => {
    const other = await TestEngine.start({
      path: inject("smolPath"),
      kvType: "q8_0",
      contextSize: 1024,
      lanes: "auto",
    });
    const messages = [{ role: "user", content: "What is 2 + 3?" } as const];
    const prompt: GenerateParams["prompt"] = { kind: "chat", messages, thinking: "on" };
    const result = await other.ask({ prompt, sampling: warm, maxTokens: 80, controls });
    expect(other.log.join("\n")).toContain("generations can run at once");
    expect(result.otherThoughts?.length).toBeGreaterThan(0);
    await other.stop();
  });

  it("are one where there is no thought to begin with", async () => {
    const result = await think({ prompt: { kind: "raw", text: "2 + 3 =" }, maxTokens: 5 });
    expect([result.otherThoughts, result.stats.otherThinkingTokens]).toEqual([undefined, 0]);
  });
});
