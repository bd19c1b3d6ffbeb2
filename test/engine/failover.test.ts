/**
 * Two real llama-servers, of which the first is killed, stopped, slow, restarted with another key or another model, while
 * the engine asks it. What a real server will not do (half a stream, malformed JSON) is in the unit tests.
 *
 * Both say a script, so that an answer that is gone on with can be told whole or not to the token. Where there is no
 * llama-server these tests are skipped and say so.
 */
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import type { OpenaiServer } from "../../src/common/openaiServer.ts";
import type { GenerationEvent } from "../../src/common/protocol.ts";
import { writeScriptedModel } from "../support/scriptedModel.ts";
import { TestEngine } from "./support/engine.ts";
import { llamaServer, llamaServerMissing, TestServer } from "./support/llamaServer.ts";

const thoughtTokens = 700;
const answerTokens = 900;
const thought = numbered("t", thoughtTokens);
const answer = numbered("a", answerTokens);

describe.skipIf(llamaServer === null)(`fail-over between llama-servers${llamaServerMissing}`, () => {
  let engine: TestEngine;
  let model = "";
  let second: TestServer;
  const started: TestServer[] = [];

  beforeAll(async () => {
    model = join(inject("scratch"), "failover.gguf");
    writeScriptedModel(model, { thoughtTokens, answerTokens });
    engine = await TestEngine.start();
    second = await TestServer.start(model, { key: "two" });
  });
  afterEach(async () => {
    for (const server of started.splice(0)) await server.kill();
  });
  afterAll(async () => {
    await engine.stop();
    await second.kill();
  });

  async function start(options: Parameters<typeof TestServer.start>[1] = {}, path = model): Promise<TestServer> {
    const server = await TestServer.start(path, { key: "one", ...options });
    started.push(server);
    return server;
  }

  function load(first: TestServer, key = "one") {
    const others = [{ endpoint: second.url, apiKey: "two" }];
    const server: OpenaiServer = { kind: "openai", endpoint: first.url, apiKey: key, others };
    return engine.load({ path: first.url, target: { id: "", path: first.url }, contextSize: "auto", server });
  }

  /** Asks, and does something to the first server at an event. Tells how long nothing came after that (ms). */
  async function ask(at: (event: GenerationEvent) => boolean, act: () => void, text = "Why?") {
    let actedAt: number | null = null;
    let gapMs = 0;
    const result = await engine.ask({
      prompt: { kind: "chat", messages: [{ role: "user", content: text }], thinking: "on" },
      maxTokens: 3_000,
      onEvent: (event) => {
        if (actedAt === null && at(event)) {
          actedAt = performance.now();
          act();
        } else if (actedAt !== null && isFrom(event, second.url)) gapMs ||= performance.now() - actedAt;
      },
    });
    const notices = result.events.flatMap((event) => (event.type === "notice" ? [event.notice] : []));
    return { ...result, notices, gapMs };
  }

  /** The notice that says so comes right in front of what the second server writes. */
  const isFrom = (event: GenerationEvent, url: string) =>
    event.type === "notice" && event.notice.code === "failedOver" && event.notice.message.includes(new URL(url).host);
  const segment = (wanted: string) => (event: GenerationEvent) =>
    event.type === "tokens" && event.tokens.some((token) => token.segment === wanted);
  const whole = { thinking: thought, answer, stopReason: "stop", notices: [{ code: "failedOver" }] };
  const report = (what: string, ms: number) => console.log(`[failover] ${what}: ${(ms / 1000).toFixed(2)} s`);

  it.each(["thinking", "answer"])("killed in its %s: the second goes on at the very token", async (where) => {
    const first = await start();
    await load(first);
    const result = await ask(segment(where), () => first.process.kill("SIGKILL"));
    report(`killed in its ${where}`, result.gapMs);
    expect(result).toMatchObject(whole);
    const streamed = (wanted: string) =>
      result.tokens.flatMap((token) => (token.segment === wanted ? [token.text] : [])).join("");
    expect([streamed("thinking"), streamed("answer")]).toEqual([thought, answer]);
    expect(result.stats.answerTokens).toBeGreaterThanOrEqual(answerTokens);
    expect(result.model.path).toContain(second.url);
  });

  it("killed while it reads the prompt, before its first token", async () => {
    const first = await start({ args: ["--batch-size", "32", "--ubatch-size", "32"] });
    await load(first);
    const reading = (event: GenerationEvent) => event.type === "prefill" && event.processedTokens > 0;
    const result = await ask(reading, () => first.process.kill("SIGKILL"), "Why so? ".repeat(180));
    report("killed before the first token", result.gapMs);
    expect(result).toMatchObject(whole);
  });

  it("killed between two questions: the next one is answered by the second, which is said", async () => {
    const first = await start();
    await load(first);
    await first.kill();
    const before = performance.now();
    const result = await ask(
      () => false,
      () => {},
    );
    report("killed between questions, whole answer", performance.now() - before);
    expect(result).toMatchObject(whole);
    expect(result.notices[0]?.message).toMatch(/nothing listens there.*answers\.$/);
  });

  it("stopped in its answer: it is silent, and left", async () => {
    const first = await start();
    await load(first);
    const result = await ask(segment("answer"), () => first.process.kill("SIGSTOP"));
    report("silent in its answer", result.gapMs);
    expect(result).toMatchObject(whole);
  });

  it("slow, but alive: it reads a long prompt for seconds and is waited for", async () => {
    const first = await start({ args: ["--ctx-size", "4096"] }, inject("smolPath"));
    await load(first);
    const words = "The quick brown fox jumps over the lazy dog. ".repeat(70);
    const result = await engine.ask({
      prompt: { kind: "chat", messages: [{ role: "user", content: words }], thinking: "off" },
      maxTokens: 4,
    });
    report("slow, waited for its first token", result.stats.timeToFirstTokenMs);
    expect(result.model.path).toContain(first.url);
    expect(result.events.filter((event) => event.type === "notice")).toEqual([]);
  });

  it("a wrong key: at the start, and one that is changed while we run", async () => {
    const first = await start();
    const info = await load(first, "wrong");
    expect(info.path).toContain(second.url);
    expect(info.notices).toContainEqual(
      expect.objectContaining({ code: "failedOver", message: expect.stringMatching(/refuses the key \(401\)/) }),
    );
    await load(first);
    await first.kill();
    await start({ port: first.port, key: "changed" });
    const before = performance.now();
    const result = await ask(
      () => false,
      () => {},
    );
    report("key changed, whole answer", performance.now() - before);
    expect(result).toMatchObject(whole);
    expect(result.notices[0]?.message).toContain("refuses the key (401)");
  });

  it("another model at the first's address: it is not asked", async () => {
    const first = await start({ args: ["--alias", "one"] });
    await load(first);
    await first.kill();
    await start({ port: first.port, args: ["--alias", "another"] }, inject("scripted").loop);
    const result = await ask(
      () => false,
      () => {},
    );
    expect(result).toMatchObject(whole);
    expect(result.notices[0]?.message).toContain('has no model "one"');
  });
});

function numbered(letter: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ");
}
