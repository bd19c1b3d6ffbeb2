/** Several servers, of which one is dead, dies, hangs, or only takes its time: on real connections. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { GenerationEvent } from "../../../../../src/common/protocol.ts";
import { FailoverBackend } from "../../../../../src/engine/backends/openai/failoverBackend.ts";
import { type Answer, delta, FakeServer, json, stream, usage } from "./fakeServer.ts";
import { loadParams, why } from "./params.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function fake(answer: Answer): Promise<FakeServer> {
  const server = await FakeServer.start(answer);
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

const params = why("off");

async function ask(backend: FailoverBackend, signal = new AbortController().signal) {
  const events: GenerationEvent[] = [];
  const generation = await backend.generation(params, { emit: (batch) => events.push(...batch), signal, queueMs: 0 });
  const before = performance.now();
  const result = await generation.run();
  const notices = events.flatMap((event) => (event.type === "notice" ? [event.notice.code] : []));
  const text = events.flatMap((event) => (event.type === "tokens" ? event.tokens.map((token) => token.text) : []));
  return { ...result, notices, text: text.join(""), ms: performance.now() - before };
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
    const result = await ask(backend);
    expect(result.answer).toBe("from the second");
    expect(result.ms).toBeLessThan(2_000);
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
    expect(result.ms).toBeLessThan(2_000);
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

  test("one that hangs in its answer is left within two seconds", async () => {
    const first = await HangingServer.start("It is");
    const second = await fake(answers(" so."));
    const result = await ask(await connect(first.url, second.url));
    expect(result).toMatchObject({ answer: "It is so.", notices: ["failedOver"] });
    expect(result.ms).toBeLessThan(3_000);
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

  test("a refused key is refused, and a cancel is a cancel", async () => {
    const first = await fake((_, response) => json(response, 401, { error: { message: "bad key" } }));
    const second = await fake(answers("never asked"));
    await expect(ask(await connect(first.url, second.url))).rejects.toMatchObject({ code: "backendRefused" });
    const waiting = await fake((_, response) => stream(response, [delta({ content: "It is" })], "open"));
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const result = await ask(await connect(waiting.url, second.url), abort.signal);
    expect(result).toMatchObject({ answer: "It is", stopReason: "cancelled" });
    expect(second.completions).toEqual([]);
  });
});
