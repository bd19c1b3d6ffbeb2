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
  /** Work that nobody waits for: it begins only when the queue is empty, gives way, and takes no place in it. */
  #idle: (() => Promise<void>)[] = [];
  #idleRuns = false;
  /** Conversations in the order of their last turn, the latest last. */
  #served: string[] = [];

  /** Generations running or waiting. */
  get length(): number {
    return this.#waiting.length + (this.#running && !this.#idleRuns ? 1 : 0);
  }

  /** Whether anything runs, be it work that nobody waits for. */
  get isBusy(): boolean {
    return this.#running !== null;
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
    const tell = onChange(onPosition);
    if (this.#running) {
      const signal = leaving?.signal;
      const turn = await new Promise<"mine" | "left">((resolve) => {
        if (signal?.aborted) {
          resolve("left");
          return;
        }
        const entry: Waiting = { conversationId, onPosition: tell, start: () => resolve("mine") };
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
    tell(0);
    try {
      return await work();
    } finally {
      this.#served = [...this.#served.filter((id) => id !== conversationId), conversationId].slice(-100);
      if (this.#running === mine) this.#running = null;
      this.#next();
    }
  }

  /** Runs `work` once nobody runs or waits; it has to end soon when {@link waiting} is above 0, and handle its errors. */
  whenIdle(work: () => Promise<void>): void {
    this.#idle.push(work);
    this.#next();
  }

  async #runIdle(work: () => Promise<void>): Promise<void> {
    const mine = { conversationId: "" };
    this.#running = mine;
    this.#idleRuns = true;
    try {
      await work();
    } finally {
      this.#idleRuns = false;
      if (this.#running === mine) this.#running = null;
      this.#next();
    }
  }

  #next(): void {
    if (this.#running) return;
    const next = this.#order()[0];
    if (!next) {
      const idle = this.#idle.shift();
      if (idle) void this.#runIdle(idle);
      return;
    }
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

  /** Who waits for idle work alone is next already: it ends at once. */
  #announce(): void {
    const ahead = this.#idleRuns ? 0 : 1;
    for (const [i, entry] of this.#order().entries()) entry.onPosition(i + ahead);
  }
}

/** Passes a place on when it differs from the last one. */
function onChange(tell: (position: number) => void): (position: number) => void {
  let last: number | null = null;
  return (position) => {
    if (position !== last) tell(position);
    last = position;
  };
}
