/** Where explained code is in its document: as it is asked about, and found again after edits that nobody followed. */

import * as vscode from "vscode";
import type { EditorCode } from "../../host/editor.ts";
import type { FollowedCode } from "./followCode.ts";
import { type Columns, type LineRange, moved } from "./lineRange.ts";
import { relocate } from "./relocate.ts";

/** Explained code in its document. */
export interface ExplainedPlace extends FollowedCode {
  uri: vscode.Uri;
  columns: Columns;
  stale: boolean;
}

/**
 * Of code that was read just now: with an edit in between, other lines would count as those that are asked about.
 * @param shown under which the thread stands
 */
export function placeOfCode({ document, range }: EditorCode, shown: vscode.Range): ExplainedPlace {
  const lines = linesIn(range);
  const columns = { start: range.start.character, end: range.end.character };
  return { uri: document.uri, lines, columns, text: textOf(document, lines), shown: linesIn(shown), stale: false };
}

/** Where code is now that had a place before. */
export function placeNow(
  document: vscode.TextDocument,
  before: FollowedCode & Pick<ExplainedPlace, "columns">,
): ExplainedPlace {
  const { lines, stale } = relocate(document.getText(), before.text, before.lines);
  const text = stale ? before.text : textOf(document, lines);
  const shown = moved(before.shown, before.lines, lines);
  return { uri: document.uri, lines, columns: before.columns, text, shown, stale };
}

export function textOf(document: vscode.TextDocument, { startLine, endLine }: LineRange): string {
  return document.getText(new vscode.Range(startLine, 0, endLine, Number.MAX_SAFE_INTEGER));
}

export function linesIn({ start, end }: vscode.Range): LineRange {
  return { startLine: start.line, endLine: end.line };
}
