/**
 * One generation at a time, in fair turn: conversations take turns, so that one that asks five things does not keep
 * another waiting for all five. Everyone who waits is told their place.
 */

interface Waiting {
  conversationId: string;
  onPosition: (position: number) => void;
  start: () => void;
}

export class FairQueue {
  #waiting: Waiting[] = [];
  #running: { conversationId: string } | null = null;
  /** Conversations in the order of their last turn, the latest last. */
  #served: string[] = [];

  /** Generations running or waiting. */
  get length(): number {
    return this.#waiting.length + (this.#running ? 1 : 0);
  }

  /** Generations that wait while another runs. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Runs `work` when its turn comes. @param onPosition told the place in the queue when it changes; 0 = it begins
   * @param leaving what comes of a wait that is aborted: `work` is then never called, since another has the model.
   */
  async run<T>(
    conversationId: string,
    onPosition: (position: number) => void,
    work: () => Promise<T>,
    leaving?: { signal: AbortSignal; result: () => T },
  ): Promise<T> {
    if (this.#running) {
      const signal = leaving?.signal;
      const turn = await new Promise<"mine" | "left">((resolve) => {
        if (signal?.aborted) {
          resolve("left");
          return;
        }
        const entry: Waiting = { conversationId, onPosition, start: () => resolve("mine") };
        const leave = () => {
          this.#waiting = this.#waiting.filter((other) => other !== entry);
          this.#announce();
          resolve("left");
        };
        signal?.addEventListener("abort", leave, { once: true });
        entry.start = () => {
          signal?.removeEventListener("abort", leave);
          resolve("mine");
        };
        this.#waiting.push(entry);
        this.#announce();
      });
      if (turn === "left" && leaving) return leaving.result();
    }
    const mine = { conversationId };
    this.#running = mine;
    onPosition(0);
    try {
      return await work();
    } finally {
      this.#served = [...this.#served.filter((id) => id !== conversationId), conversationId].slice(-100);
      if (this.#running === mine) this.#running = null;
      this.#next();
    }
  }

  #next(): void {
    const next = this.#order()[0];
    if (!next || this.#running) return;
    this.#waiting = this.#waiting.filter((entry) => entry !== next);
    this.#running = next;
    next.start();
    this.#announce();
  }

  /** Those who wait, next first: the conversation served longest ago, then first come. */
  #order(): Waiting[] {
    const turn = (entry: Waiting) => this.#served.indexOf(entry.conversationId);
    return this.#waiting
      .map((entry, arrival) => ({ entry, arrival, turn: turn(entry) }))
      .sort((a, b) => a.turn - b.turn || a.arrival - b.arrival)
      .map(({ entry }) => entry);
  }

  #announce(): void {
    for (const [i, entry] of this.#order().entries()) entry.onPosition(i + 1);
  }
}
