/** Edits of a document as those of its lines. */
import type * as vscode from "vscode";
import type { LineEdit } from "./lineRange.ts";

export function editsOf({ contentChanges }: vscode.TextDocumentChangeEvent): LineEdit[] {
  return contentChanges.map(({ range, text }) => ({
    startLine: range.start.line,
    startCharacter: range.start.character,
    endLine: range.end.line,
    insertedBreaks: text.split("\n").length - 1,
  }));
}
