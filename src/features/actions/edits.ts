/** The tasks that end in a change: a fix, a documentation comment, tests. Each asks, takes the code out, and proposes it. */

import * as vscode from "vscode";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { EditorCode } from "../../host/editor.ts";
import type { CodeWithProblems } from "../../host/problems.ts";
import { hasDocComment, withDocComment } from "./docComment.ts";
import { anchored, locate } from "./locate.ts";
import type { Change, Replacement } from "./proposals.ts";
import { closestBlock, fencedBlocks, inPlaceOf, leavesOut, withoutPath } from "./reply.ts";
import { testPath } from "./testFile.ts";

/** A change to propose, from an answer. Throws unusableAnswer when there is none in it. */
export function fixOf({ code }: CodeWithProblems, answer: string): Change {
  const { document, range, piece } = code;
  const closest = closestBlock(fencedBlocks(answer), piece.code);
  const block = closest && withoutPath(closest, piece.code);
  if (!block) throw unusable(t("The model gave no code that could be put in place."));
  if (leavesOut(block, piece.code))
    throw unusable(t("The model left out parts of the code, so it can not be put in place."));
  const replacement = inPlaceOf(piece.code, block);
  if (replacement === piece.code) throw unusable(t("The model gave the code back as it is."));
  const offset = document.offsetAt(range.start);
  return { kind: "replace", uri: document.uri, offset, original: piece.code, replacement };
}

/** As `fixOf`, above the definition where it is now. */
export function docCommentOf(code: EditorCode, answer: string): Change {
  const line = lineNow(code);
  if (line === null)
    throw unusable(
      t("The code was changed while the model was answering, so the comment has no place any more."),
      t("Read it in the chat, or ask again."),
    );
  const blocks = fencedBlocks(answer);
  for (const block of blocks) {
    const change = docCommentIn(block, code.document, line);
    if (change) return change;
  }
  if (blocks.some((block) => hasDocComment(block, code.document.languageId)))
    throw unusable(
      t("There is no place here for the documentation comment that the model gave."),
      t("It needs a function or class whose body begins on a line of its own. Read it in the chat."),
    );
  throw unusable(t("The model gave no documentation comment."));
}

/** The line (0-based) where code begins that was read before; null when it is gone. Edits below its first line do no harm. */
function lineNow({ document, range, piece }: EditorCode): number | null {
  const text = document.getText();
  const before = document.offsetAt(range.start);
  const head = piece.code.split("\n", 1)[0] ?? "";
  const now = locate(text, piece.code, before) ?? locate(text, head, before);
  return now === null ? null : document.positionAt(now).line;
}

/** Puts the comment of a block to the definition that begins at a line (0-based); null when there is none, or no place. */
export function docCommentIn(block: string, document: vscode.TextDocument, definition: number): Replacement | null {
  const lines = document.getText().split(/\r?\n/);
  const found = withDocComment(lines, definition, block, document.languageId);
  if (!found || found.to >= document.lineCount) return null;
  const { from, to } = found;
  const eol = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const place = new vscode.Range(from, 0, to, 0);
  // With the line that follows, so that it is found again after edits elsewhere.
  const next = document.lineAt(to).text;
  const original = document.getText(place) + next;
  const replacement = [...found.lines, next].join(eol);
  const offset = document.offsetAt(place.start);
  return { kind: "replace", uri: document.uri, ...anchored(document.getText(), { offset, original, replacement }) };
}

/** The test file of an answer. Throws unusableAnswer when there is none in it. */
export function testsOf(answer: string): string {
  const blocks = fencedBlocks(answer);
  const longest = blocks.reduce((best, block) => (block.length > best.length ? block : best), "");
  if (longest === "") throw unusable(t("The model gave no test file."));
  return longest;
}

/** A new file for the tests of a document; where one of its name is there, they are opened in a document without a file. */
export async function testFileOf(tested: vscode.TextDocument, code: string): Promise<Change | vscode.Uri> {
  const text = `${code.trimEnd()}\n`;
  const uri = await newTestFile(tested);
  if (uri) return { kind: "create", uri, text };
  const document = await vscode.workspace.openTextDocument({ language: tested.languageId, content: text });
  await vscode.window.showTextDocument(document);
  return document.uri;
}

/** The file for tests of a document; null when one of that name is there, or the document itself is no file. */
async function newTestFile({ uri, languageId, isUntitled }: vscode.TextDocument): Promise<vscode.Uri | null> {
  if (isUntitled || vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== true) return null;
  const test = uri.with({ path: testPath(uri.path, languageId) });
  return (await exists(test)) ? null : test;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return false;
    throw error;
  }
}

function unusable(
  message: string,
  hint = t("Read its answer in the chat, and ask again with more effort."),
): HunchError {
  return new HunchError("unusableAnswer", message, { hint });
}
