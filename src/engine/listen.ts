/**
 * The engine that several programs of one user share: listens on a socket that only the user can reach, lets in who knows
 * the token, and ends some time after its last client has left, or when a newer engine takes over.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from "vscode-jsonrpc/node";
import { HunchError } from "../common/errors.ts";
import type { EngineBuild } from "../sharing/build.ts";
import { type EngineRecord, Rendezvous } from "../sharing/rendezvous.ts";
import { Engine } from "./engine.ts";
import { type EngineHost, EngineServer } from "./server.ts";

export interface ListenOptions {
  /** Of the rendezvous. */
  folder: string;
  /** For what is measured and kept. */
  stateFolder: string;
  /** Time that the engine stays without clients (ms). */
  lingerMs: number;
  build: EngineBuild;
  /** File that its output goes to. */
  log: string;
}

/** Time for a connection to say who it is (ms). */
const introductionMs = 10_000;
/** Time for the last answers to get out (ms). */
const farewellMs = 1_000;

export class Listener {
  readonly #options: ListenOptions;
  readonly #place: Rendezvous;
  readonly #engine: Engine;
  readonly #server: Server;
  readonly #record: EngineRecord;
  readonly #connections = new Map<Socket, EngineServer>();
  readonly #exit: () => void;
  #lingering: NodeJS.Timeout | null = null;
  #isEnding = false;

  /** Resolves when clients can come. @param exit ends the process */
  static async start(options: ListenOptions, exit: () => void): Promise<Listener> {
    const listener = new Listener(options, exit);
    await listener.#listen();
    return listener;
  }

  private constructor(options: ListenOptions, exit: () => void) {
    const { folder, stateFolder, lingerMs, build, log } = options;
    this.#options = options;
    this.#exit = exit;
    this.#place = new Rendezvous(folder);
    this.#engine = new Engine(stateFolder, lingerMs);
    const token = randomBytes(32).toString("hex");
    this.#record = { ...build, pid: process.pid, address: this.#place.newAddress(), token, log };
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** What is left behind would only be found stale; for a process that ends in whatever way. */
  withdraw(): void {
    this.#place.withdraw(this.#record);
  }

  /** Writes what is kept, then ends the process. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.withdraw();
    this.#server.close();
    await this.#engine.close();
    const farewells = [...this.#connections].map(async ([socket, server]) => {
      await server.answersWritten();
      await new Promise((resolve) => socket.once("close", resolve).end());
    });
    await Promise.race([Promise.all(farewells), new Promise((resolve) => setTimeout(resolve, farewellMs))]);
    this.#exit();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#record.address, resolve);
    });
    this.#place.publish(this.#record);
    this.#linger();
  }

  #accept(socket: Socket): void {
    this.#stay();
    const introduction = setTimeout(() => socket.destroy(), introductionMs);
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    const host: EngineHost = {
      admit: ({ token }) => {
        if (!this.#knows(token)) throw unauthorized();
        clearTimeout(introduction);
        return this.#engine;
      },
      // The other clients go on.
      shutdown: async () => void setImmediate(() => socket.end()),
      retire: (token) => {
        if (!this.#knows(token)) throw unauthorized();
        void this.#retire();
      },
    };
    const server = new EngineServer(connection, host);
    this.#connections.set(socket, server);
    // A client that died in the middle of a message; its end follows.
    socket.on("error", () => {});
    connection.onError(() => {});
    socket.once("close", () => {
      clearTimeout(introduction);
      connection.dispose();
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#linger();
    });
    connection.listen();
  }

  async #retire(): Promise<void> {
    this.withdraw();
    this.#server.close();
    const retired = this.#engine.retire();
    for (const server of this.#connections.values()) void server.tellRetiring();
    await retired;
    await this.end();
  }

  #knows(token: string | undefined): boolean {
    const digest = (text: string) => createHash("sha256").update(text).digest();
    return token !== undefined && timingSafeEqual(digest(token), digest(this.#record.token));
  }

  #linger(): void {
    this.#stay();
    this.#lingering = setTimeout(() => void this.end(), this.#options.lingerMs);
  }

  #stay(): void {
    if (this.#lingering) clearTimeout(this.#lingering);
    this.#lingering = null;
  }
}

function unauthorized(): HunchError {
  return new HunchError("unauthorized", "The token is not this engine's.", { hint: "Restart the engine." });
}
