/** What a stand-in for `vscode` has of places: for tests that mock the module. */

export class Uri {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  static parse(text: string): Uri {
    return new Uri(text);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri([base, ...parts].join("/"));
  }
  get fsPath(): string {
    return this.#text;
  }
  toString(): string {
    return this.#text;
  }
}

export class Range {
  readonly start: object;
  readonly end: object;
  constructor(line: number, character: number, endLine: number, endCharacter: number) {
    this.start = { line, character };
    this.end = { line: endLine, character: endCharacter };
  }
}
