/**
 * Python literals, so that an answer counts as right when Python's `==` would say so: `[1, 2.0]` is `[1,2]`, `True` is `1`,
 * the order of a set or dict does not matter, that of a list does, and a list is no tuple.
 */

/** Deeper nesting is no answer to anything, and would exhaust the stack. */
const maxDepth = 100;
const simpleEscapes: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const words: Readonly<Record<string, string>> = { None: "None", True: "1", False: "0" };
const brackets = { "[": "]", "(": ")", "{": "}" } as const;

/**
 * A text that is the same for all literals of one value, and differs for others; null when `text` is not one literal.
 * Elements without brackets ("1, 'a'") are a tuple, as in Python.
 */
export function canonicalLiteral(text: string): string | null {
  try {
    return new Parser(text.trim()).parse();
  } catch (error) {
    if (error instanceof NotALiteral) return null;
    throw error;
  }
}

class NotALiteral extends Error {}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): string {
    const { items, commas } = this.#elements("");
    if (this.#at < this.#text.length || items.length === 0) throw new NotALiteral();
    return commas ? tuple(items) : items[0]!;
  }

  /** Elements up to `close`, which is consumed; "" is the end of the text. */
  #elements(close: string): { items: string[]; commas: boolean } {
    const items: string[] = [];
    let commas = false;
    while (true) {
      this.#space();
      if (this.#ends(close)) return { items, commas };
      items.push(this.#value());
      this.#space();
      if (this.#take(",")) commas = true;
      else if (this.#ends(close)) return { items, commas };
      else throw new NotALiteral();
    }
  }

  #value(): string {
    const first = this.#text[this.#at] ?? "";
    if (first === "[" || first === "(" || first === "{") return this.#collection(first);
    const string = this.#string();
    if (string !== null) return string;
    const number = this.#match(
      /[+-]?\s*(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(\d[\d_]*)?\.?\d[\d_]*\.?([eE][+-]?\d+)?)/y,
    );
    if (number) return canonicalNumber(number);
    const word = this.#match(/[A-Za-z_]\w*/y);
    if (word !== null && Object.hasOwn(words, word)) return words[word]!;
    if (word === "set" && this.#match(/\(\s*\)/y) !== null) return "set{}";
    throw new NotALiteral();
  }

  #collection(open: keyof typeof brackets): string {
    this.#at++;
    if (++this.#depth > maxDepth) throw new NotALiteral();
    const result = open === "{" ? this.#braces() : this.#sequence(open);
    this.#depth--;
    return result;
  }

  #sequence(open: "[" | "("): string {
    const { items, commas } = this.#elements(brackets[open]);
    if (open === "[") return `[${items.join(",")}]`;
    // Brackets around one value only group.
    return items.length === 1 && !commas ? items[0]! : tuple(items);
  }

  #braces(): string {
    this.#space();
    if (this.#take("}")) return "dict{}";
    const first = this.#value();
    this.#space();
    if (!this.#take(":")) {
      this.#space();
      if (!this.#take(",") && this.#text[this.#at] !== "}") throw new NotALiteral();
      return `set{${[...new Set([first, ...this.#elements("}").items])].sort().join(",")}}`;
    }
    const entries = new Map<string, string>();
    let key = first;
    while (true) {
      this.#space();
      // A key that comes twice has its last value.
      entries.set(key, this.#value());
      this.#space();
      const more = this.#take(",");
      this.#space();
      if (this.#take("}")) break;
      if (!more) throw new NotALiteral();
      key = this.#value();
      this.#space();
      if (!this.#take(":")) throw new NotALiteral();
    }
    return `dict{${[...entries]
      .map(([name, value]) => `${name}:${value}`)
      .sort()
      .join(",")}}`;
  }

  /** One string, or several that stand beside each other. */
  #string(): string | null {
    let value = "";
    let kind: "str" | "bytes" | null = null;
    while (true) {
      const start = this.#match(/([rR]?[bB]|[bB][rR]|[rRuU])?('''|"""|'|")/y);
      if (start === null) return kind && `${kind}${JSON.stringify(value)}`;
      const quote = start.replace(/^[A-Za-z]+/, "");
      const prefix = start.slice(0, start.length - quote.length).toLowerCase();
      const thisKind = prefix.includes("b") ? "bytes" : "str";
      if (kind !== null && kind !== thisKind) throw new NotALiteral();
      kind = thisKind;
      value += this.#stringBody(quote, prefix.includes("r"));
      this.#space();
    }
  }

  #stringBody(quote: string, raw: boolean): string {
    let value = "";
    while (!this.#take(quote)) {
      const character = this.#text[this.#at];
      if (character === undefined || (character === "\n" && quote.length === 1)) throw new NotALiteral();
      this.#at++;
      if (character !== "\\") value += character;
      else if (raw) value += character + (this.#text[this.#at++] ?? "");
      else value += this.#escape();
    }
    return value;
  }

  #escape(): string {
    const code = this.#match(/x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}/y);
    if (code !== null) {
      const point = Number.parseInt(code.slice(1), 16);
      if (point > 0x10ffff) throw new NotALiteral();
      return String.fromCodePoint(point);
    }
    const octal = this.#match(/[0-7]{1,3}/y);
    if (octal !== null) return String.fromCodePoint(Number.parseInt(octal, 8));
    const character = this.#text[this.#at++] ?? "";
    // An escape that Python does not know stands for itself.
    return simpleEscapes[character] ?? `\\${character}`;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #ends(close: string): boolean {
    return close === "" ? this.#at >= this.#text.length : this.#take(close);
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }
}

function tuple(items: readonly string[]): string {
  return `(${items.join(",")})`;
}

/** Whole numbers keep all their digits; 2.0 is 2. */
function canonicalNumber(text: string): string {
  const plain = text.replace(/[\s_]/g, "");
  const [, sign, digits] = /^([+-]?)(.*)$/.exec(plain)!;
  const negative = (canonical: string) => (sign === "-" && canonical !== "0" ? `-${canonical}` : canonical);
  if (/^0[xob]/i.test(digits!)) return /^0[xob]$/i.test(digits!) ? fail() : negative(BigInt(digits!).toString());
  if (/^\d+$/.test(digits!)) return /^0\d*[1-9]/.test(digits!) ? fail() : negative(BigInt(digits!).toString());
  const value = Number(digits);
  if (Number.isNaN(value)) return fail();
  return negative(Number.isInteger(value) ? BigInt(value).toString() : String(value));
}

function fail(): never {
  throw new NotALiteral();
}
