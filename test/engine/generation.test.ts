/** Thoughts, budgets, interruptions and the KV cache on the real engine with a model that says an exact text. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { ChatMessage, Prompt } from "../../src/common/prompt.ts";
import { TestEngine } from "./support/engine.ts";
import { flattenCosts } from "./support/flatCosts.ts";

const words = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ");
const wholeThought = words("t", 200);
const wholeAnswer = words("a", 40);

/** Of the model asked last, as it is on disk. */
function learntAcceptance(): Record<string, unknown> {
  const folder = join(inject("scratch"), "state");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const states = files
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
    .map((path) => JSON.parse(readFileSync(path, "utf8")) as { value: { acceptance?: Record<string, unknown> } });
  return states.find(({ value }) => value.acceptance)!.value.acceptance!;
}

describe("a generation", () => {
  let engine: TestEngine;
  let forget = () => {};
  beforeAll(async () => {
    const path = inject("scripted").chain;
    const measured = await TestEngine.start({ path });
    await measured.client.measure({ costCurve: true, exactness: false });
    await measured.stop();
    // Whether drafts of so small a model pay on this machine is not the question.
    forget = flattenCosts({ model: path });
    engine = await TestEngine.start({ path });
  });
  afterAll(async () => {
    await engine.stop();
    forget();
  });

  it.each(["off", "auto", "suffix", "recycling"] as const)(
    "separates thought and answer (speculation %s)",
    async (speculation) => {
      const result = await engine.ask({ speculation });
      expect(result.thinking).toBe(wholeThought);
      expect(result.answer.trim()).toBe(wholeAnswer);
      expect(result).toMatchObject({ stopReason: "stop", thinkingEnd: "model" });
      const text = (segment: string) => result.tokens.map((t) => (t.segment === segment ? t.text : "")).join("");
      expect(text("thinking")).toBe(wholeThought);
      expect(text("answer")).toBe(wholeAnswer);
      expect(result.stats.thinkingTokens + result.stats.answerTokens).toBe(result.tokens.length);
    },
  );

  it("drafts what it said before: accepted tokens carry their drafter's name", async () => {
    const messages: ChatMessage[] = [{ role: "user", content: `${wholeThought} ${wholeAnswer}` }];
    const { stats, tokens } = await engine.ask({ prompt: { kind: "chat", messages, thinking: "on" } });
    const drafted = tokens.filter((token) => token.origin !== "target");
    // The end-of-text token, if it was drafted, is accepted too but has no event.
    expect(stats.acceptedTokens - drafted.length).toBeOneOf([0, 1]);
    expect(stats.acceptedTokens).toBeGreaterThan(0);
    expect(stats.targetPasses).toBeLessThan(tokens.length);
    const byDrafter = Object.values(stats.byDrafter).reduce((sum, drafter) => sum + drafter.acceptedTokens, 0);
    expect(byDrafter).toBe(stats.acceptedTokens);
  });

  it("drafts the code that a renaming will lead to, from its first change on", async () => {
    // Every fifth word has another name until it is renamed.
    const code = `${wholeThought} ${wholeAnswer}`.replace(/\b[ta](\d*[05])\b/g, (word) => `old_${word}`);
    const pairs = [...new Set(code.match(/old_\w+/g))].map((name) => `\`${name}\` to \`${name.slice(4)}\``);
    const ask = (verb: string) => {
      const messages: ChatMessage[] = [
        { role: "user", content: `${verb} ${pairs.join(", ")}.\n\`\`\`\n ${code}\n\`\`\`` },
      ];
      return engine.ask({
        prompt: { kind: "chat", messages, thinking: "on" },
        speculation: "suffix",
        freshDrafters: true,
      });
    };
    const renamed = await ask("Rename");
    const compared = await ask("Compare");
    expect(renamed.thinking).toBe(wholeThought);
    expect(renamed.answer.trim()).toBe(wholeAnswer);
    expect(renamed.stats.targetPasses).toBeLessThan(compared.stats.targetPasses / 2);
  });

  it("keeps nothing of what a run taught that is to be fresh", async () => {
    const prompt = {
      kind: "chat",
      messages: [{ role: "user", content: wholeThought }],
      thinking: "on",
    } satisfies Prompt;
    await engine.ask({ prompt });
    const before = learntAcceptance();
    expect(Object.keys(before).length).toBeGreaterThan(0);
    const { stats } = await engine.ask({ prompt, freshDrafters: true });
    expect(stats.acceptedTokens).toBeGreaterThan(0);
    expect(learntAcceptance()).toEqual(before);
    await engine.ask({ prompt });
    expect(learntAcceptance()).not.toEqual(before);
  });

  it("does not think when thinking is off", async () => {
    const result = await engine.ask({
      prompt: { kind: "chat", messages: [{ role: "user", content: "Hello" }], thinking: "off" },
    });
    expect(result.thinking).toBe("");
    expect(result.answer.startsWith("a0 a1 a2")).toBe(true);
    expect(result.thinkingEnd).toBe("none");
  });

  it("ends a thought at its budget and answers", async () => {
    const result = await engine.ask({ controls: { budget: 20, loopGuard: false, earlyExit: "off" } });
    expect(result.thinkingEnd).toBe("budget");
    expect(result.thinking.startsWith(words("t", 20))).toBe(true);
    expect(result.thinking).not.toContain("t30");
    expect(result.thinking).not.toContain("<");
    expect(result.answer.trim()).toBe(wholeAnswer);
    const forced = result.tokens.filter((token) => token.forced);
    expect(forced.length).toBeGreaterThan(0);
    expect(forced.every((token) => token.segment === "thinking" || token.text === "")).toBe(true);
  });

  it("asks for the form of an answer only where the thought was ended for the model", async () => {
    const answerForm = { kind: "codeBlock", onlyIfCut: true } as const;
    const cut = await engine.ask({ answerForm, controls: { budget: 20, loopGuard: false, earlyExit: "off" } });
    expect(cut.thinkingEnd).toBe("budget");
    expect(cut.answer).toMatch(/^\s*a0 a1 .* a39\n\n```\n[^`]*\w[^`]*\n```$/);
    const own = await engine.ask({ answerForm });
    expect([own.thinkingEnd, own.answer.trim()]).toEqual(["model", wholeAnswer]);
    const none = await engine.ask({
      answerForm,
      prompt: { kind: "chat", messages: [{ role: "user", content: "Hello" }], thinking: "off" },
    });
    expect([none.thinkingEnd, none.answer.trim()]).toEqual(["none", wholeAnswer]);
    // Asked for without a condition, it is there in any case.
    expect((await engine.ask({ answerForm: { kind: "codeBlock" } })).answer).toContain("```");
  });

  it("tells how often words of hesitation were damped, where they are", async () => {
    const controls = { budget: null, loopGuard: false, earlyExit: "off", hesitationPenalty: 4 } as const;
    const damped = await engine.ask({ controls });
    expect([damped.thinking, damped.stats.dampedTokens]).toEqual([wholeThought, 0]);
    expect((await engine.ask()).stats.dampedTokens).toBeUndefined();
  });

  it("tells what ending a thought saved, once it knows how long such thoughts are", async () => {
    const short = { controls: { budget: 50, loopGuard: false, earlyExit: "off" }, purpose: "test/saved" } as const;
    expect((await engine.ask(short)).stats.thinkingTokensSaved).toBe(0);
    // Those that were cut do not hide the others: each counts for what it tells.
    for (let i = 0; i < 5; i++) expect((await engine.ask({ purpose: "test/saved" })).stats.thinkingTokensSaved).toBe(0);
    const { thinkingTokens, thinkingTokensSaved } = (await engine.ask(short)).stats;
    const whole = (await engine.ask()).stats.thinkingTokens;
    expect(thinkingTokensSaved).toBe(whole - thinkingTokens);
    expect(thinkingTokensSaved).toBeGreaterThan(0);
    expect((await engine.ask({ ...short, purpose: "test/other" })).stats.thinkingTokensSaved).toBe(0);
  });

  it("answers now when asked to, within a few passes", async () => {
    let asked = false;
    const result = await engine.ask({
      onEvent: (event, id) => {
        if (event.type !== "tokens" || asked) return;
        asked = true;
        engine.client.answerNow(id);
      },
    });
    expect(result.thinkingEnd).toBe("answerNow");
    expect(result.answer.trim()).toBe(wholeAnswer);
    expect(result.stats.thinkingTokens).toBeLessThan(200);
  });

  it("remembers an answer-now that comes before the thought", async () => {
    const asked = engine.ask({ generationId: "early" });
    engine.client.answerNow("early");
    const result = await asked;
    expect(result.thinkingEnd).toBe("answerNow");
    expect(result.answer.trim()).toBe(wholeAnswer);
    expect(result.thinking).not.toContain("t3");
  });

  it("keeps room for an answer when the token limit would go into the thought", async () => {
    const result = await engine.ask({ maxTokens: 100 });
    expect(result.thinkingEnd).toBe("budget");
    expect(result.answer.trim().startsWith("a0 a1")).toBe(true);
    const chosen = result.tokens.filter((token) => !token.forced).length;
    expect(chosen).toBeLessThanOrEqual(100);
  });

  it("stops at the token limit and says so", async () => {
    const result = await engine.ask({
      maxTokens: 15,
      prompt: { kind: "chat", messages: [{ role: "user", content: "Hello" }], thinking: "off" },
    });
    expect(result.stopReason).toBe("length");
    expect(result.answer).toBe(words("a", 15));
  });

  it("stops when cancelled and gives back what there is", async () => {
    const abort = new AbortController();
    const result = await engine.ask({
      signal: abort.signal,
      onEvent: (event) => {
        if (event.type === "tokens") abort.abort();
      },
    });
    expect(result.stopReason).toBe("cancelled");
    expect(result.thinking.startsWith("t0")).toBe(true);
    expect(result.answer).toBe("");
  });

  it("goes on where an interrupted answer stopped", async () => {
    const messages: ChatMessage[] = [{ role: "user", content: "Hello" }];
    const partial = { thinking: wholeThought, answer: words("a", 12) };
    const result = await engine.ask({ prompt: { kind: "continue", messages, thinking: "on", partial } });
    expect(result.thinking).toBe("");
    expect(result.answer.trim()).toBe(Array.from({ length: 28 }, (_, i) => `a${i + 12}`).join(" "));
  });

  it("goes on with an interrupted thought in what is left of its budget, and closes the code that it was in", async () => {
    const messages: ChatMessage[] = [{ role: "user", content: "Hello" }];
    const carryOn = (thinking: string, budget: number) =>
      engine.ask({
        prompt: { kind: "continue", messages, thinking: "on", partial: { thinking, answer: "" } },
        controls: { budget, loopGuard: false, earlyExit: "off" },
      });
    const rest = await carryOn(words("t", 60), 70);
    expect(rest.thinkingEnd).toBe("budget");
    expect(rest.thinking.trim().startsWith("t60 t61")).toBe(true);
    expect(rest.thinking).not.toContain("t90");
    expect(rest.answer.trim()).toBe(wholeAnswer);
    const inCode = await carryOn("see:\n```py\nx = 1", 1);
    expect(inCode.thinking).toContain("\n```\n\nI have thought enough");
    expect(inCode.answer.trim()).toBe(wholeAnswer);
  });

  it("evaluates only what is new in the second turn", async () => {
    const question: ChatMessage = { role: "user", content: "a long question ".repeat(30) };
    const first = await engine.ask({ prompt: { kind: "chat", messages: [question], thinking: "on" } });
    const messages: ChatMessage[] = [
      question,
      { role: "assistant", content: first.answer },
      { role: "user", content: "and now?" },
    ];
    const second = await engine.ask({ prompt: { kind: "chat", messages, thinking: "on" } });
    expect(second.stats.cachedTokens).toBeGreaterThanOrEqual(first.stats.promptTokens - 1);
    const again = await engine.ask({ prompt: { kind: "chat", messages, thinking: "on" } });
    expect(again.stats.cachedTokens).toBe(again.stats.promptTokens - 1);
    expect(again.answer.trim()).toBe(wholeAnswer);
  });

  it("says when the context is full, and when a prompt does not fit", async () => {
    await engine.load({ path: inject("scripted").chain, contextSize: 512 });
    const question = "word ".repeat(62);
    const full = await engine.ask({
      maxTokens: 2_000,
      prompt: { kind: "chat", messages: [{ role: "user", content: question }], thinking: "off" },
      text: undefined,
    });
    expect(full.stats.contextSize).toBe(512);
    const raw = await engine.ask({ text: `<|assistant|><think>${words("t", 1)}${"x".repeat(430)}`, maxTokens: 2_000 });
    expect(raw.stopReason).toBe("contextFull");
    await expect(engine.ask({ text: "x".repeat(600) })).rejects.toMatchObject({ code: "promptTooLong" });
    await expect(engine.ask({ text: "" })).rejects.toMatchObject({ code: "emptyInput" });
    await engine.load({ path: inject("scripted").chain });
  });

  it("guesses from what earlier requests said, unless drafters have to begin afresh", async () => {
    const accepted = async (freshDrafters?: true) =>
      (await engine.ask({ speculation: "recycling", ...(freshDrafters && { freshDrafters }) })).stats.acceptedTokens;
    const fresh = [await accepted(true), await accepted(true)];
    expect(fresh[1]).toBe(fresh[0]);
    await accepted();
    expect(await accepted()).toBeGreaterThan(fresh[0]!);
  });

  it("serves two conversations in turn and shows the place in the queue", async () => {
    const places: number[] = [];
    const first = engine.ask({ conversationId: "one" });
    const second = engine.ask({
      conversationId: "two",
      onEvent: (event) => {
        if (event.type === "queue") places.push(event.position);
      },
    });
    expect((await first).answer).toBe(wholeAnswer);
    expect((await second).answer).toBe(wholeAnswer);
    expect(places).toEqual([1, 0]);
  });
});

