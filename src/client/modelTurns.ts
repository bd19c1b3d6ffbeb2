/**
 * Lets generations of one model run together and makes those of another wait. An engine holds one model at a time:
 * without turns, a load for B between A's load and A's generation would answer A's question with B.
 */
export class ModelTurns {
  #key: string | null = null;
  #count = 0;
  readonly #waiting: { key: string; start(): void }[] = [];

  /** Resolves when work with the model `key` may begin; the caller calls the result once, when it has ended. */
  async begin(key: string): Promise<() => void> {
    // Whoever came first goes first, so that a busy model does not keep another one out for ever.
    if (this.#count > 0 && (this.#key !== key || this.#waiting.length > 0))
      await new Promise<void>((resolve) => this.#waiting.push({ key, start: resolve }));
    else this.#enter(key);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#count--;
      this.#startNext();
    };
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && (this.#count === 0 || this.#key === next.key); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(next.key);
      next.start();
    }
  }

  #enter(key: string): void {
    this.#key = key;
    this.#count++;
  }
}
