/**
 * `ask --backend openai` against real servers: `hunch serve` always, and llama-server where HUNCH_LLAMA_SERVER names one
 * or PATH has one (without it those tests are skipped and say so).
 */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { Cli, childPid, cli, isGone } from "./support/cli.ts";
import { TestEngine } from "./support/engine.ts";
import { llamaServer, llamaServerMissing, TestServer } from "./support/llamaServer.ts";

const text = (lines: { type: string; segment?: string; text?: string }[], segment: string) =>
  lines.flatMap((line) => (line.type === "token" && line.segment === segment ? [line.text] : [])).join("");

describe("hunch serve", () => {
  let server: Cli;
  let endpoint = "";
  const env = { HUNCH_API_KEY: "secret" };

  beforeAll(async () => {
    const options = ["--port", "0", "--gpu", "off", "--json"];
    server = new Cli(["serve", "--model", inject("scripted").chain, ...options], { env });
    await server.until((line) => line.type === "serving");
    endpoint = server.lines.find((line) => line.type === "serving")?.url;
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.exited;
  });

  const ask = (...more: string[]) =>
    cli(["ask", "Why?", "--backend", "openai", "--endpoint", endpoint, "--json", ...more], { env });

  test("thought and answer stream, with the server's counts", async () => {
    const exit = await ask();
    expect(exit.stderr).toBe("");
    const lines = exit.json();
    const done = lines.at(-1);
    expect(done).toMatchObject({ type: "done", stopReason: "stop", thinkingEnd: "model", model: { path: endpoint } });
    expect(done?.thinking).toMatch(/^t0 t1 .* t199$/);
    expect(done?.answer).toMatch(/^a0 a1 .* a39$/);
    expect([text(lines, "thinking"), text(lines, "answer")]).toEqual([done?.thinking, done?.answer]);
    expect(done?.stats.thinkingTokens).toBeGreaterThanOrEqual(200);
    expect(done?.stats.draftedTokens).toBeGreaterThanOrEqual(done?.stats.acceptedTokens);
    expect(lines.some((line) => line.phase === "prefill")).toBe(true);
  });

  test("templates and budgets apply: no thought, a short one, few tokens", async () => {
    expect((await ask("--effort", "off")).json().at(-1)).toMatchObject({ thinking: "", thinkingEnd: "none" });
    const short = (await ask("--budget", "40")).json().at(-1);
    expect(short?.answer).toMatch(/a39$/);
    expect(short?.thinking).not.toContain("t60");
    expect((await ask("--effort", "off", "--max-tokens", "7")).json().at(-1)).toMatchObject({ stopReason: "length" });
  });

  test("Ctrl-C keeps the partial answer", async () => {
    const argv = [
      "ask",
      "Once",
      "--raw",
      "--backend",
      "openai",
      "--endpoint",
      endpoint,
      "--json",
      "--max-tokens",
      "3000",
    ];
    const run = new Cli(argv, { env });
    await run.until((line) => line.type === "token", 2);
    run.child.kill("SIGINT");
    const exit = await run.exited;
    expect([exit.status, exit.json().at(-1)?.stopReason]).toEqual([130, "cancelled"]);
  });

  test("ways of decoding are not compared on it, which has one", async () => {
    const data = join(inject("scratch"), "remote.jsonl");
    writeFileSync(data, '{"question": "How much is 1 + 1?", "answer": "#### 2"}');
    const thinking = ["thinking", "--data", data, "--plain-decoding"];
    for (const [bench, reason] of [
      [["speed", "--rounds", "1", "--limit", "1"], "bench speed compares ways of Hunch's own decoder"],
      [thinking, "can not be told to decode plainly"],
    ] as const) {
      const out = ["--out", join(inject("scratch"), "remote")];
      const exit = await cli(["bench", ...bench, "--backend", "openai", "--endpoint", endpoint, ...out], { env });
      expect(exit.status, exit.stderr).toBe(2);
      expect(exit.stderr).toContain(reason);
    }
  });

  test("its models can be asked for with nothing loaded", async () => {
    const engine = await TestEngine.start();
    try {
      const models = await engine.client.serverModels({ kind: "openai", endpoint, apiKey: "secret" });
      expect(models).toHaveLength(1);
      expect((await ask("--effort", "off", "--model", models[0] ?? "")).json().at(-1)).toMatchObject({ type: "done" });
      const refused = engine.client.serverModels({ kind: "openai", endpoint, apiKey: "no" });
      await expect(refused).rejects.toMatchObject({ code: "backendRefused" });
    } finally {
      await engine.stop();
    }
  });

  test("a wrong key and a wrong model", async () => {
    const wrong = await cli(["ask", "x", "--backend", "openai", "--endpoint", endpoint, "--json"], {
      env: { HUNCH_API_KEY: "no" },
    });
    expect([wrong.status, wrong.json().at(-1)]).toEqual([1, expect.objectContaining({ code: "backendRefused" })]);
    expect((await ask("--model", "gpt-4o")).json().at(-1)).toMatchObject({ code: "unknownModel" });
  });

  test("a server that is killed in mid-answer: the text stays, then an error", async () => {
    const other = new Cli(["serve", "--model", inject("smolPath"), "--port", "0", "--gpu", "off", "--json"]);
    await other.until((line) => line.type === "serving");
    const url = other.lines.find((line) => line.type === "serving")?.url;
    const run = new Cli(["ask", "Once upon a time", "--raw", "--backend", "openai", "--endpoint", url, "--json"]);
    await run.until((line) => line.type === "token", 3);
    other.child.kill("SIGKILL");
    const exit = await run.exited;
    expect([exit.status, exit.json().at(-1)]).toEqual([1, expect.objectContaining({ code: "backendFailed" })]);
    expect(text(exit.json(), "answer").length).toBeGreaterThan(3);
    await other.exited;
  });
});

