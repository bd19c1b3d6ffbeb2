/** A llama-server on this machine, for tests that need a real one. */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../src/common/freePort.ts";

function find(): string | null {
  const named = process.env.HUNCH_LLAMA_SERVER;
  const candidates = named
    ? [named]
    : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "llama-server"));
  for (const path of candidates) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // the next one
    }
  }
  return null;
}

export const llamaServer = find();
/** For the names of tests that are skipped without it. */
export const llamaServerMissing =
  llamaServer === null ? " (SKIPPED: none on PATH; HUNCH_LLAMA_SERVER can name one)" : "";

/** A llama-server of a test's own. */
export class TestServer {
  readonly url: string;
  readonly process: ChildProcess;

  /**
   * @param model null: none until it is asked for one
   * @param port taken by itself unless it is given
   * @param key null: it asks for none
   */
  static async start(
    model: string | null,
    { port, key = null, args = [] }: { port?: number; key?: string | null; args?: string[] } = {},
  ): Promise<TestServer> {
    const server = new TestServer(model, port ?? (await freePort()), key, args);
    while (!(await server.#isReady())) await sleep(50);
    return server;
  }

  private constructor(model: string | null, port: number, key: string | null, args: string[]) {
    this.url = `http://127.0.0.1:${port}`;
    const options = [
      ...(model === null ? [] : ["--model", model]),
      "--port",
      String(port),
      "--threads",
      "1",
      "--parallel",
      "1",
      "--offline",
    ];
    this.process = spawn(llamaServer ?? "", [...options, "--no-ui", "--gpu-layers", "0", ...args], {
      stdio: "ignore",
      env: { ...process.env, ...(key === null ? {} : { LLAMA_API_KEY: key }) },
    });
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Ends it as a crash would, also where it is stopped. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await ended;
  }

  async #isReady(): Promise<boolean> {
    const end = this.process.signalCode ?? this.process.exitCode;
    if (end !== null) throw new Error(`llama-server ended with ${end}`);
    return fetch(`${this.url}/health`).then(
      (response) => response.ok,
      () => false,
    );
  }
}
