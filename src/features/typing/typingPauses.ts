/**
 * When an answer waits for somebody who types, and for how long. Pure. It waits until a moment after the last key; who types on and
 * on gets it in pieces.
 */

/** From the last key on (ms): longer than between two keys of one who types slowly. */
const afterKeyMs = 500;
/** Between two messages to the engine (ms). */
const betweenMs = 100;
/** After so long without a token the answer has its turn (ms), */
const longestMs = 10_000;
/** which lasts so long. */
const turnMs = 2_000;

export class TypingPauses {
  #since = Number.NEGATIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;
  #saidAt = Number.NEGATIVE_INFINITY;
  /** The answer has its turn until then. */
  #turnUntil = Number.NEGATIVE_INFINITY;

  /** A key was pressed. @param now ms @returns how long from now the answer is to wait (ms); null: there is nothing to say */
  key(now: number): number | null {
    if (now < this.#turnUntil || now - this.#saidAt < betweenMs) return null;
    if (now >= this.#until) this.#since = now;
    if (now - this.#since >= longestMs) {
      this.#turnUntil = this.#until + turnMs;
      return null;
    }
    this.#saidAt = now;
    this.#until = now + afterKeyMs;
    return afterKeyMs;
  }
}
