/**
 * An engine of one's own, as an operating-system process: how it is forked, what it prints, and how it ends. Knows nothing
 * of requests but the last one; `engineClient.ts` speaks with it.
 */

import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { MessageConnection } from "vscode-jsonrpc";
import { IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { closingNotification, type LogLevel, shutdownRequest } from "../common/protocol.ts";
import { connect, tell } from "./channel.ts";
import { type EngineExit, type EngineLink, handleMs, longestShutdownMs, shutdownTimeoutMs } from "./engineLink.ts";
import { hugePages } from "./hugePages.ts";
import { LastLines } from "./lastLines.ts";

/** Time for the pipes to run dry once the process is gone (ms); a grandchild may hold them open for ever. */
const drainMs = 250;

export class EngineProcess implements EngineLink {
  readonly connection: MessageConnection;
  readonly exited: Promise<EngineExit>;
  readonly isShared = false;
  /** It serves nobody else, so nobody brings another. */
  readonly isRetiring = false;
  readonly #child: ChildProcess;
  readonly #lastLines = new LastLines();
  #endedAt = Number.POSITIVE_INFINITY;
  #expected = false;
  #isOver = false;

  /** @throws HunchError engineStartFailed when the system can not start a process. */
  constructor(o: {
    enginePath: string;
    env: Record<string, string>;
    /** See EngineOptions. */
    background?: boolean;
    onLog(level: LogLevel, message: string): void;
  }) {
    try {
      this.#child = fork(o.enginePath, [], { ...forkOptions(o.env), stdio: ["ignore", "pipe", "pipe", "ipc"] });
    } catch (error) {
      throw startFailed(error);
    }
    const child = this.#child;
    if (o.background) lowerPriority(child, o.onLog);
    // Errors of the channel and of the spawn end in `exited`, which says it better.
    child.on("error", (error) => o.onLog("error", `engine process: ${error.message}`));
    readLines(child.stdout, (line) => o.onLog("debug", line));
    readLines(child.stderr, (line) => {
      this.#lastLines.printed(line);
      o.onLog("warn", line);
    });
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#endedAt = performance.now();
        const settle = () => setTimeout(() => resolve({ code, signal, expected: this.#expected }), handleMs);
        const timer = setTimeout(settle, drainMs);
        child.once("close", () => {
          clearTimeout(timer);
          settle();
        });
      };
      child.once("exit", end);
      // A spawn that failed later (no memory for another process) has no exit.
      child.once("error", () => {
        if (child.pid === undefined) end(null, null);
      });
    });
    void this.exited.then(() => {
      this.#isOver = true;
    });
    this.connection = connect(new IPCMessageReader(child), new IPCMessageWriter(child), (level, message) => {
      this.#lastLines.logged(level, message, performance.now());
      o.onLog(level, message);
    });
    // An engine that closed its channel can not be spoken to any more; the exit then ends what is pending.
    child.once("disconnect", () => setTimeout(() => this.kill(), shutdownTimeoutMs).unref());
  }

  get lastLines(): readonly string[] {
    return this.#lastLines.before(Math.min(this.#endedAt, performance.now()));
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  abandon(): void {
    this.#expected = true;
    this.kill();
  }

  async dispose(): Promise<void> {
    this.#expected = true;
    if (this.#isOver) return;
    const timer = setTimeout(() => this.kill(), shutdownTimeoutMs);
    const limit = setTimeout(() => this.kill(), longestShutdownMs);
    // Whether it answers does not matter: the exit does.
    void tell(() => {
      this.connection.onNotification(closingNotification, () => void timer.refresh());
      return this.connection.sendRequest(shutdownRequest);
    });
    await this.exited;
    clearTimeout(timer);
    clearTimeout(limit);
  }

  retire(): Promise<void> {
    return this.dispose();
  }
}

/** How an engine's process is forked, its own or a shared one. @param env variables beside those of this process */
export function forkOptions(env: Record<string, string>): Pick<ForkOptions, "execArgv" | "env"> {
  return {
    // Flags of the host (--inspect, --expose-gc, a loader) must not reach the engine.
    execArgv: [],
    env: {
      ...process.env,
      // Inside VS Code the executable is Electron; this makes it plain Node.
      ELECTRON_RUN_AS_NODE: "1",
      // node-llama-cpp computes on libuv's workers; with one of them a pass varies less.
      UV_THREADPOOL_SIZE: "1",
      ...hugePages(process.env),
      ...env,
    },
  };
}

/**
 * Puts an engine below the normal priority: on an idle machine that changes nothing, on a busy one its threads wait for the
 * others. To be called right after the fork, since on Linux it holds for the threads that are started afterwards.
 */
export function lowerPriority({ pid }: ChildProcess, onLog: (level: LogLevel, message: string) => void): void {
  if (pid === undefined) return; // it could not be started, which its events tell
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    // It has ended already, or the system does not allow it; it computes as well without.
    onLog("debug", `the engine keeps the normal priority: ${String(error)}`);
  }
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (!stream) return;
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    if (line.trim() !== "") onLine(line);
  });
}

export function startFailed(cause: unknown, detail = ""): HunchError {
  const reason = detail || (cause instanceof Error ? cause.message : t("it ended at once"));
  return new HunchError("engineStartFailed", t("The engine could not be started: {0}", reason), {
    hint: t("Run `hunch doctor` (or read the engine log) to see what is missing on this machine."),
    cause,
  });
}
