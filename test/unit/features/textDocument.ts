/** A document of a text, and places in it, as VS Code has them: for tests that mock `vscode`. */

export class Position {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
  with({ line = this.line, character = this.character }: Partial<Position>): Position {
    return new Position(line, character);
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position, end: Position);
  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number);
  constructor(start: Position | number, end: Position | number, endLine = 0, endCharacter = 0) {
    this.start = typeof start === "object" ? start : new Position(start, Number(end));
    this.end = typeof end === "object" ? end : new Position(endLine, endCharacter);
  }
  get isEmpty(): boolean {
    return !isBefore(this.start, this.end);
  }
  intersection(other: Range): Range | undefined {
    const start = isBefore(this.start, other.start) ? other.start : this.start;
    const end = isBefore(this.end, other.end) ? this.end : other.end;
    return isBefore(end, start) ? undefined : new Range(start, end);
  }
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

export function textDocument(uri: object, text: string, languageId: string) {
  const lines = text.split("\n");
  const offsetAt = ({ line, character }: Position) =>
    lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, 0) +
    Math.min(character, lines[line]?.length ?? 0);
  const positionAt = (offset: number) => {
    const before = text.slice(0, offset).split("\n");
    return new Position(before.length - 1, before.at(-1)?.length ?? 0);
  };
  const lineAt = (line: number) => {
    const content = lines[line] ?? "";
    const indent = content.length - content.trimStart().length;
    return {
      text: content,
      firstNonWhitespaceCharacterIndex: indent,
      range: new Range(line, 0, line, content.length),
    };
  };
  const validateRange = ({ start, end }: Range) => {
    const valid = (position: Position) => positionAt(offsetAt(position));
    return new Range(valid(start), valid(end));
  };
  return {
    uri,
    languageId,
    eol: 1,
    lineCount: lines.length,
    lineAt,
    validateRange,
    getText: (range?: Range) => (range ? text.slice(offsetAt(range.start), offsetAt(range.end)) : text),
    offsetAt,
    positionAt,
  };
}
