/** Stop and "answer now" in the middle of what takes several passes: counted in passes, on the real engine. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { ChatMessage, Prompt } from "../../src/common/prompt.ts";
import type { GeneratedToken } from "../../src/common/protocol.ts";
import type { EngineModel } from "../../src/engine/backends/embedded/engineModel.ts";
import type { NativeSequence } from "../../src/engine/backends/embedded/sequence.ts";
import { measuredSizes } from "../../src/engine/speculation/costCurve.ts";
import { bandStarts } from "../../src/engine/speculation/costsByLength.ts";
import { warm } from "./support/engine.ts";
import { generate, loadModel, type Running, watchPasses } from "./support/inProcess.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const words = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ");
const chat = (content: string, opening?: string): Prompt => {
  const messages: ChatMessage[] = [{ role: "user", content }];
  return { kind: "chat", messages, thinking: "on", ...(opening === undefined ? {} : { opening }) };
};

describe("stop while the prompt is read", () => {
  let model: EngineModel;
  beforeAll(async () => {
    // The prompt opens the thought in this format, so that an opening is written.
    model = await loadModel("reading", inject("scripted").chain, { contextSize: 4096, thinkingFormat: "elicited" });
  });
  afterAll(() => model.dispose());

  it.each([undefined, "First:"])("reads no more of it, with the thought's opening %j", async (opening) => {
    let readAfter = 0;
    let abort: AbortController | null = null;
    watchPasses(({ tokens }) => {
      if (abort?.signal.aborted) readAfter += tokens.length;
    });
    const result = await generate(
      model,
      { prompt: chat(`${opening ?? ""}${"long ".repeat(600)}`, opening) },
      (running) => {
        abort = running.abort;
      },
      (event, running) => {
        if (event.type === "prefill" && event.processedTokens > event.cachedTokens) running.abort.abort();
      },
    );
    expect(result).toMatchObject({ stopReason: "cancelled", thinking: "", answer: "" });
    expect(readAfter).toBe(0);
    expect(model.target.sequence.length).toBeLessThan(result.stats.promptTokens - 1);
  });
});

describe("stop while it writes", () => {
  let model: EngineModel;
  beforeAll(async () => {
    model = await loadModel("writing", inject("scripted").chain);
  });
  afterAll(() => model.dispose());

  it("within a pass keeps one token of its accepted draft, and the cache without the rest", async () => {
    const prompt = chat(words("t", 200));
    const whole = await generate(model, { prompt, speculation: "suffix" });
    const ids = whole.tokens.map(({ id }) => id);
    const { sequence } = model.target;
    // Long drafts pay, whatever else the machine does: passes of all sizes take as long.
    const flat = Object.fromEntries(measuredSizes.map((size) => [size, model.costs.passMs(1)]));
    for (const length of bandStarts) model.costsAt(length).adopt(flat);
    let running: Running | null = null;
    let stoppedAt = Number.NaN;
    let draft: readonly number[] = [];
    watchPasses(({ tokens, outputs }) => {
      if (outputs < 8 || running?.abort.signal.aborted) return;
      stoppedAt = sequence.length;
      draft = tokens.slice(1);
      running?.abort.abort();
    });
    const stopped = await generate(model, { prompt, speculation: "suffix" }, (begun) => {
      running = begun;
    });
    // All tokens but the last are in the cache; those in front of the pass were said before.
    const said = stoppedAt + 1 - stopped.stats.promptTokens;
    expect(ids.slice(said, said + draft.length)).toEqual(draft);
    expect(stopped.stopReason).toBe("cancelled");
    expect(stopped.tokens.map(({ id }) => id)).toEqual(ids.slice(0, said + 1));
    expect(sequence.length).toBe(stoppedAt + 1);
    vi.restoreAllMocks();
    const again = await generate(model, { prompt, speculation: "suffix" });
    expect(again.tokens.map(({ id }) => id)).toEqual(ids);
  });
});

/** Passes that choose tokens, up to the first token of the answer. @param passes that chose tokens since it was asked for */
function passesToAnswer(passes: number, tokens: readonly GeneratedToken[]): number {
  const first = tokens.findIndex(({ segment, text }) => segment === "answer" && text.trim() !== "");
  expect(first).toBeGreaterThan(0);
  return passes - tokens.slice(first).filter(({ forced }) => !forced).length + 1;
}

