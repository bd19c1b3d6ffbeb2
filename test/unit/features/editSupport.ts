/** Edits of a text as VS Code tells of them. */
import type * as vscode from "vscode";

/** From a line and column to another, 0-based, and what is put there; all speak of the text before. */
export type Change = [startLine: number, startCharacter: number, endLine: number, endCharacter: number, text: string];

export interface Edited {
  /** The text after the changes. */
  text: string;
  event: vscode.TextDocumentChangeEvent;
}

/** @param changes do not overlap, and go from the last to the first, as VS Code has them */
export function edited(before: string, ...changes: Change[]): Edited {
  const lineBreak = before.includes("\r\n") ? "\r\n" : "\n";
  const offset = (line: number, character: number) =>
    before.split(lineBreak, line).reduce((sum, { length }) => sum + length + lineBreak.length, character);
  let text = before;
  const contentChanges = changes.map(([startLine, startCharacter, endLine, endCharacter, inserted]) => {
    const [from, to] = [offset(startLine, startCharacter), offset(endLine, endCharacter)];
    text = text.slice(0, from) + inserted + text.slice(to);
    const start = { line: startLine, character: startCharacter };
    return {
      range: { start, end: { line: endLine, character: endCharacter } },
      rangeOffset: from,
      rangeLength: to - from,
      text: inserted,
    };
  });
  const lineAt = (line: number) => ({ text: text.split(lineBreak)[line] });
  const document = { eol: lineBreak.length, lineAt };
  return { text, event: { document, contentChanges } as unknown as vscode.TextDocumentChangeEvent };
}

/** Whole lines, as VS Code's own documents give them. */
export function linesIn(text: string, { startLine, endLine }: { startLine: number; endLine: number }): string {
  return text
    .split("\n")
    .slice(startLine, endLine + 1)
    .join("\n");
}
