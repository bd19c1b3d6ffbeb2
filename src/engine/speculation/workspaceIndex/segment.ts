/**
 * An immutable piece of the workspace index: documents as tokens, and their positions sorted by what stands before them,
 * read backwards (a suffix array of the reversed text, cut at `longestContext`). All places where the last tokens of a
 * text occurred are then neighbours, those with the longest match in the middle: one binary search finds them.
 *
 * Example: for "a b c … a b d" the positions of "c" and "d" lie side by side, since "a b" stands before both.
 *
 * Memory and disk: 6 bytes a token. Removed documents are only marked; a merge drops them (merge.ts).
 */
import { Packed24 } from "./packed.ts";

/** Tokens of context that are compared; longer matches say no more about what follows. */
export const longestContext = 32;
/** Stands before, between and after documents, so that no match runs from one into another. */
export const separator = 0xffffff;
/** Neighbours looked at on each side of the best match, for a vote on what follows. */
const neighbours = 12;
/** Of every so many positions in order, two tokens of context are kept side by side: most of a search stays in them. */
const sampleStride = 512;
/** Removed neighbours passed over on each side before giving up. */
const mostRemoved = 64;

export interface NewDocument {
  /** Names the document; a later one of the same key takes its place. */
  key: string;
  /** Which state of it this is, told by whoever feeds the index. */
  version: string;
  tokens: readonly number[];
}

export interface IndexedDocument {
  readonly key: string;
  readonly version: string;
  /** Position of its first token. */
  readonly start: number;
  /** Tokens. */
  readonly length: number;
  isRemoved: boolean;
}

/** A place where the end of a text occurred. */
export interface Occurrence {
  segment: IndexSegment;
  /** Position of the token that followed. */
  position: number;
  /** Tokens that match before it, at most `longestContext`. */
  length: number;
}

export class IndexSegment {
  readonly tokens: Packed24;
  readonly order: Packed24;
  readonly documents: readonly IndexedDocument[];
  readonly #samples: Float64Array;
  #removedTokens = 0;

  /** @param order positions of all tokens but the first of each document, sorted by `compareContexts` */
  constructor(tokens: Packed24, order: Packed24, documents: readonly IndexedDocument[]) {
    this.tokens = tokens;
    this.order = order;
    this.documents = documents;
    this.#samples = new Float64Array(Math.ceil(order.length / sampleStride));
    for (let i = 0; i < this.#samples.length; i++) {
      const position = order.get(i * sampleStride);
      this.#samples[i] = contextKey(tokens.get(position - 1), tokens.get(position - 2));
    }
    for (const document of documents) if (document.isRemoved) this.#removedTokens += document.length;
  }

  static build(added: readonly NewDocument[]): IndexSegment {
    const tokens = Packed24.ofLength(added.reduce((sum, document) => sum + document.tokens.length + 1, 1));
    const documents: IndexedDocument[] = [];
    const positions: number[] = [];
    let at = 0;
    tokens.set(at++, separator);
    for (const { key, version, tokens: own } of added) {
      documents.push({ key, version, start: at, length: own.length, isRemoved: false });
      for (let i = 0; i < own.length; i++) {
        if (i > 0) positions.push(at);
        tokens.set(at++, own[i]!);
      }
      tokens.set(at++, separator);
    }
    const sorted = Uint32Array.from(positions).sort((a, b) => compareContexts(tokens, a, tokens, b));
    const order = Packed24.ofLength(sorted.length);
    for (const [i, position] of sorted.entries()) order.set(i, position);
    return new IndexSegment(tokens, order, documents);
  }

  /** Tokens of documents that were not removed. */
  get liveTokens(): number {
    return this.tokens.length - this.documents.length - 1 - this.#removedTokens;
  }

  get removedTokens(): number {
    return this.#removedTokens;
  }

  remove(document: IndexedDocument): void {
    if (document.isRemoved) return;
    document.isRemoved = true;
    this.#removedTokens += document.length;
  }

