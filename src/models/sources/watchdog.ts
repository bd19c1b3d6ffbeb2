/** Aborts an operation that makes no progress: arm it before each wait, disarm it after. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.#controller.signal]);
  }

  /** Aborts with `reason` unless armed again or disarmed within `ms`. */
  arm(ms: number, reason: Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(reason), ms);
  }

  disarm(): void {
    clearTimeout(this.#timer);
  }
}
