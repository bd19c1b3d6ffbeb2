/**
 * Ctrl-C and its like, and output that can not be written: its reader went away, or the disk is full. The first one stops
 * cleanly: what is there is kept and printed. The second one ends at once.
 */
import { setMaxListeners } from "node:events";

/** Exit status of a program ended by a signal: 128 + its number, as shells have it. */
const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** That of SIGPIPE, which Node turns into an error of the stream. */
const brokenPipeStatus = 141;
/** Of any other failure, as main.ts tells it. */
const failedStatus = 1;
type StopSignal = keyof typeof statuses;

export class Interrupts {
  readonly #abort = new AbortController();
  readonly #killers = new Set<() => void>();
  readonly #exit: (status: number) => void;
  readonly #onSignal = (signal: NodeJS.Signals) => this.#stop(statuses[signal as StopSignal]);
  readonly #onStreamError = (error: NodeJS.ErrnoException) => {
    if (this.#status === null) this.#stop(error.code === "EPIPE" ? brokenPipeStatus : failedStatus);
  };
  #status: number | null = null;

  constructor(exit: (status: number) => void = (status) => process.exit(status)) {
    this.#exit = exit;
    // Every generation of a batch listens to it.
    setMaxListeners(0, this.signal);
    for (const signal of Object.keys(statuses)) process.on(signal, this.#onSignal);
    process.stdout.on("error", this.#onStreamError);
  }

  /** Aborted at the first signal. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Exit status that the signal calls for; null when there was none. */
  get status(): number | null {
    return this.#status;
  }

  /** As Ctrl-C does, where the terminal hands on the key itself. */
  interrupt(): void {
    this.#stop(statuses.SIGINT);
  }

  /** Called at the second signal, before the process ends. */
  onKill(kill: () => void): void {
    this.#killers.add(kill);
  }

  dispose(): void {
    for (const signal of Object.keys(statuses)) process.off(signal, this.#onSignal);
    process.stdout.off("error", this.#onStreamError);
  }

  #stop(status: number): void {
    if (this.#status === null) {
      this.#status = status;
      this.#abort.abort();
      return;
    }
    for (const kill of this.#killers) kill();
    this.#exit(status);
  }
}