  /**
   * Adds to `found` the places with the longest match of the end of `text`, if that is at least `least` tokens.
   * @returns the length of that match, 0 if shorter than `least`.
   */
  find(text: readonly number[], least: number, found: Occurrence[]): number {
    const { order, tokens } = this;
    let { low, high } = this.#narrowed(text);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareToEnd(tokens, order.get(middle), text) < 0) low = middle + 1;
      else high = middle;
    }
    const above = this.#live(low, 1);
    const below = this.#live(low - 1, -1);
    const lengthAbove = above === -1 ? 0 : matchLength(tokens, order.get(above), text);
    const lengthBelow = below === -1 ? 0 : matchLength(tokens, order.get(below), text);
    const length = Math.max(lengthAbove, lengthBelow);
    if (length < least || length === 0) return 0;
    if (lengthAbove === length) this.#collect(above, 1, length, text, found);
    if (lengthBelow === length) this.#collect(below, -1, length, text, found);
    return length;
  }

  /** The tokens from a position to the end of its document, at most `count`. */
  continuation(position: number, count: number): number[] {
    const following: number[] = [];
    for (let i = position; following.length < count; i++) {
      const token = this.tokens.get(i);
      if (token === separator) break;
      following.push(token);
    }
    return following;
  }

  /** The part of the order to search, by the last two tokens of the text. */
  #narrowed(text: readonly number[]): { low: number; high: number } {
    const { order } = this;
    if (text.length < 2) return { low: 0, high: order.length };
    const wanted = contextKey(text.at(-1)!, text.at(-2)!);
    const smaller = this.#samplesBelow(wanted);
    const upToEqual = this.#samplesBelow(wanted + 1);
    return {
      low: Math.max(0, smaller - 1) * sampleStride,
      high: Math.min(order.length, upToEqual * sampleStride),
    };
  }

  /** Number of samples before `key`. */
  #samplesBelow(key: number): number {
    let low = 0;
    let high = this.#samples.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#samples[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #collect(from: number, step: 1 | -1, length: number, text: readonly number[], found: Occurrence[]): void {
    let index = from;
    for (let i = 0; i < neighbours && index !== -1; i++) {
      const position = this.order.get(index);
      if (matchLength(this.tokens, position, text) < length) return;
      found.push({ segment: this, position, length });
      index = this.#live(index + step, step);
    }
  }

  /** The first index from `index` on, in steps, whose document was not removed; -1 when there is none near. */
  #live(index: number, step: 1 | -1): number {
    const { order } = this;
    for (let i = 0; i <= mostRemoved; i++, index += step) {
      if (index < 0 || index >= order.length) return -1;
      if (this.#removedTokens === 0 || !this.documentAt(order.get(index)).isRemoved) return index;
    }
    return -1;
  }

  documentAt(position: number): IndexedDocument {
    const { documents } = this;
    let low = 0;
    let high = documents.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (documents[middle]!.start <= position) low = middle;
      else high = middle - 1;
    }
    return documents[low]!;
  }
}

/** The order of contexts by their last two tokens, as a number. */
function contextKey(last: number, beforeLast: number): number {
  return last * 0x100_0000 + beforeLast;
}

/** Order of two positions by the tokens before them, the nearest first; 0 when `longestContext` of them are the same. */
export function compareContexts(a: Packed24, positionA: number, b: Packed24, positionB: number): number {
  for (let back = 1; back <= longestContext; back++) {
    const tokenA = a.get(positionA - back);
    const tokenB = b.get(positionB - back);
    if (tokenA !== tokenB) return tokenA - tokenB;
    if (tokenA === separator) return 0;
  }
  return 0;
}

/** The same order, of a position and the end of a text. */
function compareToEnd(tokens: Packed24, position: number, text: readonly number[]): number {
  const most = Math.min(longestContext, text.length);
  for (let back = 1; back <= most; back++) {
    const token = tokens.get(position - back);
    const wanted = text[text.length - back]!;
    if (token !== wanted) return token - wanted;
  }
  return 0;
}

function matchLength(tokens: Packed24, position: number, text: readonly number[]): number {
  const most = Math.min(longestContext, text.length);
  let length = 0;
  while (length < most && tokens.get(position - length - 1) === text[text.length - length - 1]) length++;
  return length;
}
