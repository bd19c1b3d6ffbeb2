/**
 * Nothing is computed on the processor for a moment, because somebody types: two programs that both want all cores make
 * each key take half as long again. Generations wait between two passes; what they have is as it was. What is done while
 * nobody asks stops, and begins again after it.
 */

/** Longer than this at once is not granted (ms): a client that is gone asks for no end. */
const longestMs = 2_000;

export class Pause {
  #until = Number.NEGATIVE_INFINITY;

  /** From now on for `ms`; a pause under way is made longer, never shorter. */
  ask(ms: number): void {
    this.#until = Math.max(this.#until, performance.now() + Math.min(ms, longestMs));
  }

  get isOn(): boolean {
    return performance.now() < this.#until;
  }

  /** Since its end (ms); below 0 while it is on. */
  get overForMs(): number {
    return performance.now() - this.#until;
  }

  /** Resolves when it is over, or aborted; at once where there is none. @returns time waited (ms) */
  async over(signal?: AbortSignal): Promise<number> {
    const before = performance.now();
    // It may have been made longer meanwhile.
    while (this.isOn && !signal?.aborted) await sleep(this.#until - performance.now(), signal);
    return performance.now() - before;
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
