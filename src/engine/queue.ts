/**
 * As many generations at once as the model has room for, in fair turn: conversations take turns, so that one that asks
 * five things does not keep another waiting for all five. What needs the model for itself waits until nothing runs, and
 * nobody overtakes it. Everyone who waits is told their place.
 */

interface Waiting {
  conversationId: string;
  alone: boolean;
  onPosition: (position: number) => void;
  start: () => void;
}

export interface TurnOptions<T> {
  /** Nothing else may run beside it. */
  alone?: boolean;
  /** What comes of a wait that is aborted: the work is then never called, since another has the model. */
  leaving?: { signal: AbortSignal; result: () => T };
}

export class FairQueue {
  /** How much may run at once. */
  capacity = 1;
  #waiting: Waiting[] = [];
  readonly #running = new Set<{ alone: boolean }>();
  /** Work that nobody waits for: it begins only when the queue is empty, gives way, and takes no place in it. */
  #idle: (() => Promise<void>)[] = [];
  #idleRuns = false;
  /** Conversations in the order of their last turn, the latest last. */
  #served: string[] = [];

  /** Generations running or waiting. */
  get length(): number {
    return this.#waiting.length + (this.#idleRuns ? 0 : this.#running.size);
  }

  /** Whether anything runs, be it work that nobody waits for. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Generations that wait while others run. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs `work` when its turn comes. @param onPosition told the place in the queue when it changes; 0 = it begins */
  async run<T>(
    conversationId: string,
    onPosition: (position: number) => void,
    work: () => Promise<T>,
    { alone = false, leaving }: TurnOptions<T> = {},
  ): Promise<T> {
    const tell = onChange(onPosition);
    const mine = { alone };
    if (this.#waiting.length === 0 && this.#hasRoom(alone)) this.#begin(mine, conversationId);
    else {
      const signal = leaving?.signal;
      const turn = await new Promise<"mine" | "left">((resolve) => {
        if (signal?.aborted) {
          resolve("left");
          return;
        }
        const start = () => {
          signal?.removeEventListener("abort", leave);
          this.#begin(mine, conversationId);
          resolve("mine");
        };
        const entry: Waiting = { conversationId, alone, onPosition: tell, start };
        const leave = () => {
          this.#waiting = this.#waiting.filter((other) => other !== entry);
          this.#next();
          resolve("left");
        };
        signal?.addEventListener("abort", leave, { once: true });
        this.#waiting.push(entry);
        this.#announce();
      });
      if (turn === "left" && leaving) return leaving.result();
    }
    tell(0);
    try {
      return await work();
    } finally {
      this.#running.delete(mine);
      this.#next();
    }
  }

  /** Runs `work` once nobody runs or waits; it has to end soon when {@link waiting} is above 0, and handle its errors. */
  whenIdle(work: () => Promise<void>): void {
    this.#idle.push(work);
    this.#next();
  }

  async #runIdle(work: () => Promise<void>): Promise<void> {
    const mine = { alone: true };
    this.#running.add(mine);
    this.#idleRuns = true;
    try {
      await work();
    } finally {
      this.#idleRuns = false;
      this.#running.delete(mine);
      this.#next();
    }
  }

  #hasRoom(alone: boolean): boolean {
    if (this.#running.size === 0) return true;
    return !alone && this.#running.size < this.capacity && ![...this.#running].some((running) => running.alone);
  }

  #begin(mine: { alone: boolean }, conversationId: string): void {
    this.#running.add(mine);
    this.#served = [...this.#served.filter((id) => id !== conversationId), conversationId].slice(-100);
  }

  #next(): void {
    for (let next = this.#order()[0]; next && this.#hasRoom(next.alone); next = this.#order()[0]) {
      const first = next;
      this.#waiting = this.#waiting.filter((entry) => entry !== first);
      first.start();
    }
    this.#announce();
    if (this.#running.size > 0 || this.#waiting.length > 0) return;
    const idle = this.#idle.shift();
    if (idle) void this.#runIdle(idle);
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
