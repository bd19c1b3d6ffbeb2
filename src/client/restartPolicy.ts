/**
 * When a dead engine is started again: at most `maxRestarts` times within `windowMs`, each wait twice the one before.
 * Pure; the caller brings the clock.
 */
export const maxRestarts = 5;
export const windowMs = 3 * 60_000;

export type RestartDecision = { kind: "restart"; attempt: number; delayMs: number } | { kind: "giveUp" };

export class RestartPolicy {
  readonly #firstDelayMs: number;
  #crashes: number[] = [];

  constructor(firstDelayMs: number) {
    this.#firstDelayMs = firstDelayMs;
  }

  /** Counts a crash and decides. `now` in ms, from any clock that does not go back. */
  crashed(now: number): RestartDecision {
    this.#crashes = [...this.#crashes.filter((time) => now - time < windowMs), now];
    const attempt = this.#crashes.length;
    if (attempt > maxRestarts) return { kind: "giveUp" };
    return { kind: "restart", attempt, delayMs: this.#firstDelayMs * 2 ** (attempt - 1) };
  }

  /** The user asked for a restart: earlier crashes no longer count. */
  forget(): void {
    this.#crashes = [];
  }
}
