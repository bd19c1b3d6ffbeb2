/**
 * Lets generations of one model run together and makes those of another wait. An engine holds one model at a time:
 * without turns, a load for B between A's load and A's generation would answer A's question with B.
 */
import { orAborted } from "./abort.ts";

interface Turn {
  key: string;
  start(): void;
}

export class ModelTurns {
  #key: string | null = null;
  #count = 0;
  readonly #waiting: Turn[] = [];

  /** Nobody has a turn, or waits for one. */
  get isIdle(): boolean {
    return this.#count === 0 && this.#waiting.length === 0;
  }

  /**
   * Resolves when work with the model `key` may begin; the caller calls the result once, when it has ended.
   * @throws HunchError cancelled when aborted before: then nobody waits behind it
   */
  async begin(key: string, signal?: AbortSignal): Promise<() => void> {
    let start = () => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const turn = { key, start };
    // Whoever came first goes first, so that a busy model does not keep another one out for ever.
    this.#waiting.push(turn);
    this.#startNext();
    try {
      await orAborted(started, signal);
    } catch (error) {
      this.#leave(turn);
      throw error;
    }
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#leave(turn);
    };
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && (this.#count === 0 || this.#key === next.key); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#key = next.key;
      this.#count++;
      next.start();
    }
  }

  #leave(turn: Turn): void {
    const at = this.#waiting.indexOf(turn);
    if (at >= 0) this.#waiting.splice(at, 1);
    else this.#count--;
    this.#startNext();
  }
}
