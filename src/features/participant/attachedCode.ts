/** Files and places that a question in VS Code's chat names with #, or that were dropped on it. */

import * as vscode from "vscode";
import type { EditorCode } from "../../host/editor.ts";
import { placeCode, toFile, wholeFileCode } from "../chat/references.ts";

/**
 * In the order of the words, and then what was dropped.
 * @throws HunchError when one of them is empty, too large, no text, or gone
 */
export async function attachedCode(references: readonly vscode.ChatPromptReference[]): Promise<EditorCode[]> {
  const code: EditorCode[] = [];
  for (const { value } of [...references].sort((a, b) => startOf(a) - startOf(b))) {
    if (value instanceof vscode.Location) code.push(await placeCode(value));
    else if (value instanceof vscode.Uri) code.push(...(await wholeFileCode(toFile(value))));
  }
  return code;
}

/** VS Code gives the last one first, which makes it easy to replace them in the text. */
function startOf({ range }: vscode.ChatPromptReference): number {
  return range?.[0] ?? Number.MAX_SAFE_INTEGER;
}