it("writes a wrap-up without the token that begins a prompt, where a model has one", async () => {
  const forced = async (model: "chain" | "beginsText") => {
    const engine = await TestEngine.start({ path: inject("scripted")[model] });
    const result = await engine.ask({ controls: { budget: 20, loopGuard: false, earlyExit: "off" } });
    await engine.stop();
    return { ids: result.tokens.filter((token) => token.forced).map(({ id }) => id), ...result.stats };
  };
  const [without, having] = [await forced("chain"), await forced("beginsText")];
  expect(having.promptTokens).toBe(without.promptTokens + 1);
  expect(having.ids.length).toBeGreaterThan(0);
  expect(having.ids).toEqual(without.ids);
});

describe("models that misbehave", () => {
  it("a thought that never ends is ended by the loop guard", async () => {
    const engine = await TestEngine.start({ path: inject("scripted").loop });
    const result = await engine.ask({
      maxTokens: 1_500,
      controls: { budget: null, loopGuard: true, earlyExit: "off" },
    });
    await engine.stop();
    expect(result.thinkingEnd).toBe("loop");
    expect(result.stats.thinkingTokens).toBeLessThan(1_000);
    expect(result.answer.trim()).toBe(wholeAnswer);
  });

  /** An answer that never ends by itself, with the guard that ends it and without. */
  async function guardedAndFree(path: string, budget: number | null) {
    const engine = await TestEngine.start({ path });
    const run = (loopGuard: boolean) =>
      engine.ask({ maxTokens: 600, controls: { budget, loopGuard, earlyExit: "off" } });
    const guarded = await run(true);
    const free = await run(false);
    await engine.stop();
    const notices = guarded.events.flatMap((event) => (event.type === "notice" ? [event.notice.code] : []));
    expect(guarded.stopReason).toBe("stop");
    expect(notices).toEqual(["answerLoop"]);
    expect(free.stopReason).toBe("length");
    return { guarded, free };
  }

  it("an answer that goes in circles is ended, and that is said", async () => {
    const { guarded, free } = await guardedAndFree(inject("scripted").answerLoop, null);
    expect(guarded.stats.answerTokens).toBeLessThan(120);
    expect(free.answer.startsWith(guarded.answer)).toBe(true);
  });

  it("an answer that repeats how Hunch ended its thought is kept free of that, unless the question has the words", async () => {
    const engine = await TestEngine.start({ path: inject("scripted").copies });
    const about = async (content: string) => {
      const messages: ChatMessage[] = [{ role: "user", content }];
      const controls = { budget: 10, loopGuard: false, earlyExit: "off" } as const;
      return (await engine.ask({ prompt: { kind: "chat", messages, thinking: "on" }, controls })).answer;
    };
    const answers = [await about("Hello"), await about("What is “I have thought enough; now I write the answer.”?")];
    await engine.stop();
    expect(answers).toEqual([
      "```\nx = 1\n```",
      "```\ni have thought enough; now i write the answer.\n</THInk>\n\nx = 1\n```",
    ]);
  });

  it("an answer that does nothing but repeat that is ended too, though there is nothing to see of it", async () => {
    const { guarded, free } = await guardedAndFree(inject("scripted").echoes, 10);
    expect(guarded.stats.answerTokens).toBeLessThan(240);
    expect(free.stats.answerTokens).toBeGreaterThan(500);
  });

  it("a model that stops after its thought is asked for an answer once", async () => {
    const engine = await TestEngine.start({ path: inject("scripted").noAnswer });
    const result = await engine.ask();
    await engine.stop();
    expect(result.thinking).toBe(wholeThought);
    expect(result.answer).not.toBe("");
  });
});