describe.each([
  ["a trial answer", { earlyExit: "on" }],
  [
    "a trial answer before the thought",
    { earlyExit: "off", answerFirst: { least: 0, message: "Go on.", opening: null } },
  ],
] as const)("%s", (_, trials) => {
  let model: EngineModel;
  beforeAll(async () => {
    model = await loadModel("trial", inject("scripted").longAnswer);
  });
  afterAll(() => model.dispose());

  /** Does something in the first pass of a trial. @returns the result, and the passes that chose tokens since then */
  async function inTrial(interrupt: (running: Running) => void) {
    let running: Running | null = null;
    let since = Number.NaN;
    watchPasses(({ tokens, outputs }) => {
      if (outputs > 0) since++;
      // A trial begins with what leads over to its answer; without drafts other passes have one token.
      if (outputs !== 1 || tokens.length === 1 || !Number.isNaN(since) || !running) return;
      since = 0;
      interrupt(running);
    });
    const controls = { budget: null, loopGuard: false, ...trials };
    const result = await generate(model, { speculation: "off", maxTokens: 1_200, controls }, (begun) => {
      running = begun;
    });
    return { ...result, since };
  }

  it("does not keep the answer waiting that is wanted now", async () => {
    const { thinkingEnd, tokens, since, stats } = await inTrial(({ generation }) => generation.answerNow());
    expect(thinkingEnd).toBe("answerNow");
    expect(passesToAnswer(since, tokens)).toBeLessThanOrEqual(3);
    expect(stats.answerNow?.passes).toBeLessThanOrEqual(3);
    // It begins where the trial did, which has left nothing behind.
    expect(tokens.filter(({ forced }) => !forced).map(({ text }) => text.trim())).toContain("a0");
  });

  it("ends with the generation that is stopped, and leaves the text as it was", async () => {
    const { stopReason, since, tokens } = await inTrial(({ abort }) => abort.abort());
    expect(stopReason).toBe("cancelled");
    expect(since).toBe(0);
    expect(tokens.some(({ segment, text }) => segment === "answer" && text !== "")).toBe(false);
    vi.restoreAllMocks();
    const controls = { budget: null, loopGuard: false, earlyExit: "off" } as const;
    const whole = await generate(model, { speculation: "off", maxTokens: 1_200, controls });
    expect(whole.tokens.slice(0, tokens.length).map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
  });
});

describe("answer now, with several thoughts side by side", () => {
  let model: EngineModel;
  beforeAll(async () => {
    model = await loadModel("several", inject("smolPath"), { kvType: "q8_0", contextSize: 1024, lanes: 4 });
  });
  afterAll(() => model.dispose());

  const options = (budget: number | null) => ({
    prompt: chat("Why is the sky blue?"),
    sampling: warm,
    maxTokens: 120,
    speculation: "off" as const,
    controls: { budget, loopGuard: false, earlyExit: "off" as const, thoughts: 4 },
  });

  it("lets the one that got furthest answer, without trials", async () => {
    let running: Running | null = null;
    let passes = 0;
    const since = new Map<NativeSequence, number>();
    watchPasses(({ sequence, outputs }) => {
      if (outputs === 0) return;
      if (passes >= 24) since.set(sequence, (since.get(sequence) ?? 0) + 1);
      else if (++passes === 24) running?.generation.answerNow();
    });
    const result = await generate(model, options(null), (begun) => {
      running = begun;
    });
    expect(result.thinkingEnd).toBe("answerNow");
    const [chosen = 0, ...others] = [...since.values()].sort((a, b) => b - a);
    expect(passesToAnswer(chosen, result.tokens)).toBeLessThanOrEqual(3);
    expect(result.stats.answerNow?.passes).toBeLessThanOrEqual(3);
    // A pass of theirs may have begun together with the one that was under way.
    expect(others.every((passes) => passes <= 1)).toBe(true);
    expect(result.otherThoughts?.map(({ fate }) => fate)).toEqual(["stopped", "stopped", "stopped"]);
  });

  it("takes a thought that has ended, and goes on with no trial", async () => {
    let running: Running | null = null;
    let ended: NativeSequence | null = null;
    let since = 0;
    watchPasses(({ sequence, tokens, outputs }) => {
      if (sequence === ended && outputs > 0) since++;
      // The first trial answer of the first that is at its end.
      if (ended || outputs !== 1 || tokens.length === 1) return;
      ended = sequence;
      running?.generation.answerNow();
    });
    const result = await generate(model, options(24), (begun) => {
      running = begun;
    });
    expect(ended).not.toBeNull();
    expect(result.thinkingEnd).toBeOneOf(["budget", "model"]);
    expect(passesToAnswer(since, result.tokens)).toBeLessThanOrEqual(3);
    expect(result.answer.trim()).not.toBe("");
  });
});
