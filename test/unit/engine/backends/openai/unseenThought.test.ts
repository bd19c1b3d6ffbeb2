/** Thoughts that a server's prompt may have opened, out of sight: only their end is in the content. */
import { expect, test, vi } from "vitest";
import type { Prompt } from "../../../../../src/common/prompt.ts";
import { ask, connect, fake, params, textOf } from "./asking.ts";
import { type Answer, answer, delta, stream } from "./fakeServer.ts";
import { why } from "./params.ts";

/** Its template opens the thought. */
const r1 = { id: "DeepSeek-R1-Distill-Qwen-7B" };

const says =
  (...pieces: string[]): Answer =>
  (_, response) =>
    stream(response, [...pieces.map((content) => delta({ content })), delta({}, "stop")]);
/** Its end is the limit that came with the request; null: it does not end. */
const saysCut =
  (pieces: readonly string[], end: "length" | null): Answer =>
  (_, response) => {
    const chunks = pieces.map((content) => delta({ content }));
    stream(response, end === null ? chunks : [...chunks, delta({}, end)], end === null ? "open" : "done");
  };

test("what came as a thought and was the answer is told again as the answer, in the events too", async () => {
  const server = await fake(says("Yes", ".\n\nNo", "."), { model: r1 });
  const { events, result } = await ask(await connect(server.url));
  expect(await result).toMatchObject({ thinking: "", answer: "Yes.\n\nNo.", thinkingEnd: "none" });
  expect(textOf(events, "answer")).toBe("Yes.\n\nNo.");
  expect(events.at(-1)).toMatchObject({ type: "tokens", live: { thinkingTokens: 0, answerTokens: 3 } });
});

test("a thought that was cut off is no answer, and neither is one that ended without an answer", async () => {
  const ends: [object[], "done" | "open", string][] = [
    [[], "open", "cancelled"],
    [[delta({}, "length")], "done", "length"],
    [[delta({ content: "\n</think>" }), delta({}, "stop")], "done", "stop"],
  ];
  for (const [last, end, stopReason] of ends) {
    const chunks = [delta({ content: "hm" }), ...last];
    const server = await fake((_, response) => stream(response, chunks, end), { model: r1 });
    const { events, result, abort } = await ask(await connect(server.url));
    await vi.waitFor(() => expect(textOf(events, "thinking")).toBe("hm"));
    if (end === "open") abort();
    expect(await result).toMatchObject({ stopReason, thinking: "hm", answer: "" });
    expect(textOf(events, "answer")).toBe("");
  }
});

test("a thought that the model opened itself and left open is one", async () => {
  const server = await fake(says("<think>\nhm"), { model: r1 });
  const { events, result } = await ask(await connect(server.url));
  expect(await result).toMatchObject({ thinking: "hm", answer: "" });
  expect(textOf(events, "answer")).toBe("");
});

/** Thinks up to the budget, and then says what it is asked for with the thought as notes. */
const thenSays =
  (thought: object, then: Answer): Answer =>
  (asked, response, attempt) => {
    if (asked.body.messages.at(-1).content.includes("My notes so far")) then(asked, response, attempt);
    else stream(response, Array(12).fill(thought), "open");
  };
const controls = { ...params.controls, budget: 10 };

test("behind a thought that was ended, another one is one", async () => {
  const server = await fake(thenSays(delta({ content: "hm. " }), says("so", "\n</think>\n\nYes", ".")), {
    owner: "vllm",
    model: r1,
  });
  const { events, result } = await ask(await connect(server.url), { controls });
  expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "budget", stopReason: "stop" });
  expect(textOf(events, "answer")).toBe("Yes.");
  expect(textOf(events, "thinking")).toMatch(/^(hm\. ?)+\n\nso$/);
});

