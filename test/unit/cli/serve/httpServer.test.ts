/** The HTTP side with real connections and an engine that says what a test wants; hostile requests among them. */
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  ApiServer,
  mostRequests,
  type ServedEngine,
  type ServerOptions,
} from "../../../../src/cli/serve/httpServer.ts";
import { HunchError } from "../../../../src/common/errors.ts";
import { model, result, tokens } from "../samples.ts";

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

type Generate = ServedEngine["generate"];
const answers: Generate = async (_, { onEvents }) => {
  onEvents([{ type: "prefill", processedTokens: 5, totalTokens: 5, cachedTokens: 2 }]);
  onEvents([tokens("thinking", "h", "m"), tokens("answer", "Yes", ".")]);
  return result;
};

async function start(
  generate: Generate = answers,
  options: Partial<ServerOptions> = {},
  health: ServedEngine["health"] = { state: "ready" },
): Promise<string> {
  const engine: ServedEngine = { model, speculation: "auto", health, generate };
  const server = await ApiServer.start(engine, { port: 0, apiKey: null, origins: [], log: () => {}, ...options });
  servers.push(server);
  return server.url;
}

const chat = { messages: [{ role: "user", content: "Hello" }] };
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** With headers that fetch would not send. */
function raw(
  url: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
    });
    request.once("error", reject);
    request.end();
  });
}

async function events(response: Response): Promise<unknown[]> {
  const lines = (await response.text()).split("\n\n").filter((line) => line !== "");
  expect(lines.every((line) => line.startsWith("data: "))).toBe(true);
  return lines.map((line) => (line === "data: [DONE]" ? "[DONE]" : JSON.parse(line.slice(6))));
}

describe("answers", () => {
  test("as one object, with usage and draft counts", async () => {
    const response = await post(`${await start()}/chat/completions`, chat);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: "chat.completion",
      model: "tiny",
      choices: [{ message: { role: "assistant", content: "Yes.", reasoning_content: "hm" }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 50,
        completion_tokens: 420,
        total_tokens: 470,
        completion_tokens_details: { reasoning_tokens: 180 },
      },
      timings: { predicted_n: 420, draft_n: 400, draft_n_accepted: 248 },
    });
  });

  test("as a stream, tokens of a batch together", async () => {
    const body = { ...chat, stream: true, stream_options: { include_usage: true }, return_progress: true };
    const response = await post(`${await start()}/chat/completions`, body);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const chunks = await events(response);
    expect(chunks).toMatchObject([
      { choices: [{ delta: { role: "assistant" } }] },
      { prompt_progress: { total: 5, cache: 2, processed: 5 } },
      { choices: [{ delta: { reasoning_content: "hm" }, finish_reason: null }] },
      { choices: [{ delta: { content: "Yes." } }] },
      { choices: [{ delta: {}, finish_reason: "stop" }] },
      { choices: [], usage: { total_tokens: 470 }, timings: { draft_n: 400 } },
      "[DONE]",
    ]);
  });

  test("a stop sequence ends the text and the engine's work", async () => {
    let aborted = false;
    const generate: Generate = async (_, { onEvents, signal }) => {
      onEvents([tokens("answer", "one, tw")]);
      onEvents([tokens("answer", "o, three")]);
      aborted = signal.aborted;
      return { ...result, stopReason: "cancelled" };
    };
    const response = await post(`${await start(generate)}/completions`, { prompt: "x", stop: "two" });
    expect(await response.json()).toMatchObject({ choices: [{ text: "one, ", finish_reason: "stop" }] });
    expect(aborted).toBe(true);
  });

  test.each([
    ["a stop sequence in the very last token", "o, three", "one, ", "stop"],
    ["the limit alone", "elve", "one, twelve", "length"],
  ])("end for the reason that the text shows: %s", async (_, last, text, reason) => {
    const generate: Generate = async (_, { onEvents }) => {
      onEvents([tokens("answer", "one, tw", last)]);
      return { ...result, stopReason: "length" };
    };
    const url = await start(generate);
    const request = { prompt: "x", stop: "two" };
    const whole = await (await post(`${url}/completions`, request)).json();
    expect(whole).toMatchObject({ choices: [{ text, finish_reason: reason }] });
    const chunks = await events(await post(`${url}/completions`, { ...request, stream: true }));
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: reason }] });
  });

  test("errors of the engine keep their words; after the first chunk they are an event", async () => {
    const tooLong = new HunchError("promptTooLong", "The prompt has 9 tokens.", { hint: "Send less." });
    const url = await start(async () => Promise.reject(tooLong));
    const response = await post(`${url}/chat/completions`, chat);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: {
        message: "The prompt has 9 tokens. Send less.",
        type: "invalid_request_error",
        code: "context_length_exceeded",
      },
    });
    const crashes = await start(async (_, { onEvents }) => {
      onEvents([tokens("answer", "Yes")]);
      throw new HunchError("engineCrashed", "The engine stopped.");
    });
    const chunks = await events(await post(`${crashes}/chat/completions`, { ...chat, stream: true }));
    expect(chunks.at(-1)).toMatchObject({ error: { code: "engineCrashed", type: "server_error" } });
  });

  test("the model and the health", async () => {
    const url = await start();
    const list = await (await fetch(`${url}/models`)).json();
    expect(list).toMatchObject({ object: "list", data: [{ id: "tiny", owned_by: "hunch", max_model_len: 2048 }] });
    expect((await fetch(`${url}/models/tiny`)).status).toBe(200);
    for (const unknown of ["other", "%", "%E0%A4%A"])
      expect((await fetch(`${url}/models/${unknown}`)).status, unknown).toBe(404);
    expect(await (await fetch(url.replace("/v1", "/health"))).json()).toEqual({ status: "ok" });
    // A shared engine that has ended is started by the next request; one that starts takes its time.
    for (const [state, status] of [["off", 200] as const, ["starting", 503] as const]) {
      const other = await start(answers, {}, { state });
      expect((await fetch(other.replace("/v1", "/health"))).status, state).toBe(status);
    }
  });
});

