/**
 * How long thoughts are, by what they are for: what a thought that was ended early has saved is estimated from that.
 *
 * A thought that was cut says only that it would have been longer. Were those left out, the long ones would be missing and
 * next to nothing saved at a budget; were they counted as whole, likewise. So they count as censored: the share of thoughts
 * that goes on beyond a length is the product-limit estimate of Kaplan and Meier (1958). Beyond the longest one known,
 * thoughts are taken to go on ending at their average rate so far (the exponential tail of Brown, Hollander and Korwar,
 * 1974), and never to be more than as long again.
 *
 * Example: 6 of 10 thoughts ended by themselves after 100 tokens and 4 were cut at 200. 0.4 went on beyond 200, which
 * a rate of -ln 0.4 / 200 a token gives; so one cut there had 218 tokens ahead, of which 200 are told.
 */

/** The last so many thoughts of a purpose count. */
const kept = 64;
/** With fewer that ended by themselves, nothing is told. */
const leastKnown = 5;

interface Length {
  tokens: number;
  /** It was ended there, and would have gone on. */
  cut: boolean;
}

export class ThoughtLengths {
  readonly #byPurpose = new Map<string, readonly Length[]>();

  /** @param cut the thought was ended for a reason that has nothing to do with it, such as a budget, at this length */
  observe(purpose: string, tokens: number, cut = false): void {
    this.#byPurpose.set(purpose, [...(this.#byPurpose.get(purpose) ?? []), { tokens, cut }].slice(-kept));
  }

  /** Tokens that a thought which has come to `at` tokens has still ahead, on average; null when too little is known. */
  remaining(purpose: string, at: number): number | null {
    const lengths = this.#byPurpose.get(purpose) ?? [];
    if (lengths.filter(({ cut }) => !cut).length < leastKnown) return null;
    const longest = Math.max(...lengths.map(({ tokens }) => tokens));
    const beyond = (tokens: number) => share(lengths, tokens);
    const still = beyond(at);
    // All that are known had ended by then.
    if (still === 0) return null;
    const steps = [...new Set(lengths.map(({ tokens }) => tokens))]
      .filter((tokens) => tokens > at)
      .sort((a, b) => a - b);
    let area = 0;
    let from = at;
    for (const to of steps) {
      area += beyond(from) * (to - from);
      from = to;
    }
    const last = beyond(longest);
    const tail = last === 0 ? 0 : Math.min(longest, longest / -Math.log(last));
    return (area + last * tail) / still;
  }

  toJSON(): Record<string, readonly Length[]> {
    return Object.fromEntries(this.#byPurpose);
  }

  /** What is no list of lengths is left out. */
  static fromJSON(data: unknown): ThoughtLengths {
    const all = new ThoughtLengths();
    for (const [purpose, lengths] of Object.entries(data ?? {}))
      if (Array.isArray(lengths) && lengths.every(isLength)) all.#byPurpose.set(purpose, lengths.slice(-kept));
    return all;
  }
}

/** Share of thoughts that goes on beyond `tokens`, 0..1. */
function share(lengths: readonly Length[], tokens: number): number {
  const ends = new Set(
    lengths.filter((length) => !length.cut && length.tokens <= tokens).map((length) => length.tokens),
  );
  let left = 1;
  for (const end of ends) {
    const reached = lengths.filter((length) => length.tokens >= end).length;
    const ended = lengths.filter((length) => !length.cut && length.tokens === end).length;
    left *= 1 - ended / reached;
  }
  return left;
}

function isLength(value: unknown): value is Length {
  const { tokens, cut } = (value ?? {}) as Partial<Record<keyof Length, unknown>>;
  return Number.isFinite(tokens) && typeof cut === "boolean";
}
