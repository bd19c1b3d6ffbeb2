/** Edits of a document as those of its lines. */
import type * as vscode from "vscode";
import type { LineEdit } from "./lineRange.ts";

/** From the first to the last. */
export function editsOf({ document, contentChanges }: vscode.TextDocumentChangeEvent): LineEdit[] {
  let added = 0;
  return [...contentChanges]
    .sort((a, b) => a.rangeOffset - b.rangeOffset)
    .map((change) => {
      const { start, end } = change.range;
      const edit = {
        startLine: start.line,
        startCharacter: start.character,
        endLine: end.line,
        insertedBreaks: breaksIn(change.text),
        keepsFirst: keepsFirst(document, start.line + added, change),
        keepsLast: end.character === 0 && (change.text === "" ? start.character === 0 : change.text.endsWith("\n")),
      };
      added += edit.insertedBreaks - (edit.endLine - edit.startLine);
      return edit;
    });
}

/**
 * Nothing went from the line where an edit begins, and nothing came to it. Told by the document after the edit, which is
 * all there is of it.
 * @param line where that line is now
 */
function keepsFirst(
  document: vscode.TextDocument,
  line: number,
  { range: { start, end }, rangeLength, text }: vscode.TextDocumentContentChangeEvent,
): boolean {
  if (document.lineAt(line).text.length !== start.character) return false;
  // VS Code's numbers for line breaks are their lengths.
  if (end.line === start.line + 1) return rangeLength === document.eol + end.character;
  // What stood behind the place is behind the text now.
  const lastLength = text.length - text.lastIndexOf("\n") - 1;
  return rangeLength === 0 && document.lineAt(line + breaksIn(text)).text.length === lastLength;
}

function breaksIn(text: string): number {
  return text.split("\n").length - 1;
}
