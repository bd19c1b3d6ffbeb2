/** Asks a server that has been silent for a while for a sign of life: one that only takes its time gives it. */

export interface SilenceWatchOptions {
  /** Silence after which it is asked, and between two such questions (ms). */
  silenceMs: number;
  isGone(): Promise<boolean>;
  /** Called at most once: it is gone, and still silent. */
  onGone(): void;
}

export class SilenceWatch {
  readonly #o: SilenceWatchOptions;
  #heardAt = performance.now();
  #timer: NodeJS.Timeout;
  #isStopped = false;

  constructor(options: SilenceWatchOptions) {
    this.#o = options;
    this.#timer = setTimeout(() => void this.#look(), options.silenceMs);
  }

  /** The server has sent something. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#leftMs <= 0 && (await this.#isGone()) && this.#leftMs <= 0 && !this.#isStopped) {
      this.stop();
      this.#o.onGone();
    }
    if (this.#isStopped) return;
    // For the end of a silence that begins with what was heard last.
    this.#timer = setTimeout(() => void this.#look(), this.#leftMs > 0 ? this.#leftMs : this.#o.silenceMs);
  }

  /** Nobody waits for a look: what it threw would end the process. A server that could not be asked counts as there. */
  #isGone(): Promise<boolean> {
    return this.#o.isGone().catch(() => false);
  }

  get #leftMs(): number {
    return this.#heardAt + this.#o.silenceMs - performance.now();
  }
}
