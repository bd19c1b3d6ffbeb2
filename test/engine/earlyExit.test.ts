/** Early exit on the real engine, with models that say an exact thought. */
import { expect, inject, it } from "vitest";
import type { EarlyExitMode } from "../../src/common/protocol.ts";
import type { ScriptedName } from "./globalSetup.ts";
import { TestEngine } from "./support/engine.ts";

async function ask(model: ScriptedName, modes: readonly EarlyExitMode[]) {
  const engine = await TestEngine.start({ path: inject("scripted")[model] });
  const results = [];
  for (const earlyExit of modes)
    results.push(
      await engine.ask({
        maxTokens: 1_200,
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
