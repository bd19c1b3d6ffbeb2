/**
 * What does not change about a token is asked for once. After a pass over the weights the processor's caches hold nothing
 * else, and a call into native code takes tens of times as long as it does among others of its kind; so what is likely to
 * be wanted is asked for beforehand, in a row.
 */
export class PerToken<Value extends NonNullable<unknown>> {
  readonly size: number;
  readonly #find: (token: number) => Value;
  /** By token; filled from the beginning, since an array that grows at its far end becomes a slow table. */
  readonly #known: (Value | null)[];

  /** @param size of the vocabulary (tokens) */
  constructor(size: number, find: (token: number) => Value) {
    this.size = size;
    this.#find = find;
    this.#known = new Array<Value | null>(size).fill(null);
  }

  of(token: number): Value {
    const known = this.#known[token];
    if (known != null) return known;
    const value = this.#find(token);
    if (token < this.size) this.#known[token] = value;
    return value;
  }
}
