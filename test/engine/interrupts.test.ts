/** Stop and "answer now" in the middle of what takes several passes: counted in passes, on the real engine. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { ChatMessage, Prompt } from "../../src/common/protocol.ts";
import type { EngineModel } from "../../src/engine/backends/embedded/engineModel.ts";
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
