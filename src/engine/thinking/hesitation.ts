/**
 * Makes words of hesitation ("Wait", "Hmm", "Alternatively") less likely at the beginnings of a thought's sentences, for
 * models that go back and forth without need (NoWait, arXiv 2506.08343). Off unless asked for: small models need these
 * words to find their mistakes.
 *
 * It is a part of the sampler and depends on the text alone, so that speculation stays lossless.
 */
import type { Damping } from "../speculation/sampler.ts";

const words = ["Wait", "Hmm", "Alternatively", "Hold on", "Actually"];
/** A token stands for its word when it holds this much of it: "H" also begins "Here". */
const leastLetters = 3;

export interface HesitationOptions {
  /** Logits taken off. */
  penalty: number;
  codec: {
    encodeText(text: string): number[];
    decode(tokens: readonly number[], before: readonly number[]): string;
  };
  /** The next token is one of a thought. */
  inThought: () => boolean;
}

export class HesitationDamping implements Damping {
  readonly tokens: ReadonlySet<number>;
  readonly #o: HesitationOptions;
  /** Whether a sentence begins behind a token, by token. */
  readonly #endings = new Map<number, boolean>();

  constructor(options: HesitationOptions) {
    this.#o = options;
    const { codec } = options;
    const firsts = words.flatMap((word) => [word, ` ${word}`].flatMap((text) => codec.encodeText(text).slice(0, 1)));
    this.tokens = new Set(firsts.filter((token) => codec.decode([token], []).trim().length >= leastLetters));
  }

  penaltyAfter(previous: number | undefined): number {
    return previous !== undefined && this.#o.inThought() && this.#endsSentence(previous) ? this.#o.penalty : 0;
  }

  #endsSentence(token: number): boolean {
    let ends = this.#endings.get(token);
    if (ends === undefined) {
      ends = /[.!?…。！？]["')\]*]*\s*$|\n\s*$/u.test(this.#o.codec.decode([token], []));
      this.#endings.set(token, ends);
    }
    return ends;
  }
}
