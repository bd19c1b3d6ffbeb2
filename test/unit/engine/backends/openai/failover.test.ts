/**
 * Several servers, of which one is dead, dies, hangs, or only takes its time: on real connections. How long that takes is
 * in failoverSchedule.test.ts.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { GenerateParams, GenerationEvent } from "../../../../../src/common/protocol.ts";
import { FailoverBackend } from "../../../../../src/engine/backends/openai/failoverBackend.ts";
import { type Answer, delta, FakeServer, json, stream, usage } from "./fakeServer.ts";
import { loadParams, why } from "./params.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function fake(answer: Answer, options: Parameters<typeof FakeServer.start>[1] = {}): Promise<FakeServer> {
  const server = await FakeServer.start(answer, options);
  stops.push(() => server.stop());
  return server;
}

async function connect(...endpoints: string[]): Promise<FailoverBackend> {
  const [endpoint = "", ...others] = endpoints;
  const backend = await FailoverBackend.load(
    loadParams("m", endpoint),
    { kind: "openai", endpoint, apiKey: null, others: others.map((other) => ({ endpoint: other, apiKey: null })) },
    { onProgress: () => {}, log: () => {} },
  );
  stops.push(() => backend.dispose());
  return backend;
}

async function ask(backend: FailoverBackend, signal = new AbortController().signal, params = why("off")) {
  const events: GenerationEvent[] = [];
  const generation = await backend.generation(params, { emit: (batch) => events.push(...batch), signal, queueMs: 0 });
  const result = await generation.run();
  const notices = events.flatMap((event) => (event.type === "notice" ? [event.notice.code] : []));
  const text = events.flatMap((event) => (event.type === "tokens" ? event.tokens.map((token) => token.text) : []));
  return { ...result, notices, text: text.join("") };
}

const answers =
  (text: string): Answer =>
  (_, response) =>
    stream(response, [delta({ content: text }), delta({}, "stop"), usage(5, 2)]);
const nowhere = "http://127.0.0.1:9";

/** Takes connections, and answers until it hangs. */
class HangingServer {
  hangs = false;
  readonly #server: Server;

