/** Uncommitted changes as code of a question: a piece of diff for each file. */
import * as vscode from "vscode";
import type { UncommittedChanges } from "../../host/git.ts";
import type { AttachedCode } from "../chat/conversation.ts";
import { splitPatch } from "./patch.ts";

export interface ChangedCode {
  code: AttachedCode[];
  /** Paths of files whose change is no text. */
  textless: string[];
}

export function changedCode({ patch, root }: UncommittedChanges): ChangedCode {
  const { files, textless } = splitPatch(patch);
  const code = files.map(({ changed, ...piece }) => {
    const { label, languageId } = piece;
    const uri = vscode.Uri.joinPath(root, label).toString();
    // The chip leads into the file, whose lines are not those of the diff.
    return { piece, attachment: { label, uri, languageId, ...changed } };
  });
  return { code, textless };
}
