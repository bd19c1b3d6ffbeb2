/**
 * Drafts from logits that passes computed anyway: remembers the likeliest successor seen after each pair of tokens,
 * and after each token alone (Token Recycling, arXiv 2408.08696, as a chain in place of a tree).
 */
import type { Candidates, Draft, Drafter } from "../types.ts";

/** Places for what is remembered: 2 MB. Two things may come to share one; then the later stays. */
const placesLog2 = 17;
/** Numbers of a place: the two tokens, what came next, and its probability in millionths. */
const width = 4;
const million = 1_000_000;
/** In place of the token before, where only the last counts; -1 stands for the text's beginning. */
const any = -2;

interface Successor {
  token: number;
  /** Probability of the token among the candidates when it was last seen, 0..1. */
  probability: number;
}

/**
 * What was seen, in whatever text: drafters of several texts share it. Each thing has one place, told by its tokens alone,
 * so that a token costs two reads of memory and not the many of a map.
 */
export class Successors {
  readonly #places = new Int32Array(width << placesLog2).fill(any - 1);

  observe(previous: number, token: number, successor: Successor): void {
    this.#remember(previous, token, successor);
    this.#remember(any, token, successor);
  }

  after(previous: number, token: number): { successor: Successor; ofPair: boolean } | null {
    const pair = this.#find(previous, token);
    const successor = pair ?? this.#find(any, token);
    return successor ? { successor, ofPair: pair !== null } : null;
  }

  #remember(previous: number, token: number, successor: Successor): void {
    const at = placeOf(previous, token);
    this.#places[at] = previous;
    this.#places[at + 1] = token;
    this.#places[at + 2] = successor.token;
    this.#places[at + 3] = Math.round(successor.probability * million);
  }

  #find(previous: number, token: number): Successor | null {
    const at = placeOf(previous, token);
    if (this.#places[at] !== previous || this.#places[at + 1] !== token) return null;
    return { token: this.#places[at + 2]!, probability: this.#places[at + 3]! / million };
  }
}

/** Multiplicative hashing: the upper bits of the product depend on all of both numbers. */
function placeOf(previous: number, token: number): number {
  const mixed = Math.imul(Math.imul(previous + 3, 0x9e3779b1) ^ token, 0x85ebca6b);
  return (mixed >>> (32 - placesLog2)) * width;
}

export class RecyclingDrafter implements Drafter {
  readonly name = "recycling";
  readonly cheap = true;
  readonly #successors: Successors;
  #tail: [number, number] = [-1, -1];

  constructor(successors = new Successors()) {
    this.#successors = successors;
  }

  begin(tokens: readonly number[]): void {
    this.#tail = [tokens.at(-2) ?? -1, tokens.at(-1) ?? -1];
  }

  commit(tokens: readonly number[]): void {
    for (const token of tokens) this.#tail = [this.#tail[1], token];
  }

  observe(previous: number, token: number, candidates: Candidates): void {
    const top = candidates.logits[0]!;
    let sum = 0;
    for (const logit of candidates.logits) sum += Math.exp(logit - top);
    this.#successors.observe(previous, token, { token: candidates.tokens[0]!, probability: 1 / sum });
  }

  draft(maxLength: number): Draft[] {
    const tokens: number[] = [];
    let [previous, last] = this.#tail;
    let weakest = 1;
    let bucket = 0;
    while (tokens.length < maxLength) {
      const found = this.#successors.after(previous, last);
      if (!found) break;
      const next = found.successor;
      if (tokens.length === 0) {
        weakest = next.probability;
        bucket = (found.ofPair ? 4 : 0) + (weakest > 0.9 ? 3 : weakest > 0.7 ? 2 : weakest > 0.4 ? 1 : 0);
      }
      tokens.push(next.token);
      previous = last;
      last = next.token;
    }
    return tokens.length > 0 ? [{ drafter: this.name, tokens, bucket }] : [];
  }
}
