/**
 * As many generations at once as the model has room for, in fair turn: clients take turns, and within a client its
 * conversations, so that one that asks five things does not keep another waiting for all five. What needs the model for
 * itself waits until nothing runs, and nobody overtakes it. Everyone who waits is told their place.
 */

interface Waiting {
  clientId: string;
  conversationId: string;
  /** Asked when its turn may come: meanwhile another model may have been loaded. */
  alone: () => boolean;
  onPosition: (position: number) => void;
  start: () => void;
}

/** The turn of what runs. */
export interface Turn {
  /** It has to be alone no longer: others may run beside it from now on. */
  share(): void;
}

export interface TurnOptions<T> {
  /** Nothing else may run beside it. A function is asked when its turn may come. */
  alone?: boolean | (() => boolean);
  /** Whose it is, where several clients share the queue. */
  clientId?: string;
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
  /** In the order of their last turn, the latest last. */
  #servedClients: string[] = [];
  #servedConversations: string[] = [];

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
    work: (turn: Turn) => Promise<T>,
    options: TurnOptions<T> = {},
  ): Promise<T> {
    const { clientId = "", leaving } = options;
    const tell = onChange(onPosition);
    const alone = () => (typeof options.alone === "function" ? options.alone() : (options.alone ?? false));
    const mine = { alone: false };
    const begin = () => {
      mine.alone = alone();
      this.#running.add(mine);
      this.#servedClients = latest(this.#servedClients, clientId);
      this.#servedConversations = latest(this.#servedConversations, conversationId);
    };
    if (this.#waiting.length === 0 && this.#hasRoom(alone())) begin();
    else {
      const signal = leaving?.signal;
      const turn = await new Promise<"mine" | "left">((resolve) => {
        if (signal?.aborted) {
          resolve("left");
          return;
        }
        const start = () => {
          signal?.removeEventListener("abort", leave);
          begin();
          resolve("mine");
        };
        const entry: Waiting = { clientId, conversationId, alone, onPosition: tell, start };
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
      return await work({
        share: () => {
          mine.alone = false;
          this.#next();
        },
      });
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

  #next(): void {
    for (let next = this.#order()[0]; next && this.#hasRoom(next.alone()); next = this.#order()[0]) {
      const first = next;
      this.#waiting = this.#waiting.filter((entry) => entry !== first);
      first.start();
    }
    this.#announce();
    if (this.#running.size > 0 || this.#waiting.length > 0) return;
    const idle = this.#idle.shift();
    if (idle) void this.#runIdle(idle);
  }

  /** Those who wait, next first: the client served longest ago, then the conversation, then first come. */
  #order(): Waiting[] {
    return this.#waiting
      .map((entry, arrival) => ({
        entry,
        arrival,
        client: this.#servedClients.indexOf(entry.clientId),
        conversation: this.#servedConversations.indexOf(entry.conversationId),
      }))
      .sort((a, b) => a.client - b.client || a.conversation - b.conversation || a.arrival - b.arrival)
      .map(({ entry }) => entry);
  }

  /** Who waits for idle work alone is next already: it ends at once. */
  #announce(): void {
    const ahead = this.#idleRuns ? 0 : 1;
    for (const [i, entry] of this.#order().entries()) entry.onPosition(i + ahead);
  }
}

/** Of those not among them, how long ago they were served is forgotten: they go first. */
const rememberedTurns = 100;

function latest(served: readonly string[], id: string): string[] {
  return [...served.filter((other) => other !== id), id].slice(-rememberedTurns);
}

/** Passes a place on when it differs from the last one. */
function onChange(tell: (position: number) => void): (position: number) => void {
  let last: number | null = null;
  return (position) => {
    if (position !== last) tell(position);
    last = position;
  };
}
