/**
 * Whether somebody types into an editor that is a client of this engine. While they do, a core stays free: beside an editor
 * that is at work, threads that meet at spinning barriers on every core slow down both (threads.ts).
 */

/** A pause between two words is shorter. */
const lastsMs = 1_000;

export class Typing {
  #until = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A key was pressed just now. */
  note(): void {
    this.#until = this.#now() + lastsMs;
  }

  get isUnderWay(): boolean {
    return this.#now() < this.#until;
  }
}

/** Of all clients: the machine is one. */
export const typing = new Typing();
