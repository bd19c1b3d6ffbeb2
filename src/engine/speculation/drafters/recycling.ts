/**
 * Drafts from logits that passes computed anyway: remembers the likeliest successor seen after each pair of tokens,
 * and after each token alone (Token Recycling, arXiv 2408.08696, as a chain in place of a tree).
 */
import type { Candidates, Draft, Drafter } from "../types.ts";

/** Entries kept; the oldest go first. About 5 MB. */
const capacity = 60_000;

interface Successor {
  token: number;
  /** Probability of the token among the candidates when it was last seen, 0..1. */
  probability: number;
}

/** What was seen, in whatever text: drafters of several texts share it. */
export class Successors {
  readonly #afterPair = new Map<number, Successor>();
  readonly #afterToken = new Map<number, Successor>();

  observe(previous: number, token: number, successor: Successor): void {
    remember(this.#afterPair, pairKey(previous, token), successor);
    remember(this.#afterToken, token, successor);
  }

  after(previous: number, token: number): { successor: Successor; ofPair: boolean } | null {
    const pair = this.#afterPair.get(pairKey(previous, token));
    const successor = pair ?? this.#afterToken.get(token);
    return successor ? { successor, ofPair: pair !== undefined } : null;
  }
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

/** Pairs of token ids as one exact integer: vocabularies are below 2^24. */
function pairKey(previous: number, token: number): number {
  return (previous + 1) * 0x100_0000 + token;
}

function remember(map: Map<number, Successor>, key: number, successor: Successor): void {
  map.delete(key); // re-insert at the end: a map iterates in insertion order, so the first key is the oldest
  map.set(key, successor);
  if (map.size > capacity) map.delete(map.keys().next().value!);
}
