/** A thought that is ended from here, against a real HTTP server that thinks without end. */
import { expect, test, vi } from "vitest";
import { ask, connect, fake, params, textOf } from "./asking.ts";
import { type Answer, answer, delta, stream, usage } from "./fakeServer.ts";

/** Thinks without end; answers when it is not to think. @param finish what its chunks say of their end */
const thinkerWith =
  (finish: string | null): Answer =>
  ({ body }, response) => {
    if (body.messages.at(-1).content.includes("My notes so far")) return answer(body, response, 0);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const timer = setInterval(
      () => response.write(`data: ${JSON.stringify({ id: "x", ...delta({ reasoning: "hm. " }, finish) })}\n\n`),
      1,
    );
    response.once("close", () => clearInterval(timer));
  };
const thinker = thinkerWith(null);

/** A llama-server that refuses to end a thought: the answer comes by a second request. */
async function cutOff(status: number, headers: Record<string, string> = {}) {
  const server = await fake(
    (asked, response, attempt) => {
      if (!asked.path.endsWith("/control")) return thinker(asked, response, attempt);
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end("{}");
    },
    { owner: "llamacpp" },
  );
  const { events, result, answerNow } = await ask(await connect(server.url));
  await vi.waitFor(() => expect(textOf(events, "thinking")).toContain("hm"));
  answerNow();
  expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "answerNow" });
  return server;
}

test("at its budget, and the answer is asked for with the thought as notes", async () => {
  const server = await fake(thinker, { owner: "vllm" });
  const { result } = await ask(await connect(server.url), { controls: { ...params.controls, budget: 20 } });
  const { thinking, answer: text, thinkingEnd, stats } = await result;
  expect({ text, thinkingEnd }).toEqual({ text: "Yes.", thinkingEnd: "budget" });
  expect(stats.thinkingTokens).toBeGreaterThanOrEqual(20);
  expect(stats.thinkingTokens).toBeLessThanOrEqual(30);
  expect(server.completions).toHaveLength(2);
  expect(server.completions[1]?.body.chat_template_kwargs).toMatchObject({ enable_thinking: false });
  expect(server.completions[1]?.body.messages.at(-1).content).toContain(thinking.slice(0, 20));
});

test("also where every chunk has an empty reason for its end, as LocalAI's have", async () => {
  const server = await fake(thinkerWith(""));
  const { result } = await ask(await connect(server.url), { controls: { ...params.controls, budget: 20 } });
  expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "budget" });
});

test("not behind its closing marker: the answer that is about to begin is not cut off", async () => {
  const thought = ["<think>", ...Array.from({ length: 21 }, (_, i) => ` w${i}`), "</think>", "\n\n"];
  const pieces = [...thought, "Yes", "."].map((content) => delta({ content }));
  const server = await fake((_, response) => stream(response, [...pieces, delta({}, "stop")]), { owner: "vllm" });
  const { result } = await ask(await connect(server.url), { controls: { ...params.controls, budget: 20 } });
  expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "model" });
  expect(server.completions).toHaveLength(1);
});

test("the notes are counted once in what the context holds, and not as the user's prompt", async () => {
  const controls = { ...params.controls, budget: 20 };
  const figures = async (told: object[]) => {
    const server = await fake((_, response, attempt) => {
      if (attempt > 1) return stream(response, [delta({ content: "Yes." }), delta({}, "stop"), usage(100, 1)]);
      stream(response, told, "open");
      const thought = setInterval(() => response.write(`data: ${JSON.stringify(delta({ reasoning: "hm. " }))}\n\n`), 1);
      response.once("close", () => clearInterval(thought));
    });
    return (await (await ask(await connect(server.url), { controls })).result).stats;
  };
  const untold = await figures([]);
  expect(untold).toMatchObject({ promptTokens: 100 - untold.thinkingTokens, contextUsedTokens: 101 });
  expect(await figures([usage(70, 0)])).toMatchObject({ promptTokens: 70, contextUsedTokens: 101 });
});

test("when the user wants the answer", async () => {
  const server = await fake(thinker);
  const { events, result, answerNow } = await ask(await connect(server.url));
  await vi.waitFor(() => expect(textOf(events, "thinking")).toContain("hm"));
  answerNow();
  expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "answerNow", stopReason: "stop" });
});

test("a llama-server is asked to end it itself; one that does not know how is cut off", async () => {
  const server = await cutOff(404);
  const [first, control, second, ...more] = server.completions;
  expect(first?.body).toMatchObject({
    reasoning_control: true,
    reasoning_budget_message: expect.stringContaining("now I write the answer"),
  });
  expect(control).toMatchObject({ path: "/v1/chat/completions/control", body: { id: "x", action: "reasoning_end" } });
  expect(second?.body.messages.at(-1).content).toContain("My notes so far");
  expect(second?.body.reasoning_control).toBeUndefined();
  expect(more).toEqual([]);
});

test("one that is too busy to hear it is cut off", async () => {
  await cutOff(429, { "Retry-After": "20" });
});

test("a cancel keeps what there was, and closes the connection", async () => {
  let closed = false;
  const server = await fake((asked, response, attempt) => {
    response.once("close", () => {
      closed = true;
    });
    thinker(asked, response, attempt);
  });
  const { events, result, abort } = await ask(await connect(server.url));
  await vi.waitFor(() => expect(textOf(events, "thinking")).toContain("hm"));
  abort();
  expect(await result).toMatchObject({ stopReason: "cancelled", thinking: expect.stringMatching(/^hm/) });
  await vi.waitFor(() => expect(closed).toBe(true));
});
