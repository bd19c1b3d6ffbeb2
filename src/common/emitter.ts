/** A list of listeners, for code that has to run without an editor (there VS Code's own EventEmitter would do). */
export interface Subscription {
  dispose(): void;
}

export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Bound, so that it can be handed out as the event. */
  readonly on = (listener: (value: T) => void): Subscription => {
    // A wrapper, so that a listener added twice is called twice and removed once.
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return { dispose: () => this.#listeners.delete(own) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
