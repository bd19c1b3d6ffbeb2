/** What a code block of an answer would change: the code that the question was about, else what the editor shows. */

import * as vscode from "vscode";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { locate } from "../actions/locate.ts";
import type { Change, Proposals } from "../actions/proposals.ts";
import { inPlaceOf } from "../actions/reply.ts";
import type { AttachedCode } from "./conversation.ts";
import { codeEditor } from "./pageActions.ts";

/** Shows a block of an answer as a change that waits for Apply. Throws as `changeOf`. */
export async function proposeCode(
  proposals: Proposals,
  block: string,
  attached: readonly AttachedCode[],
): Promise<void> {
  const change = await changeOf(block, attached);
  const uri = change.kind === "replace" ? change.document.uri : change.uri;
  await proposals.show({ title: t("Change {0}", vscode.workspace.asRelativePath(uri)), change });
}

/**
 * The first attached code that still stands where it was is replaced; else the selection; else the block is put at the
 * cursor. Throws emptyInput when there is no editor either.
 */
async function changeOf(block: string, attached: readonly AttachedCode[]): Promise<Change> {
  for (const code of attached) {
    const change = await replacing(block, code);
    if (change) return change;
  }
  const editor = codeEditor();
  if (!editor)
    throw new HunchError("emptyInput", t("There is no editor to change."), {
      hint: t("Open the file that the code belongs to, select what it replaces, and try again."),
    });
  const { document, selection } = editor;
  const original = document.getText(selection);
  const replacement = original === "" ? block : inPlaceOf(original, block);
  return { kind: "replace", document, offset: document.offsetAt(selection.start), original, replacement };
}

/** null when the code is not there any more, or the block is the same. */
async function replacing(block: string, { piece, attachment }: AttachedCode): Promise<Change | null> {
  const document = await openQuietly(attachment.uri);
  if (!document) return null;
  const hint = document.offsetAt(new vscode.Position(attachment.startLine - 1, 0));
  const offset = locate(document.getText(), piece.code, hint);
  const replacement = inPlaceOf(piece.code, block);
  if (offset === null || replacement === piece.code) return null;
  return { kind: "replace", document, offset, original: piece.code, replacement };
}

/** null for what is gone, or was never a file. */
async function openQuietly(uri: string): Promise<vscode.TextDocument | null> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  } catch {
    return null;
  }
}
