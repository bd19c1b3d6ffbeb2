/**
 * How long thoughts are that the model ends itself, by what they are for: what a thought that was ended early has saved
 * is told from that. An estimate on the low side: the thoughts that have to be ended are the long ones.
 */

/** The last so many thoughts of a purpose count. */
const kept = 32;
/** Below this many, nothing is told. */
const leastKnown = 5;

export class ThoughtLengths {
  readonly #byPurpose = new Map<string, number[]>();

  /** A thought that the model ended itself. */
  observe(purpose: string, tokens: number): void {
    this.#byPurpose.set(purpose, [...(this.#byPurpose.get(purpose) ?? []), tokens].slice(-kept));
  }

  /** What ending a thought after `tokens` has saved (tokens); null when too few are known to tell. */
  saved(purpose: string, tokens: number): number | null {
    const lengths = this.#byPurpose.get(purpose)?.toSorted((a, b) => a - b) ?? [];
    if (lengths.length < leastKnown) return null;
    const [low, high] = [lengths[(lengths.length - 1) >> 1]!, lengths[lengths.length >> 1]!];
    return Math.max(0, Math.round((low + high) / 2) - tokens);
  }

  toJSON(): Record<string, number[]> {
    return Object.fromEntries(this.#byPurpose);
  }

  /** What is no list of lengths is left out. */
  static fromJSON(data: unknown): ThoughtLengths {
    const all = new ThoughtLengths();
    for (const [purpose, lengths] of Object.entries(data ?? {}))
      if (Array.isArray(lengths) && lengths.every((length) => Number.isFinite(length)))
        all.#byPurpose.set(purpose, lengths.slice(-kept));
    return all;
  }
}
