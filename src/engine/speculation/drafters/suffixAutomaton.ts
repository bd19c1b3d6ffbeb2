/**
 * Suffix automaton over a growing sequence of tokens (Blumer et al. 1985; for drafting: SAM-Decoding, arXiv
 * 2411.10666). After each token it knows, in amortised constant time, the longest suffix of the text that occurred
 * before, and where that earlier occurrence ended.
 *
 * Example: after "a b c a b" the longest earlier suffix is "a b" (length 2), ended at index 1; what followed is "c".
 *
 * Memory: at most 2n states and 3n edges, in typed arrays. Edges of a state form a linked list; the root's are in a
 * map, since every token of the vocabulary may leave it.
 */
const root = 0;
/** Suffix links followed to refresh "last end": bounds the work a token on text that repeats itself for ever. */
const longestRefresh = 64;

export class SuffixAutomaton {
  readonly #text: number[] = [];
  // Per state: longest length, suffix link, end of the latest occurrence, first edge.
  #length = new Int32Array(64);
  #link = new Int32Array(64).fill(-1);
  #lastEnd = new Int32Array(64).fill(-1);
  #firstEdge = new Int32Array(64).fill(-1);
  #states = 1;
  // Per edge: token, target state, next edge of the same state.
  #edgeToken = new Int32Array(128);
  #edgeTarget = new Int32Array(128);
  #edgeNext = new Int32Array(128);
  #edges = 0;
  readonly #rootEdges = new Map<number, number>();
  #last = root;
  #match = { length: 0, end: -1 };

  /** Tokens added so far. */
  get text(): readonly number[] {
    return this.#text;
  }

  /**
   * The longest suffix of the text that occurred before: its length (tokens, 0 = none) and the index of the last
   * token of its latest earlier occurrence (which may overlap the suffix itself).
   */
  get match(): { length: number; end: number } {
    return this.#match;
  }

  push(token: number): void {
    const index = this.#text.length;
    this.#text.push(token);
    const state = this.#newState(this.#length[this.#last]! + 1, index);
    let from = this.#last;
    while (from !== -1 && this.#target(from, token) === -1) {
      this.#addEdge(from, token, state);
      from = this.#link[from]!;
    }
    let longest = root;
    if (from !== -1) {
      const next = this.#target(from, token);
      const direct = this.#length[next] === this.#length[from]! + 1;
      longest = direct ? next : this.#splitState(from, token, next); // may replace the arrays: call first, store after
    }
    this.#link[state] = longest;
    this.#last = state;

    this.#match =
      longest === root ? { length: 0, end: -1 } : { length: this.#length[longest]!, end: this.#lastEnd[longest]! };
    let refresh = longest;
    for (let i = 0; refresh > root && i < longestRefresh; i++) {
      this.#lastEnd[refresh] = index;
      refresh = this.#link[refresh]!;
    }
  }

  /** Gives the shorter strings of `next` a state of their own, reached from `from` and its suffixes. */
  #splitState(from: number, token: number, next: number): number {
    const clone = this.#newState(this.#length[from]! + 1, this.#lastEnd[next]!);
    this.#link[clone] = this.#link[next]!;
    for (let edge = this.#firstEdge[next]!; edge !== -1; edge = this.#edgeNext[edge]!)
      this.#addEdge(clone, this.#edgeToken[edge]!, this.#edgeTarget[edge]!);
    this.#link[next] = clone;
    for (let state = from; state !== -1 && this.#target(state, token) === next; state = this.#link[state]!)
      this.#setTarget(state, token, clone);
    return clone;
  }

  #newState(length: number, lastEnd: number): number {
    const state = this.#states++;
    if (state >= this.#length.length) {
      this.#length = grown(this.#length);
      this.#link = grown(this.#link);
      this.#lastEnd = grown(this.#lastEnd);
      this.#firstEdge = grown(this.#firstEdge);
    }
    this.#length[state] = length;
    this.#link[state] = root;
    this.#lastEnd[state] = lastEnd;
    this.#firstEdge[state] = -1;
    return state;
  }

  #edge(state: number, token: number): number {
    let edge = this.#firstEdge[state]!;
    while (edge !== -1 && this.#edgeToken[edge] !== token) edge = this.#edgeNext[edge]!;
    return edge;
  }

  /** The state reached from `state` by `token`; -1 when there is none. */
  #target(state: number, token: number): number {
    if (state === root) return this.#rootEdges.get(token) ?? -1;
    const edge = this.#edge(state, token);
    return edge === -1 ? -1 : this.#edgeTarget[edge]!;
  }

  #setTarget(state: number, token: number, target: number): void {
    if (state === root) this.#rootEdges.set(token, target);
    else this.#edgeTarget[this.#edge(state, token)] = target;
  }

  #addEdge(state: number, token: number, target: number): void {
    if (state === root) {
      this.#rootEdges.set(token, target);
      return;
    }
    const edge = this.#edges++;
    if (edge >= this.#edgeToken.length) {
      this.#edgeToken = grown(this.#edgeToken);
      this.#edgeTarget = grown(this.#edgeTarget);
      this.#edgeNext = grown(this.#edgeNext);
    }
    this.#edgeToken[edge] = token;
    this.#edgeTarget[edge] = target;
    this.#edgeNext[edge] = this.#firstEdge[state]!;
    this.#firstEdge[state] = edge;
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
