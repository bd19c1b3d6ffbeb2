/**
 * Nothing is sent to any address but the configured one: the sockets of the command, its engine and what that starts are
 * watched while a model is loaded, measured, asked and served, on each backend. Proxies in the environment, which many
 * libraries obey, lead to an address that must never be seen.
 */
import { afterEach, describe, expect, inject, test } from "vitest";
import { Cli } from "./support/cli.ts";
import { llamaServer, llamaServerMissing } from "./support/llamaServer.ts";
import { SocketWatch } from "./support/socketWatch.ts";

const running: Cli[] = [];
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.child.kill("SIGTERM");
    await command.exited;
  }
});

let watched = 0;

function start(argv: string[], env: NodeJS.ProcessEnv = {}): { command: Cli; watch: SocketWatch } {
  let command: Cli | null = null;
  const watch = new SocketWatch(inject("scratch"), String(++watched), () => command?.child.pid);
  command = new Cli(argv, { env: { ...watch.env, ...env } });
  return { command, watch };
}

/** Runs a command to its end. */
async function run(argv: string[], env: NodeJS.ProcessEnv = {}): Promise<SocketWatch> {
  const { command, watch } = start(argv, env);
  const exit = await command.exited;
  watch.stop();
  expect(exit.status, exit.stderr + exit.stdout.slice(-500)).toBe(0);
  // The command and its engine at least.
  expect(watch.processes.size).toBeGreaterThanOrEqual(2);
  return watch;
}

/** A server in the background that is not watched itself. */
async function serve(...more: string[]): Promise<{ url: string; host: string; command: Cli }> {
  const command = new Cli(["serve", "--port", "0", "--gpu", "off", "--json", ...more], {
    env: { HUNCH_API_KEY: "secret" },
  });
  running.push(command);
  await command.until((line) => line.type === "serving");
  const { url } = command.lines.find((line) => line.type === "serving") as { type: string; url: string };
  return { url, host: new URL(url).host, command };
}

const addresses = (watch: SocketWatch) => new Set(watch.asked.filter((address) => address !== "local"));
const none = new Set<string>();
const loopback = (address: string) => /^(127\.\d+\.\d+\.\d+|::1):\d+$/.test(address);

describe.skipIf(process.platform !== "linux")("sockets (Linux)", () => {
  const cpu = ["--gpu", "off", "--json"];

  test("the engine's own process: no socket at all, while it loads, measures and answers", async () => {
    const { chain } = inject("scripted");
    for (const argv of [
      ["doctor", "--model", chain, ...cpu],
      ["ask", "Why?", "--model", chain, "--prompt-cache", "50", ...cpu],
    ]) {
      const watch = await run(argv);
      expect([addresses(watch), watch.remotes, watch.listeners]).toEqual([none, none, none]);
    }
  });

  test("a server: its address and no other, also where it fails over", async () => {
    const first = await serve("--model", inject("scripted").chain);
    const second = await serve("--model", inject("scripted").chain);
    const env = { HUNCH_API_KEY: "secret" };
    const ask = ["ask", "Why?", "--backend", "openai", ...cpu];
    const one = await run([...ask, "--endpoint", first.url], env);
    expect(addresses(one)).toEqual(new Set([first.host]));
    for (const remote of one.remotes) expect(remote).toBe(first.host);

    first.command.child.kill("SIGKILL");
    await first.command.exited;
    const endpoints = `${first.url},${second.url}`;
    const both = await run([...ask, "--endpoint", endpoints, "--max-tokens", "40", "--effort", "off"], env);
    expect(addresses(both)).toEqual(new Set([first.host, second.host]));
    for (const remote of both.remotes) expect([first.host, second.host]).toContain(remote);
  });

  test("serve: listens on loopback, connects to nothing", async () => {
    const { command, watch } = start(["serve", "--model", inject("scripted").chain, "--port", "0", ...cpu]);
    running.push(command);
    await command.until((line) => line.type === "serving");
    const url = command.lines.find((line) => line.type === "serving")?.url;
    const body = JSON.stringify({ messages: [{ role: "user", content: "Why?" }] });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${url}/chat/completions`, { method: "POST", headers, body });
    expect(await answer.json()).toMatchObject({ choices: [{ finish_reason: "stop" }] });
    await new Promise((resolve) => setTimeout(resolve, 100));
    watch.stop();
    expect(addresses(watch)).toEqual(none);
    expect(watch.listeners).toEqual(new Set([new URL(url).host]));
    // The other ends of the connections that were made to it.
    for (const remote of watch.remotes) expect(remote).toMatch(/^127\.0\.0\.1:/);
  });

  test.skipIf(llamaServer === null)(`a llama-server of our own: loopback only${llamaServerMissing}`, async () => {
    const argv = ["ask", "Why?", "--model", inject("scripted").chain, "--backend", "llama-server", "--threads", "1"];
    const watch = await run([...argv, ...cpu], { HUNCH_LLAMA_SERVER: llamaServer ?? "" });
    expect(watch.listeners.size).toBe(1);
    expect(addresses(watch)).toEqual(watch.listeners);
    for (const address of [...watch.listeners, ...watch.remotes]) expect(address).toSatisfy(loopback);
  });
});
