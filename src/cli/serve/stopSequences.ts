/**
 * Ends an answer in front of the first of the client's stop sequences, also when one arrives in pieces: text that may
 * still become one is held back.
 *
 * Example (stop "\n\n"): "a\n" gives "a", then "b" gives "\nb", then "\n\nc" gives "" and the end.
 */
export class StopSequences {
  readonly #sequences: readonly string[];
  #held = "";
  #hit = false;

  constructor(sequences: readonly string[]) {
    this.#sequences = sequences;
  }

  /** A stop sequence has come. */
  get hit(): boolean {
    return this.#hit;
  }

  /** @returns what of the text so far can be passed on. */
  push(text: string): string {
    if (this.#hit) return "";
    this.#held += text;
    const starts = this.#sequences.map((sequence) => this.#held.indexOf(sequence)).filter((start) => start >= 0);
    this.#hit = starts.length > 0;
    const end = this.#hit ? Math.min(...starts) : this.#held.length - this.#possibleStart();
    const passed = this.#held.slice(0, end);
    this.#held = this.#hit ? "" : this.#held.slice(end);
    return passed;
  }

  /** The text is over: what was held back is no stop sequence. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  /** Length of the longest end of the text that a stop sequence may begin with. */
  #possibleStart(): number {
    const longest = Math.max(0, ...this.#sequences.map((sequence) => sequence.length - 1));
    for (let length = Math.min(longest, this.#held.length); length > 0; length--) {
      const tail = this.#held.slice(-length);
      if (this.#sequences.some((sequence) => sequence.startsWith(tail))) return length;
    }
    return 0;
  }
}
