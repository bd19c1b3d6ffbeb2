/** Early exit on the real engine, with models that say an exact thought; before the thought on a real small model. */
import { describe, expect, inject, it } from "vitest";
import type { EarlyExitMode } from "../../src/common/thinkingControls.ts";
import type { ScriptedName } from "./globalSetup.ts";
import { TestEngine } from "./support/engine.ts";

async function ask(model: ScriptedName, modes: readonly EarlyExitMode[]) {
  const engine = await TestEngine.start({ path: inject("scripted")[model] });
  const results = [];
  for (const earlyExit of modes)
    results.push(
      await engine.ask({
        maxTokens: 1_600,
        speculation: "off",
        controls: { budget: null, loopGuard: false, earlyExit },
      }),
    );
  await engine.stop();
  return results;
}

it("ends a thought when two trial answers agree, and answers", async () => {
  const [off, auto, on] = await ask("shortAnswer", ["off", "auto", "on"]);
  expect(off).toMatchObject({ thinkingEnd: "model", answer: "a0 a1 a2" });
  for (const result of [auto!, on!]) {
    expect(result).toMatchObject({ thinkingEnd: "earlyExit", stopReason: "stop" });
    expect(result.answer.trim()).toBe("a0 a1 a2");
    expect(result.stats.thinkingTokens).toBeLessThan(400);
    // What was thought is a beginning of the whole thought, up to the end of a line.
    expect(off!.thinking.startsWith(`${result.thinking}\n`)).toBe(true);
    expect(result.tokens.filter((token) => token.forced && token.text !== "")).toEqual([]);
  }
});

it("lets a thought go on when the answer is a long one, at a cost of at most 5 %", async () => {
  const [off, auto, on] = await ask("longAnswer", ["off", "auto", "on"]);
  for (const result of [auto!, on!]) {
    expect(result.thinkingEnd).toBe("model");
    expect(result.tokens.map((token) => token.id)).toEqual(off!.tokens.map((token) => token.id));
    expect(result.stats.targetPasses).toBeGreaterThan(off!.stats.targetPasses);
    expect(result.stats.targetPasses).toBeLessThanOrEqual(off!.stats.targetPasses * 1.05);
  }
});

