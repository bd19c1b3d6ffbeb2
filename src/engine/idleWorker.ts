/**
 * Does what the backend has to do while nobody waits: each piece of it once no request has come for as long as it asks
 * for. A request makes what has not begun wait anew; what has begun is told to stop.
 */
import { toErrorData } from "../common/errors.ts";
import type { Backend, IdleWork } from "./backends/backend.ts";
import type { FairQueue } from "./queue.ts";

export interface IdleWorkerOptions {
  queue: FairQueue;
  /** The one in memory. */
  model: () => Backend | null;
  onError: (message: string) => void;
}

export class IdleWorker {
  readonly #o: IdleWorkerOptions;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: IdleWorkerOptions) {
    this.#o = options;
  }

  /** A request has come. */
  interrupt(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  /** A request has ended, or the model is loaded: from now on nobody may want it. */
  begin(): void {
    this.interrupt();
    const model = this.#o.model();
    if (!model) return;
    for (const work of model.idleWork) {
      if (work.afterMs === 0) this.#doWhenIdle(model, work);
      else this.#timers.push(setTimeout(() => this.#doIfIdle(model, work), work.afterMs).unref());
    }
  }

  /** Another request may run still: its end begins the wait again. */
  #doIfIdle(model: Backend, work: IdleWork): void {
    if (this.#o.queue.length === 0) this.#doWhenIdle(model, work);
  }

  #doWhenIdle(model: Backend, { run }: IdleWork): void {
    const { queue } = this.#o;
    queue.whenIdle(async () => {
      if (this.#o.model() !== model) return;
      try {
        await run(() => queue.waiting > 0);
      } catch (error) {
        this.#o.onError(`what was to be done while idle failed: ${toErrorData(error).message}`);
      }
    });
  }
}
