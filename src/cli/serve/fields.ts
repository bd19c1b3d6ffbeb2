/** Reads the members of a request's JSON body: wrong types and ranges are refused by name, null counts as absent. */
import { badRequest } from "./apiError.ts";

export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #prefix: string;

  /** @throws ApiError when the value is no object */
  constructor(value: unknown, name = "") {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw badRequest(`${name === "" ? "The body" : `"${name}"`} has to be a JSON object.`);
    this.#values = value as Record<string, unknown>;
    this.#prefix = name === "" ? "" : `${name}.`;
  }

  get isEmpty(): boolean {
    return Object.keys(this.#values).length === 0;
  }

  raw(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  number(name: string, minimum: number, maximum: number): number | undefined {
    const value = this.raw(name);
    if (value === undefined || (typeof value === "number" && value >= minimum && value <= maximum)) return value;
    throw this.#wrong(name, `a number from ${minimum} to ${maximum}`);
  }

  integer(name: string, minimum: number, maximum: number): number | undefined {
    const value = this.number(name, minimum, maximum);
    if (value === undefined || Number.isInteger(value)) return value;
    throw this.#wrong(name, "a whole number");
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.#wrong(name, "true or false");
  }

  string(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.#wrong(name, "a string");
  }

  choice<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.raw(name);
    if (value === undefined || values.includes(value as T)) return value as T | undefined;
    throw this.#wrong(name, `one of ${values.join(", ")}`);
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.raw(name);
    if (value === undefined || Array.isArray(value)) return value;
    throw this.#wrong(name, "a list");
  }

  object(name: string): Fields | undefined {
    const value = this.raw(name);
    return value === undefined ? undefined : new Fields(value, `${this.#prefix}${name}`);
  }

  #wrong(name: string, wanted: string) {
    return badRequest(`"${this.#prefix}${name}" has to be ${wanted}.`);
  }
}