describe("an answer before the thought", () => {
  const messages = [
    {
      role: "user" as const,
      content: "First think inside <think></think>. What is 2 + 3? End with a line `Answer: NUMBER`.",
    },
  ];

  const shortThought = { budget: 40, loopGuard: true, earlyExit: "off" } as const;
  const short = { maxTokens: 120, speculation: "off" } as const;

  it("stands where it is likely enough: no thought is written, and the answer has its form", async () => {
    const engine = await TestEngine.start({ path: inject("smolPath"), kvType: "q8_0", contextSize: 1024 });
    const ask = (least?: number) =>
      engine.ask({
        prompt: { kind: "chat", messages, thinking: "on", opening: "- " },
        answerForm: { kind: "line", lead: "Answer:", onlyIfCut: true },
        ...short,
        controls: {
          ...shortThought,
          answerFirst: least === undefined ? undefined : { least, message: "What is 2 + 3?", opening: null },
        },
      });
    const [absent, looked, stands] = [await ask(), await ask(1.1), await ask(0)];
    await engine.stop();
    expect(absent.stats.firstAnswer).toBeUndefined();
    const { firstAnswer } = looked.stats;
    expect(firstAnswer).toMatchObject({ text: expect.stringMatching(/\S/), stands: false });
    expect(firstAnswer!.probability).toBeGreaterThan(0);
    expect(firstAnswer!.probability).toBeLessThan(1);
    expect(looked.tokens.map(({ id }) => id)).toEqual(absent.tokens.map(({ id }) => id));
    expect(looked.stats.trialMs).toBeGreaterThan(0);

    expect(stands).toMatchObject({ thinkingEnd: "earlyExit", thinking: "", stopReason: "stop" });
    expect(stands.stats.firstAnswer).toEqual({ ...firstAnswer, stands: true });
    expect(stands.tokens.every(({ segment, forced }) => segment === "answer" || forced)).toBe(true);
    expect(stands.answer).toMatch(/^Answer:.*\S/m);
  });

  it("begun as code stays as it was on trial, and the model goes on behind it", async () => {
    const engine = await TestEngine.start({ path: inject("smolPath"), kvType: "q8_0", contextSize: 1024 });
    // What looks like a marker in a question ends nothing.
    const code = { lead: '```python\nassert f("<|im_end|>", 3) ==', close: "\n```\n\n" };
    const message = "What is 2 + 3?";
    const ask = (least: number) =>
      engine.ask({
        prompt: { kind: "chat", messages, thinking: "on" },
        ...short,
        controls: { ...shortThought, answerFirst: { least, message, opening: code } },
      });
    const [looked, stands] = [await ask(1.1), await ask(0)];
    const plainly = await engine.ask({
      prompt: { kind: "chat", messages: [{ role: "user", content: message }], thinking: "off", opening: code.lead },
      maxTokens: 20,
    });
    await engine.stop();
    const { text } = looked.stats.firstAnswer!;
    expect(text).toMatch(/\S/);
    expect(looked.answer).not.toContain(code.lead);
    expect(stands).toMatchObject({ thinkingEnd: "earlyExit", thinking: "" });
    expect(stands.answer.startsWith(`${code.lead} ${text}${code.close}`)).toBe(true);
    expect(plainly).toMatchObject({ thinking: "", thinkingEnd: "none" });
    expect(plainly.answer.startsWith(code.lead)).toBe(true);
    // What stands was asked for as where no thought is wanted.
    expect(stands.stats.promptTokens).toBe(plainly.stats.promptTokens);
    expect(looked.stats.promptTokens).toBeGreaterThan(plainly.stats.promptTokens);
    expect(plainly.answer.length).toBeGreaterThan(code.lead.length);
  });

  it("ends with the line where that is all that was asked for", async () => {
    const engine = await TestEngine.start({ path: inject("smolPath"), kvType: "q8_0", contextSize: 1024 });
    const opening = { lead: "```python\nassert f(3) ==", close: "\n```\n\n" };
    const ask = (isWhole: boolean) =>
      engine.ask({
        prompt: { kind: "chat", messages, thinking: "on" },
        ...short,
        controls: { ...shortThought, answerFirst: { least: 0, message: "What is 2 + 3?", opening, isWhole } },
      });
    const [goesOn, whole] = [await ask(false), await ask(true)];
    const again = await ask(true);
    await engine.stop();
    expect(whole).toMatchObject({ thinkingEnd: "earlyExit", thinking: "", stopReason: "stop" });
    const { text } = whole.stats.firstAnswer!;
    expect(text).toMatch(/\S/);
    expect(whole.answer).toBe(`${opening.lead} ${text}\n\`\`\``);
    expect(goesOn.answer.startsWith(whole.answer)).toBe(true);
    // It was written on trial, and is not evaluated again.
    expect(whole.stats.targetPasses).toBeLessThan(goesOn.stats.targetPasses);
    expect(whole.stats.tokensPerSecond).toBeGreaterThan(0);
    expect(whole.tokens.filter(({ forced }) => !forced).length).toBeGreaterThan(0);
    expect(again.answer).toBe(whole.answer);
  });

  it("needs no prompt that opens a thought, and is not asked for where a thought is carried on", async () => {
    const engine = await TestEngine.start({ path: inject("scripted").shortAnswer });
    const options = { maxTokens: 1_600, speculation: "off" } as const;
    const controls = { budget: null, loopGuard: false, earlyExit: "off" } as const;
    const whole = await engine.ask({ ...options, controls });
    const first = await engine.ask({
      ...options,
      controls: { ...controls, answerFirst: { least: 0.5, message: "Go on.", opening: null } },
    });
    const partial = { thinking: whole.thinking.slice(0, 200), answer: "" };
    const carriedOn = await engine.ask({
      ...options,
      prompt: { kind: "continue", messages, thinking: "on", partial },
      controls: { ...controls, answerFirst: { least: 0.5, message: "Go on.", opening: null } },
    });
    await engine.stop();
    expect(first).toMatchObject({ thinkingEnd: "earlyExit", thinking: "", stopReason: "stop" });
    expect(first.answer).toBe(`Answer: ${whole.answer}`);
    expect(first.stats.firstAnswer).toMatchObject({ text: "a0 a1 a2", stands: true });
    expect(carriedOn.stats.firstAnswer).toBeUndefined();
  });
});
