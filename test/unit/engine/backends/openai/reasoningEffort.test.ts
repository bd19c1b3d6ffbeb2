/** How much a model thinks on servers that know nothing but OpenAI's own members, and those that do not do as they are asked. */
import { describe, expect, test, vi } from "vitest";
import type { GenerateParams } from "../../../../../src/common/protocol.ts";
import { ask, connect, fake, params, textOf } from "./asking.ts";
import { type Answer, delta, json, stream } from "./fakeServer.ts";
import { why } from "./params.ts";

const qwen = { model: { id: "qwen3:8b" } };
const says: Answer = (_, response) => stream(response, [delta({ content: "Yes." }, "stop")]);
const budgeted = (budget: number | null): Partial<GenerateParams> => ({ controls: { ...params.controls, budget } });
const off: Partial<GenerateParams> = { ...why("off"), maxTokens: 1_536 };

/** Refuses what is not among these words of `reasoning_effort`; null: takes the request without it. */
const picky =
  (...words: (string | null)[]): Answer =>
  (asked, response, attempt) => {
    const word = asked.body.reasoning_effort ?? null;
    if (words.includes(word)) says(asked, response, attempt);
    else json(response, 400, { error: { message: `unsupported value: ${word}` } });
  };

describe("reasoning_effort", () => {
  test("tells a server of unknown make the effort, for a model that is trained to think", async () => {
    const server = await fake(says, qwen);
    const backend = await connect(server.url);
    for (const more of [off, budgeted(512), budgeted(2_048), budgeted(8_192), budgeted(null)])
      await (await ask(backend, more)).result;
    const words = server.completions.map(({ body }) => body.reasoning_effort);
    expect(words).toEqual(["none", "low", "medium", "high", "high"]);
    const plain = await fake(says);
    await (await ask(await connect(plain.url), off)).result;
    expect(plain.completions[0]?.body).not.toHaveProperty("reasoning_effort");
  });

  test("a word that the server refuses is not sent again, the others are", async () => {
    const server = await fake(picky("low", "medium", "high"), qwen);
    const backend = await connect(server.url);
    for (const more of [off, off, budgeted(2_048)])
      expect((await (await ask(backend, more)).result).answer).toBe("Yes.");
    const words = server.completions.map(({ body }) => body.reasoning_effort);
    expect(words).toEqual(["none", "low", "low", "medium"]);
  });

  test("a server that does not know the member is asked without it from then on", async () => {
    const server = await fake(picky(null), qwen);
    const backend = await connect(server.url);
    for (const more of [off, off]) expect((await (await ask(backend, more)).result).answer).toBe("Yes.");
    const words = server.completions.map(({ body }) => body.reasoning_effort);
    expect(words).toEqual(["none", "low", undefined, undefined]);
  });

  test("a refusal for another reason is told, and teaches nothing", async () => {
    let refuses = true;
    const server = await fake((asked, response, attempt) => {
      if (refuses) json(response, 400, { error: { message: "no seed, please" } });
      else says(asked, response, attempt);
    }, qwen);
    const backend = await connect(server.url);
    await expect((await ask(backend, off)).result).rejects.toMatchObject({
      message: expect.stringContaining("no seed"),
    });
    refuses = false;
    await (await ask(backend, off)).result;
    expect(server.completions.at(-1)?.body.reasoning_effort).toBe("none");
  });
});

describe("a thought that nobody asked for", () => {
  /** Thinks for `pieces`, whatever it was asked, or without end, and answers behind that. */
  const thinker =
    (pieces: number, answer = "Yes."): Answer =>
    (_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      const write = (chunk: object) => response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      let left = pieces;
      const timer = setInterval(() => {
        for (let i = 0; i < 20 && left > 0; i++, left--) write(delta({ reasoning: "hm. " }));
        if (left > 0) return;
        clearInterval(timer);
        for (const word of answer.split(/(?<= )/)) write(delta({ content: word }));
        write(delta({}, "stop"));
        response.end("data: [DONE]\n\n");
      }, 1);
      response.once("close", () => clearInterval(timer));
    };

  test("ends at a small budget of its own, and the answer has room behind another one", async () => {
    let first = true;
    const server = await fake((asked, response, attempt) => {
      const pieces = first ? Number.POSITIVE_INFINITY : 300;
      first = false;
      thinker(pieces)(asked, response, attempt);
    }, qwen);
    const result = await (await ask(await connect(server.url), off)).result;
    expect(result).toMatchObject({ answer: "Yes.", thinkingEnd: "budget", stopReason: "stop" });
    const [, second] = server.completions;
    expect(second?.body.messages.at(-1).content).toContain("My notes so far");
    // Less than 1 536 are left for the answer.
    expect(second?.body.max_tokens).toBeGreaterThan(1_536 + 500);
    expect(second?.body.max_tokens).toBeLessThan(4_096);
  });

  test("the answer keeps to its limit all the same", async () => {
    const server = await fake(thinker(2_000, "word ".repeat(900)), qwen);
    const { answer, stopReason } = await (await ask(await connect(server.url), { ...off, maxTokens: 400 })).result;
    expect(stopReason).toBe("length");
    // What is left of 400 behind a thought of 100; the pieces of one read may be more.
    expect(answer.split(" ").length).toBeLessThan(400);
  });

  test("ends when the user wants the answer", async () => {
    let first = true;
    const server = await fake((asked, response, attempt) => {
      if (first) response.writeHead(200, { "Content-Type": "text/event-stream" });
      else return says(asked, response, attempt);
      first = false;
      const timer = setInterval(() => response.write(`data: ${JSON.stringify(delta({ reasoning: "hm" }))}\n\n`), 5);
      response.once("close", () => clearInterval(timer));
    }, qwen);
    const { events, result, answerNow } = await ask(await connect(server.url), { ...off, maxTokens: 100_000 });
    await vi.waitFor(() => expect(textOf(events, "thinking")).toContain("hm"));
    answerNow();
    expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "answerNow" });
  });

  test("ends when it goes in circles", async () => {
    const circle = Array.from({ length: 200 }, () => delta({ reasoning: "Let me see what that means. " }));
    let first = true;
    const server = await fake((asked, response, attempt) => {
      if (!first) return says(asked, response, attempt);
      first = false;
      stream(response, circle, "open");
    }, qwen);
    const controls = { ...params.controls, loopGuard: true };
    const { result } = await ask(await connect(server.url), { ...off, controls });
    expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "loop" });
  });
});
