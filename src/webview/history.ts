/**
 * How much of a conversation is drawn: its end at once, what came before in steps between frames, so that a long one
 * opens as fast as a short one. Nothing is ever taken away again: what is out of sight costs no layout.
 */

/** More than fits on a screen, answers being long (turns). */
const firstTurns = 12;
/** A step takes less than a frame that people notice (turns). */
const stepTurns = 8;

export class History {
  #first = 0;

  /** Index of the first turn that is drawn. */
  get first(): number {
    return this.#first;
  }

  /** Another conversation of `turnCount` turns. */
  open(turnCount: number): void {
    this.#first = Math.max(0, turnCount - firstTurns);
  }

  /** The same conversation has this many turns now; an end that was cut off leaves something to be seen. */
  resize(turnCount: number): void {
    this.#first = Math.min(this.#first, Math.max(0, turnCount - firstTurns));
  }

  /** Draws a step more; false when all is drawn. */
  step(): boolean {
    if (this.#first === 0) return false;
    this.#first = Math.max(0, this.#first - stepTurns);
    return true;
  }

  /** Draws all, where a place in the whole is wanted. */
  all(): void {
    this.#first = 0;
  }
}
