/**
 * Draws at most once per animation frame however many messages arrive, and less often when drawing is slow, so that
 * typing and scrolling keep most of the time even on a busy machine.
 */

/** A drawing that took t is followed by at least this many t without one. */
const restFactor = 2;

export interface FrameClock {
  requestFrame(callback: () => void): void;
  /** Milliseconds, monotonic. */
  now(): number;
}

export const browserClock: FrameClock = {
  requestFrame: (callback) => requestAnimationFrame(callback),
  now: () => performance.now(),
};

export class FrameLoop {
  readonly #draw: () => void;
  readonly #clock: FrameClock;
  #requested = false;
  #restUntil = 0;

  /** `draw` brings the page up to date and returns after layout, so that its time is the true cost. */
  constructor(draw: () => void, clock: FrameClock = browserClock) {
    this.#draw = draw;
    this.#clock = clock;
  }

  /** Asks for a drawing; any number of calls before the next frame make one. */
  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.#clock.requestFrame(() => this.#frame());
  }

  #frame(): void {
    const start = this.#clock.now();
    if (start < this.#restUntil) {
      this.#clock.requestFrame(() => this.#frame());
      return;
    }
    this.#requested = false;
    try {
      this.#draw();
    } finally {
      const end = this.#clock.now();
      this.#restUntil = end + restFactor * (end - start);
    }
  }
}
