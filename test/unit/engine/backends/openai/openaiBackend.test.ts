/** The backend against a real HTTP server that behaves well, badly, or as other makes do. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import net from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Prompt } from "../../../../../src/common/prompt.ts";
import { ask, connect, fake, params, textOf } from "./asking.ts";
import { type Answer, answer, delta, json, stream, usage } from "./fakeServer.ts";

afterEach(() => vi.restoreAllMocks());

describe("answers", () => {
  test("thought and answer apart, with the server's counts", async () => {
    const server = await fake(answer);
    const { events, result } = await ask(await connect(server.url));
    const { stats, ...rest } = await result;
    expect(rest).toMatchObject({
      thinking: "hm, so",
      answer: "Yes.",
      stopReason: "stop",
      thinkingEnd: "model",
      seed: 3,
    });
    expect(stats).toMatchObject({ promptTokens: 9, thinkingTokens: 2, answerTokens: 2, contextSize: 4096 });
    expect([textOf(events, "thinking"), textOf(events, "answer")]).toEqual(["hm, so", "Yes."]);
    expect(events.filter(({ type }) => type === "thinkingEnd")).toEqual([{ type: "thinkingEnd", reason: "model" }]);
    expect(server.completions[0]?.path).toBe("/v1/chat/completions");
    expect(server.completions[0]?.body).toMatchObject({
      model: "m",
      stream: true,
      temperature: 0,
      seed: 3,
      max_tokens: 500,
    });
  });

  test("a thought between tags in the content is found, whatever the pieces", async () => {
    const pieces = ["<th", "ink>\nhm\n</", "think>\n\nYes", "."].map((content) => delta({ content }));
    const server = await fake((_, response) => stream(response, [...pieces, delta({}, "stop")]));
    expect(await (await ask(await connect(server.url))).result).toMatchObject({ thinking: "hm", answer: "Yes." });
  });

  test("a thought that the prompt opened has an end only; without one, it was the answer", async () => {
    const says =
      (content: string): Answer =>
      (_, response) =>
        stream(response, [delta({ content }), delta({}, "stop")]);
    const model = { id: "DeepSeek-R1-Distill-Qwen-7B" };
    const open = await fake(says("hm\n</think>\n\nYes."), { owner: "vllm", model });
    expect(await (await ask(await connect(open.url))).result).toMatchObject({ thinking: "hm", answer: "Yes." });
    const none = await fake(says("Yes."), { owner: "vllm", model });
    expect(await (await ask(await connect(none.url))).result).toMatchObject({ thinking: "", answer: "Yes." });
    const apart = await fake(answer, { owner: "vllm", model });
    expect(await (await ask(await connect(apart.url))).result).toMatchObject({ thinking: "hm, so", answer: "Yes." });
  });

  test("llama-server shows its prompt, which may have opened the thought", async () => {
    const says: Answer = (_, response) =>
      stream(response, [delta({ content: "hm\n</think>\n\nYes." }), delta({}, "stop")]);
    const o = { owner: "llamacpp", model: { id: "Qwen3-4B" } };
    const opened = await fake(says, { ...o, prompt: "<|user|>Why?<|assistant|>\n<think>\n" });
    expect(await (await ask(await connect(opened.url))).result).toMatchObject({ thinking: "hm", answer: "Yes." });
    expect(opened.completions[0]?.body).toMatchObject({ reasoning_format: "none" });
    const plain: Answer = (_, response) => stream(response, [delta({ content: "Yes." }), delta({}, "stop")]);
    const closed = await fake(plain, { ...o, prompt: "<|user|><think> Why?<|assistant|>\n<think></think>" });
    expect(await (await ask(await connect(closed.url))).result).toMatchObject({ thinking: "", answer: "Yes." });
  });

  test("a llama-server for several models is asked for the prompt of the one in use", async () => {
    const server = await fake(answer, { owner: "llamacpp" });
    await (await ask(await connect(server.url, { model: "m" }))).result;
    const shown = server.asked.filter(({ path }) => path === "/apply-template");
    expect(shown.map(({ body }) => body.model)).toEqual(["m"]);
  });

  test("a llama-server that does not show its prompts, as behind a proxy, tells thoughts apart by itself", async () => {
    for (const promptStatus of [400, 404, 405, 501]) {
      const server = await fake(answer, { owner: "llamacpp", promptStatus });
      const backend = await connect(server.url);
      expect(await (await ask(backend)).result).toMatchObject({ thinking: "hm, so", answer: "Yes." });
      const partial = { thinking: "hm", answer: "" };
      await (await ask(backend, { prompt: { ...params.prompt, kind: "continue", partial } as Prompt })).result;
      for (const { path, body } of server.completions) {
        expect(path).toBe("/v1/chat/completions");
        expect(body).not.toHaveProperty("reasoning_format");
      }
    }
  });

  test("a server that calls everything reasoning, tags and answer too", async () => {
    const pieces = ["<think>", "hm", "</thi", "nk>", "\n\nYes", "."].map((text) => delta({ reasoning_content: text }));
    const server = await fake((_, response) => stream(response, [...pieces, delta({}, "stop")]), { owner: "llamacpp" });
    expect(await (await ask(await connect(server.url))).result).toMatchObject({
      thinking: "hm",
      answer: "Yes.",
      thinkingEnd: "model",
    });
  });

  test("what only some servers know is sent to those only", async () => {
    const body = async (owner: string) => {
      const server = await fake(answer, { owner });
      await (await ask(await connect(server.url), { controls: { ...params.controls, budget: 50 } })).result;
      return server.completions[0]?.body as object;
    };
    expect(Object.keys(await body("other")).sort()).toEqual(
      ["max_tokens", "messages", "model", "seed", "stream", "stream_options", "temperature", "top_p"].sort(),
    );
    expect(await body("vllm")).toMatchObject({ top_k: 40, chat_template_kwargs: { enable_thinking: true } });
    expect(await body("llamacpp")).toMatchObject({ reasoning_budget_tokens: 50, return_progress: true });
  });

  test("OpenAI's own reasoning models get the limit's newer name, and no sampling that they refuse", async () => {
    for (const id of ["gpt-5-mini", "o4-mini"]) {
      const refused = ["temperature", "top_p", "max_tokens"];
      const server = await fake(
        (asked, response, attempt) => {
          const wrong = refused.find((name) => name in asked.body);
          if (wrong) json(response, 400, { error: { message: `Unsupported parameter: ${wrong}` } });
          else answer(asked, response, attempt);
        },
        { model: { id } },
      );
      expect(await (await ask(await connect(server.url))).result).toMatchObject({ answer: "Yes." });
      expect(server.completions[0]?.body).toMatchObject({ max_completion_tokens: 500, seed: 3 });
    }
  });

  test("progress and draft counts of llama-server", async () => {
    const chunks = [
      { choices: [], prompt_progress: { total: 20, cache: 4, processed: 12 } },
      delta({ content: "Yes" }, "stop"),
      { ...usage(20, 8), timings: { cache_n: 4, prompt_ms: 30, predicted_ms: 80, draft_n: 6, draft_n_accepted: 4 } },
    ];
    const server = await fake((_, response) => stream(response, chunks), { owner: "llamacpp" });
    const { events, result } = await ask(await connect(server.url));
    expect((await result).stats).toMatchObject({
      cachedTokens: 4,
      prefillMs: 30,
      decodeMs: 80,
      tokensPerSecond: 100,
      draftedTokens: 6,
      acceptedTokens: 4,
      targetPasses: 4,
      tokensPerPass: 2,
    });
    expect(events).toContainEqual({ type: "prefill", processedTokens: 12, totalTokens: 20, cachedTokens: 4 });
  });

  test("a server that counts nothing in its chunks, as LocalAI: the pieces are counted", async () => {
    const nothing = { usage: usage(0, 0).usage };
    const pieces = ["Yes", "."].map((content) => ({ ...delta({ content }, ""), ...nothing }));
    const figures = async (...last: object[]) => {
      const server = await fake((_, response) => stream(response, [...pieces, ...last]));
      return (await (await ask(await connect(server.url))).result).stats;
    };
    const untold = await figures({ ...delta({}, "stop"), ...nothing });
    expect(untold).toMatchObject({ answerTokens: 2, targetPasses: 2 });
    expect(untold.tokensPerSecond).toBeGreaterThan(0);
    const told = await figures({ ...usage(9, 3), ...delta({}, "stop") }, { choices: [], ...nothing });
    expect(told).toMatchObject({ promptTokens: 9, answerTokens: 3 });
  });

  test("a stream that says why it ends nowhere ends with its last word, and what one says of it stays", async () => {
    const endOf = async (...chunks: object[]) => {
      const server = await fake((_, response) => stream(response, chunks));
      return (await ask(await connect(server.url))).result;
    };
    expect(await endOf(delta({ content: "Yes" }, ""))).toMatchObject({ answer: "Yes", stopReason: "stop" });
    expect(await endOf(delta({ content: "Yes" }, "length"))).toMatchObject({ answer: "Yes", stopReason: "length" });
  });

  test("a server that does not stream", async () => {
    const whole = { choices: [{ message: { content: "Yes." }, finish_reason: "length" }], usage: usage(3, 2).usage };
    const server = await fake((_, response) => json(response, 200, whole));
    expect(await (await ask(await connect(server.url))).result).toMatchObject({ answer: "Yes.", stopReason: "length" });
  });

  test("raw prompts are gone on from, white space included", async () => {
    const server = await fake((_, response) =>
      stream(response, [{ choices: [{ text: "\n there" }] }, { choices: [{ text: ".\n", finish_reason: "stop" }] }]),
    );
    expect(
      await (await ask(await connect(server.url), { prompt: { kind: "raw", text: "Hello" } })).result,
    ).toMatchObject({ answer: "\n there.\n" });
    expect(server.completions[0]).toMatchObject({ path: "/v1/completions", body: { prompt: "Hello" } });
  });
});

describe("faults", () => {
  const fails = async (answerOf: Answer, o: { timeoutMs?: number } = {}) => {
    const server = await fake(answerOf);
    const { events, result } = await ask(await connect(server.url, o));
    const error: unknown = await result.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return { server, events, error };
  };

  test("half a stream: the text is kept, and an error says so", async () => {
    const { events, error } = await fails((_, response) => stream(response, [delta({ content: "Ye" })], "broken"));
    expect(error).toMatchObject({ code: "backendFailed", message: expect.stringContaining("broke off") });
    expect(textOf(events, "answer")).toBe("Ye");
    const orderly = await fails((_, response) => {
      stream(response, [delta({ content: "Ye" })], "open");
      response.end();
    });
    expect(orderly.error).toMatchObject({ code: "backendFailed" });
    // LocalAI writes an empty reason in every chunk: that is no end.
    const unreasoned = await fails((_, response) => {
      stream(response, [delta({ content: "Ye" }, "")], "open");
      response.end();
    });
    expect(unreasoned.error).toMatchObject({ code: "backendFailed" });
  });

  test("malformed JSON, a page in place of an answer, an error inside the stream", async () => {
    const text =
      (type: string, body: string): Answer =>
      (_, response) => {
        response.writeHead(200, { "Content-Type": type });
        response.end(body);
      };
    const malformed = await fails(text("text/event-stream", 'data: {"choices": [\n\n'));
    expect(malformed.error).toMatchObject({ code: "backendFailed", message: expect.stringContaining("no valid JSON") });
    const page = await fails(text("text/html", "<html>Welcome</html>"));
    expect(page.error).toMatchObject({ code: "backendFailed" });
    const inside = await fails((_, response) =>
      stream(response, [delta({ content: "Y" }), { error: { message: "out of memory" } }]),
    );
    expect(inside.error).toMatchObject({ code: "backendFailed", message: expect.stringContaining("out of memory") });
  });

  test("silence", async () => {
    const { error } = await fails((_, response) => stream(response, [delta({ content: "Y" })], "open"), {
      timeoutMs: 150,
    });
    expect(error).toMatchObject({ code: "backendFailed", message: expect.stringContaining("silent") });
    const never = await fails(() => {}, { timeoutMs: 150 });
    expect(never.error).toMatchObject({ code: "backendUnreachable", message: expect.stringContaining("silent") });
  });

  test("429 is asked again after the time the server names, and the user is told", async () => {
    const { server, events, error } = await fails((asked, response, attempt) =>
      attempt < 3
        ? json(response, 429, { error: { message: "slow down" } }, { "Retry-After": "0.05" })
        : answer(asked, response, attempt),
    );
    expect(error).toBeNull();
    expect(server.completions).toHaveLength(3);
    const notices = events.flatMap((event) => (event.type === "notice" ? [event.notice] : []));
    expect(notices).toMatchObject([
      { code: "retrying", message: expect.stringContaining("slow down") },
      { code: "retrying" },
    ]);
    expect(textOf(events, "answer")).toBe("Yes.");
  });

  test("a failing server is asked four times, one that refuses once", async () => {
    const failing = await fails((_, response) => json(response, 503, "", { "Retry-After": "0" }));
    expect(failing.error).toMatchObject({ code: "backendFailed", message: expect.stringContaining("503") });
    expect(failing.server.completions).toHaveLength(4);
    const patient = await fails((_, response) => json(response, 429, "", { "Retry-After": "3600" }));
    expect(patient.server.completions).toHaveLength(1);
    const refusing = await fails((_, response) => json(response, 400, { error: { message: "bad member" } }));
    expect(refusing.error).toMatchObject({ code: "backendRefused", message: expect.stringContaining("bad member") });
    expect(refusing.server.completions).toHaveLength(1);
    const long = await fails((_, response) =>
      json(response, 400, { error: { type: "exceed_context_size_error", message: "too long" } }),
    );
    expect(long.error).toMatchObject({ code: "promptTooLong" });
  });

  test("a wrong key is said, and the right one is sent to this server only", async () => {
    const server = await fake(({ headers }, response) => {
      if (headers.authorization === "Bearer right") answer({} as never, response, 1);
      else json(response, 401, { error: { message: "invalid key" } });
    });
    const wrong = await ask(await connect(server.url, { apiKey: "wrong" }));
    await expect(wrong.result).rejects.toMatchObject({
      code: "backendRefused",
      hint: expect.stringContaining("HUNCH_API_KEY"),
    });
    expect(await (await ask(await connect(server.url, { apiKey: "right" }))).result).toMatchObject({ answer: "Yes." });
  });

  test("a key that was pasted with what can not be sent is said, and not shown", async () => {
    const server = await fake(answer);
    await expect(connect(server.url, { apiKey: "secret\u200b" })).rejects.toMatchObject({
      code: "backendRefused",
      message: expect.not.stringContaining("secret"),
      hint: expect.stringContaining("HUNCH_API_KEY"),
    });
    expect(server.asked).toEqual([]);
  });

  test("nothing listens; a wrong model; a wrong address", async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    await expect(connect(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "backendUnreachable" });
    const server = await fake(answer);
    await expect(connect(server.url, { model: "x" })).rejects.toMatchObject({
      code: "unknownModel",
      hint: "It has: m, n.",
    });
    for (const wrong of ["", "localhost:80", "ftp://a", "http://user:secret@a"])
      await expect(connect(wrong)).rejects.toMatchObject({ code: "usage" });
  });
});

test("only the configured address is contacted, also when the server sends elsewhere", async () => {
  const contacted = new Set<string>();
  const original = net.Socket.prototype.connect;
  vi.spyOn(net.Socket.prototype, "connect").mockImplementation(function (this: net.Socket, ...args: unknown[]) {
    const [first] = args;
    const options = (Array.isArray(first) ? first[0] : first) as { host?: string; port?: number | string };
    contacted.add(`${options.host}:${options.port}`);
    return Reflect.apply(original, this, args) as net.Socket;
  });
  const elsewhere = await fake(answer);
  const server = await fake((asked, response, attempt) => {
    if (attempt > 1) return answer(asked, response, attempt);
    response.writeHead(307, { Location: `${elsewhere.url}/v1/chat/completions` });
    response.end();
  });
  const backend = await connect(server.url, { apiKey: "secret" });
  await expect((await ask(backend)).result).rejects.toMatchObject({
    code: "backendRefused",
    message: expect.stringContaining("sends its callers on"),
  });
  expect(await (await ask(backend)).result).toMatchObject({ answer: "Yes." });
  expect([...contacted]).toEqual([server.url.replace("http://", "")]);
  expect(elsewhere.asked).toEqual([]);
});
