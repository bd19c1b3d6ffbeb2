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
  const code = files.map((piece) => {
    const { label, languageId, startLine, endLine } = piece;
    const uri = vscode.Uri.joinPath(root, label).toString();
    return { piece, attachment: { label, uri, languageId, startLine, endLine } };
  });
  return { code, textless };
}
