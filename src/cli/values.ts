/** Values of options: parsed strictly, wrong ones are said with what would be right. */
import { InvalidArgumentError } from "commander";
import { HunchError } from "../common/errors.ts";

/** Parser of a whole number from `minimum` to `maximum`. */
export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d+$/.test(text.trim()) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${minimum} to ${maximum}.`);
  };
}

/** Parser of a number from `minimum` to `maximum`. */
export function decimal(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It takes a number from ${minimum} to ${maximum}.`);
  };
}

/** Parser of a whole number or the word "auto". */
export function integerOrAuto(minimum: number, maximum: number): (text: string) => number | "auto" {
  const parse = integer(minimum, maximum);
  return (text) => {
    if (text === "auto") return "auto";
    try {
      return parse(text);
    } catch {
      throw new InvalidArgumentError(`It takes "auto" or a whole number from ${minimum} to ${maximum}.`);
    }
  };
}

/** Parser of words parted by commas, each one of those allowed; one that comes twice counts once. */
export function list<T extends string>(allowed: readonly T[]): (text: string) => T[] {
  const parse = one(allowed);
  return (text) => [...new Set(text.split(",").map((part) => parse(part.trim())))];
}

/** Parser of one of the words allowed. */
export function one<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((value) => value === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`“${text}” is none of ${allowed.join(", ")}.`);
  };
}

/** Options that contradict each other. */
export function usage(message: string, hint: string): HunchError {
  return new HunchError("usage", message, { hint });
}
