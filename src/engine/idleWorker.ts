/**
 * Does what the backend has to do while nobody waits: each piece of it once no request has come for as long as it asks
 * for. A request makes what has not begun wait anew; what has begun is told to stop. So is it while somebody types, and begins
 * again when nobody has for as long.
 */
import { toErrorData } from "../common/errors.ts";
import type { Backend, IdleWork } from "./backends/backend.ts";
import type { StopCause } from "./idleStop.ts";
import type { Pause } from "./pause.ts";
import type { FairQueue } from "./queue.ts";

/** Nobody types any more (ms): who types on and on lets an answer go on in between, for less long (typingPauses.ts). */
const afterTypingMs = 3_000;

export interface IdleWorkerOptions {
  queue: FairQueue;
  pause: Pause;
  /** The one in memory. */
  model: () => Backend | null;
  onError: (message: string) => void;
}

export class IdleWorker {
  readonly #o: IdleWorkerOptions;
  #timers: NodeJS.Timeout[] = [];
  #waitsForPause = false;

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

  #doWhenIdle(model: Backend, { run, afterMs }: IdleWork): void {
    this.#o.queue.whenIdle(async () => {
      if (this.#o.model() !== model) return;
      const isTooSoon = this.#o.pause.overForMs < Math.max(afterMs, afterTypingMs);
      let last = this.#stopCause || (isTooSoon && "pause");
      try {
        if (!last)
          await run(() => {
            last ||= this.#stopCause;
            return last;
          });
      } catch (error) {
        this.#o.onError(`what was to be done while idle failed: ${toErrorData(error).message}`);
      }
      if (last === "pause") void this.#beginAfterPause();
    });
  }

  get #stopCause(): StopCause | false {
    if (this.#o.queue.waiting > 0) return "request";
    return this.#o.pause.isOn && "pause";
  }

  async #beginAfterPause(): Promise<void> {
    if (this.#waitsForPause) return;
    this.#waitsForPause = true;
    for (let ms = 0; ms < afterTypingMs; ms = this.#o.pause.overForMs) await sleep(afterTypingMs - ms);
    this.#waitsForPause = false;
    // The end of a request begins it as well.
    if (this.#o.queue.length === 0) this.begin();
  }
}

/** Keeps no process alive. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
