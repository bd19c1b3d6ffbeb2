/**
 * Suffix automaton over a growing sequence of tokens (Blumer et al. 1985; for drafting: SAM-Decoding, arXiv
 * 2411.10666). After each token it knows, in amortised constant time, the longest suffix of the text that occurred
 * before, and where that earlier occurrence ended.
 *
 * Example: after "a b c a b" the longest earlier suffix is "a b" (length 2), ended at index 1; what followed is "c".
 *
 * Memory: at most 2n states and 3n edges, in typed arrays. What belongs to a state or an edge lies together: between two
 * passes over the weights nothing of it is in the processor's caches, and each place costs a wait for the memory. Edges of a
 * state form a linked list; the root's are in a map, since every token of the vocabulary may leave it.
 */
const root = 0;
/** Numbers of a state, of which these are: longest length, suffix link, end of the latest occurrence, first edge. */
const stateWidth = 4;
const link = 1;
const lastEnd = 2;
const firstEdge = 3;
/** Numbers of an edge, of which these are: token, target state, next edge of the same state. One is left over. */
const edgeWidth = 4;
const target = 1;
const next = 2;
/** Suffix links followed to refresh "last end": bounds the work a token on text that repeats itself for ever. */
const longestRefresh = 64;

export class SuffixAutomaton {
  readonly #text: number[] = [];
  /** States and edges are known by where they begin. */
  #states = Int32Array.of(0, -1, -1, -1);
  #statesEnd = stateWidth;
  #edges = new Int32Array(32 * edgeWidth);
  #edgesEnd = 0;
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
    const state = this.#newState(this.#states[this.#last]! + 1, index);
    let from = this.#last;
    while (from !== -1 && this.#target(from, token) === -1) {
      this.#addEdge(from, token, state);
      from = this.#states[from + link]!;
    }
    let longest = root;
    if (from !== -1) {
      const reached = this.#target(from, token);
      const direct = this.#states[reached] === this.#states[from]! + 1;
      longest = direct ? reached : this.#splitState(from, token, reached); // may replace the arrays: call first, store after
    }
    this.#states[state + link] = longest;
    this.#last = state;

    this.#match =
      longest === root
        ? { length: 0, end: -1 }
        : { length: this.#states[longest]!, end: this.#states[longest + lastEnd]! };
    let refresh = longest;
    for (let i = 0; refresh > root && i < longestRefresh; i++) {
      this.#states[refresh + lastEnd] = index;
      refresh = this.#states[refresh + link]!;
    }
  }

  /** Gives the shorter strings of `long` a state of their own, reached from `from` and its suffixes. */
  #splitState(from: number, token: number, long: number): number {
    const clone = this.#newState(this.#states[from]! + 1, this.#states[long + lastEnd]!);
    this.#states[clone + link] = this.#states[long + link]!;
    for (let edge = this.#states[long + firstEdge]!; edge !== -1; edge = this.#edges[edge + next]!)
      this.#addEdge(clone, this.#edges[edge]!, this.#edges[edge + target]!);
    this.#states[long + link] = clone;
    for (let state = from; state !== -1 && this.#target(state, token) === long; state = this.#states[state + link]!)
      this.#setTarget(state, token, clone);
    return clone;
  }

  #newState(length: number, end: number): number {
    const state = this.#statesEnd;
    this.#statesEnd += stateWidth;
    if (this.#statesEnd > this.#states.length) this.#states = grown(this.#states);
    this.#states[state] = length;
    this.#states[state + link] = root;
    this.#states[state + lastEnd] = end;
    this.#states[state + firstEdge] = -1;
    return state;
  }

  #edge(state: number, token: number): number {
    let edge = this.#states[state + firstEdge]!;
    while (edge !== -1 && this.#edges[edge] !== token) edge = this.#edges[edge + next]!;
    return edge;
  }

  /** The state reached from `state` by `token`; -1 when there is none. */
  #target(state: number, token: number): number {
    if (state === root) return this.#rootEdges.get(token) ?? -1;
    const edge = this.#edge(state, token);
    return edge === -1 ? -1 : this.#edges[edge + target]!;
  }

  #setTarget(state: number, token: number, reached: number): void {
    if (state === root) this.#rootEdges.set(token, reached);
    else this.#edges[this.#edge(state, token) + target] = reached;
  }

  #addEdge(state: number, token: number, reached: number): void {
    if (state === root) {
      this.#rootEdges.set(token, reached);
      return;
    }
    const edge = this.#edgesEnd;
    this.#edgesEnd += edgeWidth;
    if (this.#edgesEnd > this.#edges.length) this.#edges = grown(this.#edges);
    this.#edges[edge] = token;
    this.#edges[edge + target] = reached;
    this.#edges[edge + next] = this.#states[state + firstEdge]!;
    this.#states[state + firstEdge] = edge;
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