test("behind a thought that was ended, an answer without another one is told as the answer", async () => {
  const server = await fake(thenSays(delta({ content: "hm. " }), says("Yes", ".")), { owner: "vllm", model: r1 });
  const { events, result } = await ask(await connect(server.url), { controls });
  expect(await result).toMatchObject({ answer: "Yes.", thinking: expect.stringMatching(/^(hm\. ?)+$/) });
  expect(textOf(events, "answer")).toBe("Yes.");
});

test("where thoughts come apart, or the model opens them itself, an answer is one from its first word", async () => {
  for (const thought of [{ reasoning: "hm. " }, { content: "<think>hm. " }]) {
    const server = await fake(thenSays(delta(thought), says("Yes", ".")), { owner: "vllm", model: r1 });
    const { events, result } = await ask(await connect(server.url), { controls });
    expect(await result).toMatchObject({ answer: "Yes." });
    expect(textOf(events, "thinking")).not.toContain("Yes");
  }
});

test("a model that thinks although it is told not to: where the template has no switch, it is expected", async () => {
  const askedOff = async (owner: string, answerOf: Answer) => {
    const server = await fake(answerOf, { owner, model: r1 });
    const { events, result } = await ask(await connect(server.url), why("off"));
    const { thinking, answer: text } = await result;
    expect(textOf(events, "answer")).toBe(text);
    return { thinking, text, shown: textOf(events, "thinking") };
  };
  const thinks = says("hm", "\n</think>\n\nYes", ".");
  for (const owner of ["vllm", "sglang"])
    expect(await askedOff(owner, thinks)).toEqual({ thinking: "hm", text: "Yes.", shown: "hm" });
  expect(await askedOff("vllm", answer)).toEqual({ thinking: "hm, so", text: "Yes.", shown: "hm, so" });
  // Ollama and its like obey.
  expect(await askedOff("other", says("Yes", "."))).toEqual({ thinking: "", text: "Yes.", shown: "" });
});

test("a thought that is gone on with begins inside another one; an answer that is does not", async () => {
  const goOn = async (partial: { thinking: string; answer: string }, answerOf: Answer) => {
    const server = await fake(answerOf, { owner: "vllm", model: r1 });
    const prompt = { ...params.prompt, kind: "continue", partial } as Prompt;
    const { events, result } = await ask(await connect(server.url), { prompt });
    await result;
    return [textOf(events, "thinking"), textOf(events, "answer")];
  };
  const thought = { thinking: "hm", answer: "" };
  expect(await goOn(thought, says("so", "\n</think>\n\nYes", "."))).toEqual(["so", "Yes."]);
  expect(await goOn({ thinking: "hm", answer: "Yes" }, says(", it", " is."))).toEqual(["", ", it is."]);
});

