/**
 * However a thought ends, an answer follows: on a real small model, which is not trained to think and closes its
 * thoughts badly, over several questions and ways of ending.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { GenerateParams, GenerationEvent, LoadParams } from "../../src/common/protocol.ts";
import type { AnswerForm } from "../../src/common/thinkingControls.ts";
import { EngineModel } from "../../src/engine/backends/embedded/engineModel.ts";
import { Generation } from "../../src/engine/generation.ts";
import { StateFolder } from "../../src/engine/stateFolder.ts";
import { holdsForm } from "../../src/engine/thinking/answerForm.ts";
import { compose } from "../../src/prompts/compose.ts";
import { greedy, warm } from "./support/engine.ts";

const questions = [
  "What does len([1, 2, 3]) return in Python?",
  "Is 17 a prime number?",
  "Name one difference between a list and a tuple.",
  "What is printed by print('a' * 3)?",
  "Why is a binary search faster than a linear one?",
];

async function load(more: Partial<LoadParams> = {}): Promise<EngineModel> {
  const failed = (message: string) => {
    throw new Error(message);
  };
  const model = await EngineModel.load(
    {
      target: { id: "smol", path: inject("smolPath") },
      draft: null,
      contextSize: 1024,
      kvType: "auto",
      threads: "auto",
      gpu: "off",
      strict: false,
      ...more,
    },
    new StateFolder(`${inject("scratch")}/endings`, failed),
    { onProgress: () => {}, log: () => {} },
  );
  await model.settleThreads();
  return model;
}

it("begins what is asked for with a word, where the model would put a marker of its format", async () => {
  const model = await load({ thinkingFormat: "gptOss" });
  const pattern = "What is 20 + 20?\nIt is 40.\nAnswer: <|end|>\n\n";
  const params: GenerateParams = {
    generationId: "marker",
    conversationId: "marker",
    prompt: { kind: "raw", text: `${pattern.repeat(6)}What is 20 + 20?\nIt is` },
    sampling: greedy,
    maxTokens: 5,
    controls: { budget: null, loopGuard: true, earlyExit: "off" },
    answerForm: { kind: "line", lead: "Answer:" },
    speculation: "off",
    onContextFull: "stop",
  };
  const { signal } = new AbortController();
  const { answer } = await new Generation(model, params, { emit: () => {}, signal, queueMs: 0 }).run();
  await model.dispose();
  expect(answer).toMatch(/Answer: *\w/);
  expect(answer).not.toContain("<|");
});

describe("every ended thought is followed by an answer", () => {
  let model: EngineModel;
  beforeAll(async () => {
    model = await load();
  });
  afterAll(() => model.dispose());

  async function ask(
    question: string,
    more: Partial<GenerateParams>,
    onTokens: (generation: Generation, thinking: number) => void = () => {},
  ) {
    const { messages } = compose({
      task: "ask",
      question,
      code: [],
      history: [],
      effort: "medium",
      format: model.info.thinking,
    });
    let thinking = 0;
    const events: GenerationEvent[] = [];
    const params: GenerateParams = {
      generationId: "endings",
      conversationId: question,
      prompt: { kind: "chat", messages, thinking: "on" },
      sampling: greedy,
      maxTokens: 80,
      controls: { budget: null, loopGuard: true, earlyExit: "auto" },
      speculation: "auto",
      onContextFull: "stop",
      ...more,
    };
    const generation: Generation = new Generation(model, params, {
      emit: (batch) => {
        events.push(...batch);
        for (const event of batch) if (event.type === "tokens") thinking += event.tokens.length;
        onTokens(generation, thinking);
      },
      signal: new AbortController().signal,
      queueMs: 0,
    });
    const result = await generation.run();
    const tokens = events.flatMap((event) => (event.type === "tokens" ? event.tokens : []));
    return { ...result, tokens };
  }

  /** An answer that the model chose itself: more than the opener which Hunch may have written. */
  const chosenAnswer = (tokens: { segment: string; text: string; forced?: true }[]) =>
    tokens
      .filter((token) => token.segment === "answer" && !token.forced)
      .map((token) => token.text)
      .join("")
      .trim();

  it.each(questions)("%s", async (question) => {
    for (const budget of [1, 16, 48]) {
      const result = await ask(question, {
        controls: { budget, loopGuard: true, earlyExit: "auto" },
        sampling: budget === 16 ? warm : greedy,
      });
      expect(result.thinkingEnd).toBeOneOf(["budget", "model"]);
      expect(chosenAnswer(result.tokens)).not.toBe("");
    }
    const asked = await ask(question, {}, (generation, thinking) => {
      if (thinking >= 10) generation.answerNow();
    });
    expect(asked.thinkingEnd).toBeOneOf(["answerNow", "model"]);
    expect(chosenAnswer(asked.tokens)).not.toBe("");
    const cut = await ask(question, { maxTokens: 40 });
    expect(chosenAnswer(cut.tokens)).not.toBe("");
  });

  it("has the form that was asked for, whatever the model does", async () => {
    const forms: AnswerForm[] = [{ kind: "line", lead: "Answer:" }, { kind: "codeBlock" }];
    for (const answerForm of forms)
      for (const [i, question] of questions.slice(0, 4).entries()) {
        const controls = { budget: 8, loopGuard: true, earlyExit: "off" } as const;
        const maxTokens = i % 2 === 0 ? 60 : 150;
        const sampling = i < 2 ? greedy : warm;
        const { answer, tokens } = await ask(question, { answerForm, controls, maxTokens, sampling });
        expect(holdsForm(answer, answerForm), answer).toBe(true);
        expect(tokens.filter(({ forced }) => !forced).length).toBeLessThanOrEqual(maxTokens + 1);
      }
  });

  it.each(["off", "auto"] as const)(
    "'answer now' gets to the first answer token within three passes, whatever was asked and thought: speculation %s",
    async (speculation) => {
      const ended = [];
      for (const question of questions)
        for (const moment of [4, 12, 24]) {
          const { thinkingEnd, stats } = await ask(question, { speculation, maxTokens: 64 }, (generation, thinking) => {
            if (thinking >= moment) generation.answerNow();
          });
          if (thinkingEnd !== "answerNow") continue;
          ended.push(stats.answerNow?.passes);
        }
      expect(ended.length).toBeGreaterThanOrEqual(8);
      expect(ended.filter((passes) => passes === undefined || passes > 3)).toEqual([]);
    },
  );

  it("'answer now' gives the first answer token within three passes, the wrap-up's aside", async () => {
    const { sequence } = model.target;
    const evaluate = sequence.evaluate.bind(sequence);
    let passesSince = Number.NaN;
    // A pass without outputs reads what Hunch wrote; the others choose tokens.
    sequence.evaluate = (tokens, outputs) => {
      if (outputs > 0) passesSince++;
      return evaluate(tokens, outputs);
    };
    const result = await ask(questions[4]!, { speculation: "off" }, (generation, thinking) => {
      if (thinking < 12) return;
      if (Number.isNaN(passesSince)) passesSince = 0;
      generation.answerNow();
    });
    const firstAnswer = result.tokens.findIndex((token) => token.segment === "answer" && token.text.trim() !== "");
    const chosenAfter = result.tokens.slice(firstAnswer).filter((token) => !token.forced).length;
    const passesToAnswer = passesSince - chosenAfter + 1;
    sequence.evaluate = evaluate;
    expect(result.thinkingEnd).toBe("answerNow");
    expect(firstAnswer).toBeGreaterThan(0);
    expect(passesToAnswer).toBeGreaterThan(0);
    expect(passesToAnswer).toBeLessThanOrEqual(3);
    // The figures say the same, without the pass in which the answer ends.
    expect(result.stats.answerNow?.passes).toBeOneOf([passesToAnswer - 1, passesToAnswer]);
    expect(result.stats.answerNow?.wrapUpTokens).toBeGreaterThan(10);
  });
});