  static async start(beginning: string): Promise<HangingServer> {
    const server = new HangingServer(beginning);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    stops.push(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  private constructor(beginning: string) {
    this.#server = createServer((request, response) => {
      if (this.hangs) return;
      if (request.method === "GET") return json(response, 200, { data: [{ id: "m" }] });
      this.hangs = true;
      stream(response, [delta({ content: beginning })], "open");
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

describe("several servers", () => {
  test("the first that can be reached answers", async () => {
    const second = await fake(answers("from the second"));
    const backend = await connect(nowhere, second.url);
    expect(await ask(backend)).toMatchObject({ answer: "from the second", notices: [] });
    expect(backend.info.path).toContain(second.url);
  });

  test("none can be reached: the first one's error", async () => {
    await expect(connect(nowhere, "http://127.0.0.1:10")).rejects.toMatchObject({ code: "backendUnreachable" });
  });

  test("one that dies between two questions costs nothing but a moment", async () => {
    const first = await fake(answers("from the first"));
    const second = await fake(answers("from the second"));
    const backend = await connect(first.url, second.url);
    expect((await ask(backend)).answer).toBe("from the first");
    await first.stop();
    stops.shift();
    expect((await ask(backend)).answer).toBe("from the second");
  });

  test("one that breaks off in its answer: the next goes on from its text, with the same conversation", async () => {
    const first = await fake((_, response) => stream(response, [delta({ content: "It is" })], "broken"));
    const second = await fake(answers(" so."));
    const result = await ask(await connect(first.url, second.url));
    expect(result).toMatchObject({
      answer: "It is so.",
      text: "It is so.",
      notices: ["failedOver"],
      stopReason: "stop",
    });
    const [asked] = second.completions;
    expect(asked?.body.messages.slice(0, 2)).toEqual([
      { role: "user", content: "Why?" },
      { role: "assistant", content: "It is" },
    ]);
    expect(asked?.body.max_tokens).toBe(499);
    expect(result.stats.answerTokens).toBe(3);
  });

  test("one that fails with 503 is not asked again and again", async () => {
    const first = await fake((_, response) => json(response, 503, { error: { message: "loading" } }));
    const second = await fake(answers("yes"));
    const backend = await connect(first.url, second.url);
    expect(await ask(backend)).toMatchObject({ answer: "yes", notices: ["failedOver"] });
    expect(await ask(backend)).toMatchObject({ answer: "yes", notices: [] });
    expect(first.completions).toHaveLength(1);
  });

  test("one that hangs in its answer is left", async () => {
    const first = await HangingServer.start("It is");
    const second = await fake(answers(" so."));
    const result = await ask(await connect(first.url, second.url));
    expect(result).toMatchObject({ answer: "It is so.", notices: ["failedOver"] });
  });

  test("one that only takes its time is waited for, and so is the only one that is left", async () => {
    const slow: Answer = (_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      setTimeout(() => response.end(`data: ${JSON.stringify(delta({ content: "late" }, "stop"))}\n\n`), 1_800);
    };
    const first = await fake(slow);
    const second = await fake(answers("never asked"));
    expect((await ask(await connect(first.url, second.url))).answer).toBe("late");
    expect(second.completions).toEqual([]);
  });

  test("half a stream and malformed JSON: the next goes on from the text that had come", async () => {
    const begun = `data: ${JSON.stringify(delta({ content: "It is" }))}\n\n`;
    const endings = {
      "ends without an end": "",
      "ends in the middle of a chunk": 'data: {"choices":[{"del',
      "sends what is no JSON": "data: {oops}\n\n",
      "sends JSON that is no chunk": "data: [1,2]\n\n",
      "tells an error of its own": 'data: {"error":{"message":"out of memory"}}\n\n',
    };
    for (const [what, ending] of Object.entries(endings)) {
      const first = await fake((_, response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.end(begun + ending);
      });
      const second = await fake(answers(" so."));
      const result = await ask(await connect(first.url, second.url));
      expect(result, what).toMatchObject({ answer: "It is so.", text: "It is so.", notices: ["failedOver"] });
    }
    const html = await fake((_, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end("<html>");
    });
    const second = await fake(answers("yes"));
    expect(await ask(await connect(html.url, second.url))).toMatchObject({ answer: "yes", notices: ["failedOver"] });
  });

  test("a thought that goes on elsewhere has what is left of its budget", async () => {
    const thought = (pieces: number) => Array.from({ length: pieces }, (_, i) => delta({ reasoning: ` ${100 + i}` }));
    const first = await fake((_, response) => stream(response, thought(60), "broken"), { owner: "vllm" });
    const second = await fake(
      ({ body }, response, attempt) => {
        if (body.messages.at(-1).content.includes("without thinking further") && attempt > 1)
          return answers("So.")(body, response, attempt);
        stream(response, thought(2_000), "open");
      },
      { owner: "vllm" },
    );
    const budgeted: GenerateParams = { ...why("on"), controls: { budget: 100, loopGuard: false, earlyExit: "off" } };
    const result = await ask(await connect(first.url, second.url), undefined, budgeted);
    expect(result).toMatchObject({ answer: "So.", thinkingEnd: "budget" });
    expect(result.stats.thinkingTokens).toBeGreaterThanOrEqual(100);
    expect(result.stats.thinkingTokens).toBeLessThanOrEqual(126);
  });

  test("vLLM and SGLang go on with an answer that has begun", async () => {
    for (const owner of ["vllm", "sglang"]) {
      const first = await fake((_, response) => stream(response, [delta({ content: "It is" })], "broken"), { owner });
      const second = await fake(answers(" so."), { owner });
      expect((await ask(await connect(first.url, second.url))).answer).toBe("It is so.");
      expect(second.completions[0]?.body).toMatchObject({
        messages: [
          { role: "user", content: "Why?" },
          { role: "assistant", content: "It is" },
        ],
        add_generation_prompt: false,
        continue_final_message: true,
      });
    }
  });

  test("llama-server goes on in the prompt itself, behind the thought that had come", async () => {
    const llama = { owner: "llamacpp", prompt: "<|user|>Why?<|assistant|><think>\n" };
    const thinking = [delta({ content: "First" }), delta({ content: ", this" })];
    const first = await fake((_, response) => stream(response, thinking, "broken"), llama);
    const second = await fake(
      (_, response) => stream(response, [delta({ text: ".</think>" }), delta({ text: "So." }, "stop"), usage(5, 3)]),
      llama,
    );
    const budgeted: GenerateParams = { ...why("on"), controls: { budget: 100, loopGuard: false, earlyExit: "off" } };
    const result = await ask(await connect(first.url, second.url), undefined, budgeted);
    expect(result).toMatchObject({ thinking: "First, this.", answer: "So." });
    expect(second.completions[0]).toMatchObject({
      path: "/v1/completions",
      body: { prompt: "<|user|>Why?<|assistant|><think>\nFirst, this", max_tokens: 498 },
    });
  });

  test("a refused key and a missing model: the next answers, and where there is no other, that is the error", async () => {
    const second = await fake(answers("from the second"));
    const failures = { 401: "backendRefused", 403: "backendRefused", 404: "unknownModel" };
    for (const [status, code] of Object.entries(failures)) {
      const first = await fake((_, response) => json(response, Number(status), { error: { message: "no" } }));
      const result = await ask(await connect(first.url, second.url));
      expect(result).toMatchObject({ answer: "from the second", notices: ["failedOver"] });
      await expect(ask(await connect(first.url, nowhere))).rejects.toMatchObject({ code });
    }
    const other = await fake(answers("never asked"));
    const tooLong = { error: { type: "exceed_context_size_error", message: "too long" } };
    const first = await fake((_, response) => json(response, 400, tooLong));
    await expect(ask(await connect(first.url, other.url))).rejects.toMatchObject({ code: "promptTooLong" });
    expect(other.completions).toEqual([]);
  });

  test("a server that has lost the model is passed over, and that is said", async () => {
    const first = await fake(answers("from the first"));
    const second = await fake(answers("from the second"));
    const backend = await connect(first.url, second.url);
    first.models = [{ id: "another" }];
    expect(await ask(backend)).toMatchObject({ answer: "from the second", notices: ["failedOver"] });
    second.models = [{ id: "another" }];
    await expect(ask(backend)).rejects.toMatchObject({
      code: "unknownModel",
      message: expect.stringMatching(/None of the servers/),
    });
  });

  test("a first server that is silent at the start is left for the second", async () => {
    const first = await HangingServer.start("");
    first.hangs = true;
    const second = await fake(answers("from the second"));
    const backend = await connect(first.url, second.url);
    expect(backend.info.notices).toMatchObject([{ code: "failedOver", message: expect.stringContaining("silent") }]);
    expect(await ask(backend)).toMatchObject({ answer: "from the second", notices: [] });
  });

  const busy =
    (status: number, retryAfter = "0.01"): Answer =>
    (_, response) =>
      json(response, status, { error: { message: "busy" } }, { "Retry-After": retryAfter });

  test("all are busy: they are asked again in turn, after the wait that the first one names, and that is said", async () => {
    const first = await fake((asked, response, attempt) =>
      attempt < 3 ? busy(429)(asked, response, attempt) : answers("at last")(asked, response, attempt),
    );
    const second = await fake(busy(503, "20"));
    const result = await ask(await connect(first.url, second.url));
    expect(result).toMatchObject({ answer: "at last", stopReason: "stop" });
    expect(result.notices).toEqual(["failedOver", "retrying", "failedOver", "retrying"]);
    expect([first.completions.length, second.completions.length]).toEqual([3, 2]);
  });

  test("as often as a single one would be, and not when they want too long a wait", async () => {
    const [first, second] = [await fake(busy(503)), await fake(busy(429))];
    await expect(ask(await connect(first.url, second.url))).rejects.toMatchObject({
      code: "backendRefused",
      message: expect.stringContaining("429"),
    });
    expect([first.completions.length, second.completions.length]).toEqual([4, 4]);
    const patient = await fake(busy(429, "3600"));
    await expect(ask(await connect(patient.url, nowhere))).rejects.toMatchObject({ code: "backendRefused" });
    expect(patient.completions).toHaveLength(1);
  });

  test("one that refused for good is not asked in the next round, and what has come stays", async () => {
    const first = await fake((asked, response, attempt) => {
      if (attempt > 1) answers(" so.")(asked, response, attempt);
      else stream(response, [delta({ content: "It is" })], "broken");
    });
    const second = await fake((_, response) => json(response, 401, { error: { message: "no" } }));
    expect(await ask(await connect(first.url, second.url))).toMatchObject({ answer: "It is so.", text: "It is so." });
    expect(second.completions).toHaveLength(1);
  });

  test("a cancel between two rounds keeps what has come", async () => {
    const abort = new AbortController();
    const first = await fake((_, response) => stream(response, [delta({ content: "It is" })], "broken"));
    const second = await fake((asked, response, attempt) => {
      setTimeout(() => abort.abort(), 50);
      busy(429, "20")(asked, response, attempt);
    });
    // The wait is the first one's, which has named none.
    const result = await ask(await connect(first.url, second.url), abort.signal);
    expect(result).toMatchObject({ answer: "It is", stopReason: "cancelled" });
    expect(first.completions).toHaveLength(1);
  });

  test("busy while they are chosen: they are asked again", async () => {
    let attempts = 0;
    const first = createServer((_, response) => {
      if (++attempts < 3) json(response, 503, {}, { "Retry-After": "0.01" });
      else json(response, 200, { data: [{ id: "m" }] });
    });
    await new Promise<void>((resolve) => first.listen(0, "127.0.0.1", resolve));
    stops.push(() => first.close());
    const url = `http://127.0.0.1:${(first.address() as AddressInfo).port}`;
    expect((await connect(url, nowhere)).info.path).toContain(url);
    expect(attempts).toBe(3);
  });

  test("a cancel is a cancel", async () => {
    const second = await fake(answers("never asked"));
    const waiting = await fake((_, response) => stream(response, [delta({ content: "It is" })], "open"));
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const result = await ask(await connect(waiting.url, second.url), abort.signal);
    expect(result).toMatchObject({ answer: "It is", stopReason: "cancelled" });
    expect(second.completions).toEqual([]);
  });
});
