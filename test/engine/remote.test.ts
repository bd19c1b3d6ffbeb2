/**
 * `ask --backend openai` against real servers: `hunch serve` always, and llama-server where HUNCH_LLAMA_SERVER names one
 * or PATH has one (without it those tests are skipped and say so).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Cli, cli } from "./support/cli.ts";
import { freePort, llamaServer, llamaServerMissing } from "./support/llamaServer.ts";

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
  let server: ChildProcess;
  let endpoint = "";

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    const options = ["--model", inject("scripted").chain, "--port", String(port), "--threads", "1", "--parallel", "1"];
    server = spawn(llamaServer ?? "", [...options, "--offline", "--no-ui", "--ctx-size", "2048"], { stdio: "ignore" });
    for (let ready = false; !ready; await new Promise((resolve) => setTimeout(resolve, 100)))
      ready = await fetch(`${endpoint}/health`).then(
        (response) => response.ok,
        () => false,
      );
  });
  afterAll(() => {
    server.kill("SIGKILL");
  });

  const ask = (...more: string[]) =>
    cli(["ask", "Why?", "--backend", "openai", "--endpoint", endpoint, "--json", ...more]);

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
    expect(short?.thinking).not.toContain("t100");
    expect(short?.answer).not.toBe("");
  });
});
