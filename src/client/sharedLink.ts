/** The way to an engine that others use too: a socket. When it closes unasked, the engine has died. */
import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import type { MessageConnection } from "vscode-jsonrpc";
import { SocketMessageReader, SocketMessageWriter } from "vscode-jsonrpc/node";
import { type LogLevel, retireRequest, retiringNotification, shutdownRequest } from "../common/protocol.ts";
import type { EngineRecord } from "../sharing/rendezvous.ts";
import { connect, tell } from "./channel.ts";
import { type EngineExit, type EngineLink, handleMs, shutdownTimeoutMs } from "./engineLink.ts";
import { LastLines } from "./lastLines.ts";

/** What is read of the end of an engine's log to find its last words (characters). */
const logTail = 8_000;

/** An engine that has not answered after this time hangs (ms); a busy machine may be slow. */
const retireTimeoutMs = 10_000;
/** Time until the system has told how a process ended (ms). */
const reapMs = 250;

export type ProcessEnd = Pick<EngineExit, "code" | "signal">;

export class SharedLink implements EngineLink {
  readonly connection: MessageConnection;
  readonly exited: Promise<EngineExit>;
  readonly isShared = true;
  readonly #socket: Socket;
  readonly #record: EngineRecord;
  /** Of standard error the engine's log has them. */
  readonly #lastLogged = new LastLines();
  #endedAt = Number.POSITIVE_INFINITY;
  #expected = false;
  #isRetiring = false;

  /** null where nobody listens. @param ended how its process ends, where this program has started it */
  static open(
    record: EngineRecord,
    onLog: (level: LogLevel, message: string) => void,
    ended?: Promise<ProcessEnd>,
  ): Promise<SharedLink | null> {
    return new Promise((resolve) => {
      const socket = createConnection(record.address);
      // Refused, or no such file: what a dead engine leaves.
      const refused = () => resolve(null);
      socket.once("error", refused);
      socket.once("connect", () => {
        socket.off("error", refused);
        resolve(new SharedLink(socket, record, onLog, ended));
      });
    });
  }

  private constructor(
    socket: Socket,
    record: EngineRecord,
    onLog: (level: LogLevel, message: string) => void,
    ended?: Promise<ProcessEnd>,
  ) {
    this.#socket = socket;
    this.#record = record;
    // Its end follows, which says it better.
    socket.on("error", (error) => onLog("debug", `channel: ${error.message}`));
    this.connection = connect(new SocketMessageReader(socket), new SocketMessageWriter(socket), (level, message) => {
      this.#lastLogged.logged(level, message, performance.now());
      onLog(level, message);
    });
    this.connection.onNotification(retiringNotification, () => {
      this.#isRetiring = true;
    });
    this.exited = new Promise<void>((resolve) => {
      socket.once("close", () => {
        this.#endedAt = performance.now();
        setTimeout(resolve, handleMs);
      });
    }).then(async () => {
      const expected = this.#expected || this.#isRetiring;
      const end = ended && !expected ? await Promise.race([ended, unknownEnd()]) : await unknownEnd(0);
      return { ...end, expected };
    });
  }

  get isRetiring(): boolean {
    // What this program ended itself, it does not go on with elsewhere.
    return this.#isRetiring && !this.#expected;
  }

  get lastLines(): readonly string[] {
    return [...endOf(this.#record.log), ...this.#lastLogged.before(Math.min(this.#endedAt, performance.now()))];
  }

  kill(): void {
    // While it holds the socket open it lives, and the number is its own.
    if (this.#socket.readyState !== "open") return;
    process.kill(this.#record.pid, "SIGKILL");
  }

  abandon(): void {
    this.#expected = true;
    this.#socket.destroy();
  }

  async dispose(): Promise<void> {
    this.#expected = true;
    if (this.#socket.closed) return;
    const timer = setTimeout(() => this.#socket.destroy(), shutdownTimeoutMs);
    // The answer does not matter: the end of the socket does.
    void tell(() => this.connection.sendRequest(shutdownRequest));
    await this.exited;
    clearTimeout(timer);
  }

  async retire(): Promise<void> {
    this.#expected = true;
    if (this.#socket.closed) return;
    const { token } = this.#record;
    const timer = setTimeout(() => this.kill(), retireTimeoutMs);
    await Promise.race([tell(() => this.connection.sendRequest(retireRequest, { token })), this.exited]);
    clearTimeout(timer);
    this.abandon();
  }
}

function unknownEnd(afterMs = reapMs): Promise<ProcessEnd> {
  return new Promise((resolve) => setTimeout(() => resolve({ code: null, signal: null }), afterMs));
}

/** The last lines of an engine's log; none when it was removed. */
export function endOf(log: string): string[] {
  try {
    return readFileSync(log, "utf8").slice(-logTail).split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