describe.skipIf(llamaServer === null)(`llama-server${llamaServerMissing}`, () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start(inject("scripted").chain, { args: ["--ctx-size", "2048"] });
  });
  afterAll(() => server.kill());

  const ask = (...more: string[]) =>
    cli(["ask", "Why?", "--backend", "openai", "--endpoint", server.url, "--json", ...more]);

  test("thought, answer, progress and figures", async () => {
    const exit = await ask();
    const done = exit.json().at(-1);
    expect(done).toMatchObject({ type: "done", stopReason: "stop", model: { contextSize: 2048 } });
    expect(done?.thinking).toMatch(/^t0 t1 .* t199$/);
    expect(done?.answer).toMatch(/^a0 a1 .* a39$/);
    expect(done?.stats.prefillMs).toBeGreaterThan(0);
  });

  test("off, and a budget that ends with an answer", async () => {
    expect((await ask("--effort", "off")).json().at(-1)).toMatchObject({ thinking: "" });
    const short = (await ask("--budget", "40")).json().at(-1);
    expect(short?.thinking).not.toContain("t120");
    expect(short?.answer).not.toBe("");
  });
});

describe.skipIf(llamaServer === null)(`llama-server with several models${llamaServerMissing}`, () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start(null, { args: ["--models-dir", dirname(inject("scripted").chain)] });
  });
  afterAll(() => server.kill());

  test("each answers under its name", async () => {
    const argv = ["ask", "Why?", "--backend", "openai", "--endpoint", server.url, "--json", "--model", "chain"];
    const done = (await cli(argv)).json().at(-1);
    expect(done).toMatchObject({ type: "done", stopReason: "stop", model: { id: "chain" } });
    expect(done?.thinking).toMatch(/^t0 t1 .* t199$/);
    expect(done?.answer).toMatch(/^a0 a1 .* a39$/);
  });
});

describe.skipIf(llamaServer === null)(`llama-server started by the engine${llamaServerMissing}`, () => {
  const env = { HUNCH_LLAMA_SERVER: llamaServer ?? "" };
  const options = ["--backend", "llama-server", "--threads", "1", "--context", "1024", "--gpu", "off", "--json"];

  const serverPid = (run: Cli) => childPid(run.enginePid, "llama-server");

  test("thought and answer of a model file, and nothing is left running", async () => {
    const run = new Cli(["ask", "Why?", "--model", inject("scripted").chain, ...options], { env });
    // While it loads: so small a model has said all before one has looked for its process.
    const pid = await vi.waitFor(() => serverPid(run), { timeout: 30_000 });
    const exit = await run.exited;
    expect(exit.json().at(-1)).toMatchObject({
      type: "done",
      model: { path: inject("scripted").chain, device: "llama-server", architecture: "llama", contextSize: 1024 },
      thinking: expect.stringMatching(/^t0 t1 .* t199$/),
      answer: expect.stringMatching(/^a0 a1 .* a39$/),
    });
    expect(await isGone(pid)).toBe(true);
  });

  test("it guesses ahead, and its counts are ours", async () => {
    // A text that repeats itself to the token.
    const argv = [
      "ask",
      "<|assistant|>",
      "--raw",
      "--model",
      inject("scripted").loop,
      "--max-tokens",
      "300",
      ...options,
    ];
    const stats = (await cli(argv, { env })).json().at(-1)?.stats;
    expect(stats.draftedTokens).toBeGreaterThan(0);
    expect(stats.acceptedTokens).toBeLessThanOrEqual(stats.draftedTokens);
    expect(stats.targetPasses).toBe(300 - stats.acceptedTokens);
    const off = (await cli([...argv, "--speculation", "off"], { env })).json().at(-1);
    expect(off?.stats).toMatchObject({ draftedTokens: 0, targetPasses: 300 });
  });

  test("when the engine is killed, the server ends too", async () => {
    const argv = ["ask", "Once", "--raw", "--model", inject("smolPath"), "--max-tokens", "900", ...options];
    const run = new Cli(argv, { env });
    await run.until((line) => line.type === "token", 2);
    const pid = serverPid(run);
    process.kill(run.enginePid, "SIGKILL");
    await run.exited;
    expect(await isGone(pid)).toBe(true);
  });

  test("when the server is killed, the running answer fails and the next one works", async () => {
    const server = new Cli(["serve", "--port", "0", "--model", inject("smolPath"), ...options], { env });
    await server.until((line) => line.type === "serving");
    const url = server.lines.find((line) => line.type === "serving")?.url;
    const ask = (maxTokens: number) =>
      fetch(`${url}/completions`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ prompt: "Once upon a time", max_tokens: maxTokens, temperature: 1, seed: 8 }),
      });
    // The server is there, and has the model, before the answer that it is to be killed in.
    expect((await ask(5)).status).toBe(200);
    const running = ask(900);
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.kill(serverPid(server), "SIGKILL");
    expect((await running).status).toBe(503);
    expect((await ask(5)).status).toBe(200);
    server.child.kill("SIGTERM");
    await server.exited;
  });

  test("a program that is no llama-server, and none at all", async () => {
    const argv = ["ask", "x", "--model", inject("scripted").chain, ...options];
    const wrong = await cli(argv, { env: { HUNCH_LLAMA_SERVER: "/bin/false" } });
    expect([wrong.status, wrong.json().at(-1)]).toEqual([1, expect.objectContaining({ code: "backendUnavailable" })]);
    const none = await cli(argv, { env: { HUNCH_LLAMA_SERVER: "/nowhere/llama-server" } });
    expect([none.status, none.json().at(-1)]).toEqual([1, expect.objectContaining({ code: "backendUnavailable" })]);
  });
});
