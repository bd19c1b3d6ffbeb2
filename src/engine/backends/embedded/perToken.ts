/** What does not change about a token is asked for once: a call into native code costs more than to remember the answer. */
export class PerToken<Value> {
  readonly #find: (token: number) => Value;
  readonly #known = new Map<number, Value>();

  constructor(find: (token: number) => Value) {
    this.#find = find;
  }

  of(token: number): Value {
    let value = this.#known.get(token);
    if (value === undefined) {
      value = this.#find(token);
      this.#known.set(token, value);
    }
    return value;
  }
}
