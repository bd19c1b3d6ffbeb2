/**
 * Keeps an answer from beginning with the sentence that its thought was ended with, as small models like to do: that takes a
 * pass for each of its tokens before the answer's first word, and a model that has copied it once often copies nothing else
 * any more. So the sentence's first word is no choice at the answer's beginning, and the model says what it would have said
 * instead. Further on it is left alone: what is copied there, the segmenter drops.
 *
 * It is a part of the sampler and depends on the text alone, so that speculation stays lossless.
 */
import type { TokenBan } from "../speculation/sampler.ts";

/** Tokens of white space that may stand in front of the answer's first word. */
const mostBlank = 4;

export interface EchoCodec {
  encodeText(text: string): number[];
  decode(tokens: readonly number[], before: readonly number[]): string;
}

export class EchoBan implements TokenBan {
  readonly most = 2;
  readonly #codec: EchoCodec;
  #firstWord: ReadonlySet<number> = new Set();
  /** Position of the answer's first token. */
  #start = 0;

  constructor(codec: EchoCodec) {
    this.#codec = codec;
  }

  /**
   * An answer begins.
   * @param sentence that ended its thought; "" lifts the ban
   * @param start position of the first token that the model chooses
   */
  begin(sentence: string, start: number): void {
    this.#firstWord = this.#tokensOf(sentence.split(" ", 1)[0]!);
    this.#start = start;
  }

  bannedAt(position: number, recent: readonly number[]): ReadonlySet<number> | null {
    const written = position - this.#start;
    if (this.#firstWord.size === 0 || written < 0 || written > mostBlank) return null;
    return recent.slice(recent.length - written).every((token) => this.#isBlank(token)) ? this.#firstWord : null;
  }

  /** The tokens that are this whole word, with and without a space in front: vocabularies differ in what begins a line. */
  #tokensOf(word: string): ReadonlySet<number> {
    if (word === "") return new Set();
    const encoded = [word, ` ${word}`].map((text) => this.#codec.encodeText(text));
    return new Set(encoded.flatMap((tokens) => (tokens.length === 1 ? tokens : [])));
  }

  #isBlank(token: number): boolean {
    return this.#codec.decode([token], []).trim() === "";
  }
}
