/** What an engine's client needs of the way to it, be the engine a process of its own or one that several share. */
import type { MessageConnection } from "vscode-jsonrpc";

export interface EngineExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The client asked for it, or another took over. */
  expected: boolean;
}

export interface EngineLink {
  readonly connection: MessageConnection;
  /** Settles when the engine can not be spoken to any more and what it had sent before is handled. Never rejects. */
  readonly exited: Promise<EngineExit>;
  /** The last lines of standard error, and what llama.cpp warned of just before the end, oldest first of each. */
  readonly lastLines: readonly string[];
  /** Others use the engine too. */
  readonly isShared: boolean;
  /** The engine takes no new work: the next request is for another one. */
  readonly isRetiring: boolean;
  /** Ends an engine that hangs, for whoever uses it. */
  kill(): void;
  /** Gives the engine up at once: one of its own is ended, a shared one goes on for the others. */
  abandon(): void;
  /** The same, orderly if the engine listens, within some seconds in any case. */
  dispose(): Promise<void>;
  /** Ends the engine, also a shared one: once it has ended what it is doing for others. */
  retire(): Promise<void>;
}

/** Time for an orderly end (ms), from the last word of an engine that says that it still writes. */
export const shutdownTimeoutMs = 2_000;
/** Time for an orderly end in any case (ms): a disk that does not answer must not keep a process for ever. */
export const longestShutdownMs = 60_000;
/** Time for messages that have arrived to be handled, since vscode-jsonrpc handles one a turn of the event loop (ms). */
export const handleMs = 20;