test("a client that goes away stops its generation", async () => {
  let stopped: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  const url = await start(
    (_, { onEvents, signal }) =>
      new Promise((resolve) => {
        onEvents([tokens("answer", "Yes")]);
        signal.addEventListener("abort", () => {
          stopped();
          resolve({ ...result, stopReason: "cancelled" });
        });
      }),
  );
  const abort = new AbortController();
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...chat, stream: true }),
    signal: abort.signal,
  });
  await response.body?.getReader().read();
  abort.abort();
  await gone;
});

test("too many at once are turned away, and room comes back", async () => {
  const waiting: (() => void)[] = [];
  const url = await start((_, { signal }) => {
    return new Promise((resolve) => {
      waiting.push(() => resolve(result));
      signal.addEventListener("abort", () => resolve(result));
    });
  });
  const running = Array.from({ length: mostRequests }, () => post(`${url}/chat/completions`, chat));
  while (waiting.length < mostRequests) await new Promise((resolve) => setTimeout(resolve, 5));
  const refused = await post(`${url}/chat/completions`, chat);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "2"]);
  for (const finish of waiting) finish();
  expect((await Promise.all(running)).map((response) => response.status)).toEqual(Array(mostRequests).fill(200));
});

describe("hostile requests", () => {
  test("another host name (DNS rebinding) is refused, loopback names are not", async () => {
    const url = await start();
    for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost@evil", "[::2]"])
      expect([host, (await raw(`${url}/models`, { Host: host })).status]).toEqual([host, 403]);
    for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:8642", "[::1]:80"])
      expect([host, (await raw(`${url}/models`, { Host: host })).status]).toEqual([host, 200]);
  });

  test("web pages are refused, also for health, unless their origin is allowed", async () => {
    const url = await start();
    const refused = await raw(`${url}/models`, { Origin: "https://evil.example" });
    expect(refused.status).toBe(403);
    expect(refused.headers["access-control-allow-origin"]).toBeUndefined();
    expect((await raw(url.replace("/v1", "/health"), { Origin: "null" })).status).toBe(403);
    const open = await start(answers, { origins: ["https://app.example"] });
    const preflight = await raw(`${open}/chat/completions`, { Origin: "https://app.example" }, "OPTIONS");
    expect([preflight.status, preflight.headers["access-control-allow-origin"]]).toEqual([204, "https://app.example"]);
    expect((await raw(`${open}/models`, { Origin: "https://app.example.evil" })).status).toBe(403);
  });

  test("the key", async () => {
    const url = await start(answers, { apiKey: "secret" });
    for (const headers of [{}, { Authorization: "Bearer wrong" }, { Authorization: "secret" }, { "X-Api-Key": "" }])
      expect((await post(`${url}/chat/completions`, chat, headers as Record<string, string>)).status).toBe(401);
    expect((await post(`${url}/chat/completions`, chat, { Authorization: "Bearer secret" })).status).toBe(200);
    expect((await post(`${url}/chat/completions`, chat, { "X-Api-Key": "secret" })).status).toBe(200);
    expect((await fetch(url.replace("/v1", "/health"))).status).toBe(200);
  });

  test.each<[string, string, Record<string, string>, number]>([
    ["half a JSON", '{"messages": [', {}, 400],
    ["no JSON", "hello", {}, 400],
    ["nothing", "", {}, 400],
    ["a million brackets", "[".repeat(1_000_000), {}, 400],
    ["a list", "[]", {}, 400],
    ["null", "null", {}, 400],
    ["a form", JSON.stringify(chat), { "Content-Type": "text/plain" }, 415],
    ["compressed", JSON.stringify(chat), { "Content-Encoding": "gzip" }, 415],
    ["too large", `{"a":"${"x".repeat(9 * 1024 * 1024)}"}`, {}, 413],
    ["a polluted prototype", '{"__proto__": {"stream": true}, "messages": [{"role":"user","content":"x"}]}', {}, 200],
  ])("%s gets a clear answer", async (_, body, headers, status) => {
    const url = await start();
    const response = await post(`${url}/chat/completions`, body, headers);
    expect(response.status).toBe(status);
    const reply = (await response.json()) as { error?: { message: string }; object?: string };
    if (status === 200) expect(reply.object).toBe("chat.completion");
    else expect(reply.error?.message).toMatch(/\.$|JSON/);
    // It still serves.
    expect((await fetch(`${url}/models`)).status).toBe(200);
  });

  test("a body that never ends is cut off", async () => {
    const { hostname, port } = new URL(await start());
    const socket = connect(Number(port), hostname);
    const answer = new Promise<string>((resolve) => {
      let text = "";
      socket.on("data", (data) => {
        text += data;
      });
      socket.on("error", () => {}); // writes after the end
      socket.on("close", () => resolve(text));
    });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const piece = "x".repeat(64 * 1024);
    for (let i = 0; i < 200 && !socket.destroyed; i++) {
      socket.write(`10000\r\n${piece}\r\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toContain("413");
  });

  test("unknown paths and methods", async () => {
    const url = await start();
    for (const path of ["/", "/nothing", "/../../etc/passwd", "/constructor"])
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    const wrong = await fetch(`${url}/chat/completions`);
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

test("a port that is taken", async () => {
  const { port } = new URL(await start());
  await expect(start(answers, { port: Number(port) })).rejects.toMatchObject({ code: "portInUse" });
});