const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i} `);

test("behind a thought that was ended, an answer that is cut off is the answer", async () => {
  for (const owner of ["vllm", "other"]) {
    const then = saysCut(["def f()", ": pass"], "length");
    const server = await fake(thenSays(delta({ content: "hm. " }), then), { owner, model: r1 });
    const { events, result } = await ask(await connect(server.url), { controls });
    const expected = { answer: "def f(): pass", thinkingEnd: "budget", stopReason: "length" };
    expect(await result).toMatchObject({ ...expected, thinking: expect.stringMatching(/^(hm\. ?)+$/) });
    expect(textOf(events, "answer")).toBe("def f(): pass");
    expect(events.at(-1)).toMatchObject({ live: { answerTokens: 2 } });
  }
});

test("behind a thought that was ended, an answer is cut off at its own limit", async () => {
  const server = await fake(thenSays(delta({ content: "hm. " }), saysCut(words(300), null)), {
    owner: "vllm",
    model: r1,
  });
  const { events, result } = await ask(await connect(server.url), { controls, maxTokens: 200 });
  const answer = words(256).join("").trim();
  expect(await result).toMatchObject({ answer, stopReason: "length" });
  expect(textOf(events, "answer")).toBe(answer);
});

/** Says the same without end. */
const drips =
  (content: string): Answer =>
  (_, response) => {
    stream(response, [], "open");
    const timer = setInterval(() => response.write(`data: ${JSON.stringify(delta({ content }))}\n\n`), 1);
    response.once("close", () => clearInterval(timer));
  };

test("what is stopped where no thought was asked for is the answer", async () => {
  const asked: [Answer, object][] = [
    [thenSays(delta({ content: "hm. " }), drips("so ")), { controls }],
    [drips("so "), why("off")],
  ];
  for (const [answerOf, more] of asked) {
    const server = await fake(answerOf, { owner: "vllm", model: r1 });
    const { events, result, abort } = await ask(await connect(server.url), more);
    await vi.waitFor(() => expect(textOf(events, "thinking")).toContain("so"));
    abort();
    const { thinking, answer, stopReason } = await result;
    expect(stopReason).toBe("cancelled");
    expect(answer).toMatch(/^so( so)*$/);
    expect(thinking).not.toContain("so");
    expect(textOf(events, "answer")).toBe(answer);
  }
});

test("a model that answers when it is told not to think is asked once, however long it answers and whatever ends it", async () => {
  for (const end of ["stop", "length"]) {
    const server = await fake(end === "stop" ? says(...words(400)) : saysCut(words(400), "length"), {
      owner: "vllm",
      model: r1,
    });
    const { events, result } = await ask(await connect(server.url), { ...why("off"), maxTokens: 2_000 });
    const answer = words(400).join("").trim();
    expect(await result).toMatchObject({ thinking: "", answer, stopReason: end, thinkingEnd: "none" });
    expect(textOf(events, "answer")).toBe(answer);
    expect(server.completions).toHaveLength(1);
  }
});

test("an answer in whose middle the model thinks is one, before that thought and behind it", async () => {
  for (const closed of [["\n</think>\n\n", "It is."], []]) {
    const server = await fake(says("Yes.", "\n<think>\n", "hm", ...closed), { owner: "vllm", model: r1 });
    const { events, result } = await ask(await connect(server.url), why("off"));
    const { thinking, answer, stats } = await result;
    expect({ thinking, answer }).toEqual({ thinking: "hm", answer: closed[1] ? "Yes.\nIt is." : "Yes." });
    expect(textOf(events, "answer")).toBe(answer);
    expect(stats.thinkingTokens).toBeGreaterThan(0);
  }
});

test("a thought that nobody asked for and that shows itself is one, and has its limit", async () => {
  const off = { ...why("off"), maxTokens: 40 };
  for (const begins of [["<think>"], ["hm\n", "</think>", "<think>"]]) {
    const thinks = saysCut([...begins, ...words(30)], null);
    const answerOf: Answer = (asked, response, attempt) =>
      (attempt > 1 ? says("Yes", ".") : thinks)(asked, response, attempt);
    const server = await fake(answerOf, { owner: "vllm", model: r1 });
    const { result } = await ask(await connect(server.url), off);
    expect(await result).toMatchObject({
      answer: "Yes.",
      thinkingEnd: "budget",
      thinking: expect.stringContaining("w2"),
    });
  }
  const server = await fake(saysCut(["hm", "\n</think>\n\n", "Yes"], "length"), { owner: "vllm", model: r1 });
  const { events, result } = await ask(await connect(server.url), off);
  expect(await result).toMatchObject({ thinking: "hm", answer: "Yes", thinkingEnd: "model" });
  expect(textOf(events, "answer")).toBe("Yes");
});

test("what may be the answer is asked for anew when the user wants it now", async () => {
  const answerOf: Answer = (asked, response, attempt) =>
    (attempt > 1 ? says("Yes", ".") : drips("so "))(asked, response, attempt);
  const server = await fake(answerOf, { owner: "vllm", model: r1 });
  const { events, result, answerNow } = await ask(await connect(server.url), why("off"));
  await vi.waitFor(() => expect(textOf(events, "thinking")).toContain("so"));
  answerNow();
  expect(await result).toMatchObject({ answer: "Yes.", thinkingEnd: "answerNow" });
});
