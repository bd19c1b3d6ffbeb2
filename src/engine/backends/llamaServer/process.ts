/**
 * A llama-server process of our own: on loopback, on a free port, with a random key that only its environment holds. It
 * ends with us, however we end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { HunchError } from "../../../common/errors.ts";
import { freePort } from "../../../common/freePort.ts";
import { askLoopback } from "../../../common/loopback.ts";
import type { LogLevel } from "../../../common/protocol.ts";

export interface ProcessOptions {
  program: string;
  args: readonly string[];
  log: (level: LogLevel, message: string) => void;
  signal?: AbortSignal;
}

/** Of these a version may lack some; the others are needed. */
const optional = new Set(["--no-ui", "--offline", "--no-webui", "--cpu-moe", "--n-cpu-moe"]);
const pollMs = 100;
/** While it loads, it answers that it does (ms). */
const healthTimeoutMs = 10_000;
const stopMs = 3_000;
const settleMs = 300;
const keptLines = 40;

export class ServerProcess {
  readonly endpoint: string;
  readonly apiKey: string;
  readonly #child: ChildProcess;
  readonly #watcher: ChildProcess | null;
  readonly #onExit = () => void this.#child.kill("SIGKILL");
  #lines: string[] = [];
  #ended: Promise<void>;
  #isStopped = false;
  /** How it ended: a signal's name, or its exit code. */
  #end: string | null = null;

  /** Resolves when the model is loaded. @throws HunchError backendUnavailable, its output as the cause's message; cancelled */
  static async start(options: ProcessOptions): Promise<ServerProcess> {
    let { args } = options;
    for (;;) {
      const server = new ServerProcess({ ...options, args }, await freePort());
      try {
        await server.#ready(options.signal);
        return server;
      } catch (error) {
        await server.stop();
        const unknown = /invalid argument: (--[\w-]+)/.exec(server.#lines.join("\n"))?.[1] ?? "";
        if (!optional.has(unknown) || !args.includes(unknown)) throw error;
        args = without(args, unknown);
      }
    }
  }

  private constructor({ program, args, log }: ProcessOptions, port: number) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.apiKey = randomBytes(24).toString("base64url");
    this.#child = spawn(program, [...args, "--host", "127.0.0.1", "--port", String(port)], {
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C in a terminal reaches the whole process group; what it means is decided by the client.
      detached: process.platform !== "win32",
      env: { ...process.env, LLAMA_API_KEY: this.apiKey },
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        this.#end = signal ?? `exit code ${code}`;
        // Its process id may be another program's by the time this process ends.
        this.#watcher?.kill("SIGKILL");
        if (!this.#isStopped) log("warn", `llama-server ended (${this.#end})`);
        resolve();
      });
      // A program that can not be started has no exit.
      this.#child.once("error", (error) => {
        this.#lines.push(error.message);
        resolve();
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) this.#follow(stream, log);
    this.#watcher = watch(this.#child.pid);
    process.on("exit", this.#onExit);
  }

  get alive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it said last that tells why it ended. */
  get lastWords(): string {
    const telling = this.#lines.filter((line) => /error|fail|abort|invalid|unable|memory/i.test(line));
    return (telling.length > 0 ? telling : this.#lines).slice(-2).join(" | ").slice(0, 400);
  }

  /** Waits a moment for the end of a process that may just have died. */
  async settle(): Promise<void> {
    await Promise.race([this.#ended, sleep(settleMs)]);
  }

  /** Ends one that hangs. */
  kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    return this.stop();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    process.off("exit", this.#onExit);
    this.#watcher?.kill("SIGKILL");
    if (!this.alive) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopMs);
    await this.#ended;
    clearTimeout(timer);
  }

  async #ready(signal: AbortSignal | undefined): Promise<void> {
    while (this.alive) {
      if (signal?.aborted) throw new HunchError("cancelled", "Stopped while llama-server was loading the model.");
      if (await this.#isHealthy(signal)) return;
      await sleep(pollMs);
    }
    await this.#ended; // it may not have said yet how
    const what = this.#end === null ? "could not be started" : `ended (${this.#end}) while it was loading the model`;
    throw new HunchError("backendUnavailable", `llama-server ${what}: ${this.lastWords || "it said nothing"}.`, {
      hint: "Read the engine's log. A newer llama-server, a smaller context or another model may help.",
      cause: new Error(this.#lines.join("\n")),
    });
  }

  /** False also where it does not answer, or nobody waits for it any more. */
  async #isHealthy(signal: AbortSignal | undefined): Promise<boolean> {
    const timeout = AbortSignal.timeout(healthTimeoutMs);
    try {
      const { status } = await askLoopback(`${this.endpoint}/health`, {
        signal: AbortSignal.any([timeout, ...(signal ? [signal] : [])]),
      });
      return status === 200;
    } catch {
      // Nothing listens yet; its end, if it comes to that, is told by the process.
      return false;
    }
  }

  #follow(stream: Readable | null, log: ProcessOptions["log"]): void {
    if (!stream) return;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      if (line.trim() === "") return;
      this.#lines = [...this.#lines, line].slice(-keptLines);
      log(levelOf(line), `llama-server: ${line.slice(0, 500)}`);
    });
  }
}

/** Without an argument and, where it has one, its value. */
function without(args: readonly string[], name: string): readonly string[] {
  const at = args.indexOf(name);
  const hasValue = !(args[at + 1] ?? "--").startsWith("--");
  return [...args.slice(0, at), ...args.slice(at + (hasValue ? 2 : 1))];
}

/** Lines of newer versions begin with the time and a letter: "0.00.006.157 E …". */
const levelLetter = /^[\d.]+ ([EWID]) /;
const tellingWords =
  /\b(errors?|fail(ed|ure|s)?|abort(ed)?|fatal|invalid|unable|assert\w*|terminate|exception|out of memory|warning)\b/i;
/** Warnings of everyday: each tensor of a layer that only predicts ahead and is not used, and a prompt that is asked again. */
const harmless = /model has unused tensor|need to evaluate at least 1 token|n_past was set to/;

/** What tells why something does not work can be read at the usual level of the log. @param line of llama-server's output */
export function levelOf(line: string): LogLevel {
  if (harmless.test(line)) return "debug";
  const letter = levelLetter.exec(line)?.[1];
  const isTelling = letter === undefined ? tellingWords.test(line) : letter === "E" || letter === "W";
  return isTelling ? "warn" : "debug";
}

/**
 * Ends the server when this process is gone, also by SIGKILL: a shell that waits for the end of its standard input, which
 * the system closes. Windows has no such shell; there only an orderly end is covered.
 */
function watch(pid: number | undefined): ChildProcess | null {
  if (pid === undefined || process.platform === "win32") return null;
  const script = 'read -r _; kill -9 "$0" 2>/dev/null';
  // Of its own group, so that Ctrl-C in a terminal does not end it before its time.
  const watcher = spawn("/bin/sh", ["-c", script, String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a shell the server lives on only if this process is killed; that is no reason to fail.
  watcher.on("error", () => {});
  watcher.unref();
  return watcher;
}
