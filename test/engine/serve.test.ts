/** `hunch serve` as a process, on real models, asked by OpenAI's own client. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Cli } from "./support/cli.ts";

/** What Hunch and llama-server add to OpenAI's shapes. */
interface Extras {
  reasoning_content?: string;
  timings?: { predicted_n: number; draft_n?: number; draft_n_accepted?: number };
}

let server: Cli;
let client: OpenAI;

async function serve(...argv: string[]): Promise<{ server: Cli; client: OpenAI }> {
  const started = new Cli(["serve", "--port", "0", "--json", "--gpu", "off", ...argv], {
    env: { HUNCH_API_KEY: "secret" },
  });
  await started.until((line) => line.type === "serving");
  const [{ url: baseURL }] = started.lines as [{ type: string; url: string }];
  return { server: started, client: new OpenAI({ baseURL, apiKey: "secret", maxRetries: 0 }) };
}

/** The same text whatever is in the cache and whatever was guessed: else near-ties may fall either way. */
const strict = ["--speculation", "strict"];

beforeAll(async () => {
  ({ server, client } = await serve("--model", "smollm2-135m", "--context", "1024", ...strict));
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  expect((await server.exited).status).toBe(0);
});

const question = [
  { role: "user" as const, content: "Repeat three times: the quick brown fox jumps over the lazy dog." },
];

test("models", async () => {
  const { data } = await client.models.list();
  expect(data).toMatchObject([{ id: "smollm2-135m", owned_by: "hunch" }]);
});

test("the stream and the whole answer are the same text, speculated, with usage", async () => {
  const body = { model: "smollm2-135m", messages: question, max_tokens: 60, temperature: 0 };
  const whole = await client.chat.completions.create(body);
  expect(whole.choices[0]?.finish_reason).toMatch(/^(stop|length)$/);
  expect(whole.usage?.completion_tokens).toBeGreaterThan(5);
  expect(whole.usage?.completion_tokens).toBeLessThanOrEqual(60);
  let text = "";
  let usage: OpenAI.CompletionUsage | null | undefined;
  let timings: Extras["timings"];
  const stream = await client.chat.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
    timings = (chunk as Extras).timings ?? timings;
  }
  expect(text).toBe(whole.choices[0]?.message.content);
  expect(usage?.completion_tokens).toBe(whole.usage?.completion_tokens);
  // The second time the prompt is in the cache.
  expect(usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(0);
  expect(timings?.predicted_n).toBe(usage?.completion_tokens);
});

test("the same seed gives the same text", async () => {
  const body = { model: "smollm2-135m", messages: question, max_tokens: 30, temperature: 0.8, seed: 5 };
  const first = await client.chat.completions.create(body);
  const second = await client.chat.completions.create(body);
  expect(second.choices[0]?.message.content).toBe(first.choices[0]?.message.content);
});

test("raw completions, with a stop sequence", async () => {
  const body = { model: "smollm2-135m", prompt: "1, 2, 3, 4, 5, 6,", max_tokens: 30, temperature: 0 };
  const { choices } = await client.completions.create(body);
  expect(choices[0]?.text).toContain("7");
  const stopped = await client.completions.create({ ...body, stop: [" 8"] });
  expect(stopped.choices[0]).toMatchObject({ finish_reason: "stop" });
  expect(stopped.choices[0]?.text).not.toContain("8");
  expect(choices[0]?.text.startsWith(stopped.choices[0]?.text ?? "?")).toBe(true);
});

test("errors are those of OpenAI's client", async () => {
  const refused = (body: object) =>
    client.chat.completions.create({
      model: "smollm2-135m",
      messages: question,
      ...body,
    } as OpenAI.ChatCompletionCreateParamsNonStreaming);
  await expect(refused({ model: "gpt-4o" })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  await expect(refused({ n: 2 })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  const long = [{ role: "user", content: "word ".repeat(3000) }];
  await expect(refused({ messages: long })).rejects.toMatchObject({ status: 400, code: "context_length_exceeded" });
  const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: "wrong", maxRetries: 0 });
  await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
});

test("an abort ends the generation, and a hundred of them leave a working server", async () => {
  const started = performance.now();
  for (let i = 0; i < 100; i++) {
    const abort = new AbortController();
    const endless = { model: "smollm2-135m", messages: question, temperature: 1, seed: i, stream: true } as const;
    const stream = client.chat.completions.create(endless, { signal: abort.signal });
    if (i % 20 === 0) for await (const _ of await stream) break;
    abort.abort();
    await stream.catch(() => {});
  }
  const { choices } = await client.chat.completions.create({
    model: "smollm2-135m",
    messages: question,
    max_tokens: 5,
  });
  expect(choices).toHaveLength(1);
  console.log(`100 aborted requests in ${Math.round(performance.now() - started)} ms`);
});

test("an engine that is killed fails the running request and serves the next", async () => {
  const stream = await client.chat.completions.create({
    ...{ model: "smollm2-135m", messages: question, temperature: 1, seed: 3, stream: true },
  } as OpenAI.ChatCompletionCreateParamsStreaming);
  const read = async () => {
    let killed = false;
    for await (const _ of stream) {
      if (!killed) process.kill(server.enginePid, "SIGKILL");
      killed = true;
    }
  };
  await expect(read()).rejects.toMatchObject({ code: "engineCrashed" });
  const { choices } = await client.chat.completions.create({
    model: "smollm2-135m",
    messages: question,
    max_tokens: 5,
  });
  expect(choices[0]?.message.content).not.toBe("");
});

test("a model that thinks: reasoning_content, effort, and a thought continued", async () => {
  const scripted = await serve("--model", inject("scripted").chain);
  try {
    const { data } = await scripted.client.models.list();
    const body = { model: data[0]?.id ?? "", messages: [{ role: "user" as const, content: "Why?" }] };
    const { choices, usage } = await scripted.client.chat.completions.create(body);
    const message = choices[0]?.message as OpenAI.ChatCompletionMessage & Extras;
    expect(message.reasoning_content).toMatch(/^t0 t1 .* t199$/);
    expect(message.content).toMatch(/^a0 a1 .* a39$/);
    expect(usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThanOrEqual(200);
    const off = await scripted.client.chat.completions.create({ ...body, reasoning_effort: "none" });
    expect((off.choices[0]?.message as Extras | undefined)?.reasoning_content).toBeUndefined();
    expect(off.choices[0]?.message.content).toMatch(/^a0 .* a39$/);
    const begun = [...body.messages, { role: "assistant" as const, content: "", reasoning_content: " t0 t1" }];
    const rest = await scripted.client.chat.completions.create({ ...body, messages: begun });
    expect((rest.choices[0]?.message as Extras | undefined)?.reasoning_content).toMatch(/^\s*t2 t3 /);
  } finally {
    scripted.server.child.kill("SIGTERM");
    await scripted.server.exited;
  }
});
