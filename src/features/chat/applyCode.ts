/**
 * What a code block of an answer would change: where its task has a place of its own for it, that; else the code that the
 * question was about, else what the editor shows.
 */

import * as vscode from "vscode";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { definitionsIn } from "../../host/code.ts";
import { symbolsOf } from "../../host/editor.ts";
import type { LineSpan } from "../../host/indentation.ts";
import { showWarning } from "../../host/messages.ts";
import type { TaskKind } from "../../prompts/compose.ts";
import { docCommentIn, testFileOf } from "../actions/edits.ts";
import { anchored, locate } from "../actions/locate.ts";
import type { Change, Proposals, Replacement } from "../actions/proposals.ts";
import { inPlaceOf, leavesOut, sharedLines, withoutPath } from "../actions/reply.ts";
import { codeBehind } from "./attachedCode.ts";
import { alignBlock } from "./blockAlignment.ts";
import { isAll, type Place, placeByName } from "./blockPlace.ts";
import type { AttachedCode, Conversation } from "./conversation.ts";
import { codeEditor } from "./pageActions.ts";
import { type Asked, besides, evenly } from "./partLines.ts";

/**
 * Shows a block of an answer as a change that waits for Apply. Throws as `changeOf`.
 * @param answer the turn that has the block
 * @param onApplied the change was made
 */
export async function proposeCode(
  proposals: Proposals,
  block: string,
  answer: { conversation: Conversation; turnId: string },
  onApplied: () => void,
): Promise<void> {
  const { conversation, turnId } = answer;
  const task = conversation.inputs[turnId]?.task;
  const attached = codeBehind(conversation, turnId);
  const change =
    (task === "tests" ? await testsOfCode(block, attached) : null) ?? (await changeOf(block, attached, task));
  if (change instanceof vscode.Uri) return;
  if (change.kind === "replace" && leavesOut(block, change.original) && !(await showAnyway())) return;
  const title =
    change.kind === "create"
      ? t("Create {0}", vscode.workspace.asRelativePath(change.uri))
      : t("Change {0}", vscode.workspace.asRelativePath(change.uri));
  await proposals.show({ title, change, onApplied });
}

/** As the command does it, in a file of their own; null without code that they are for. */
async function testsOfCode(block: string, attached: readonly AttachedCode[]): Promise<Change | vscode.Uri | null> {
  const tested = attached.find(isSubject);
  const document = tested ? await openQuietly(tested.attachment.uri) : null;
  return document && testFileOf(document, block);
}

async function showAnyway(): Promise<boolean> {
  const show = t("Show the Diff");
  const answer = await showWarning(
    `Hunch: ${t("The model left out parts of the code, so it can not be put in place.")}`,
    show,
  );
  return answer === show;
}

/** Attached code with its document as it is now: all of that, where the code was changed since. */
interface Target extends Asked {
  document: vscode.TextDocument;
  code: AttachedCode;
  /** The code stands in the document. */
  isFound: boolean;
}

/**
 * Of the attached code, that which shares most lines with the block comes first. There its definitions are looked for by
 * name, then, for documentation, the place of a comment, then lines that it is a new form of; else a selection is replaced
 * as a whole. Failing that, what is selected in the editor is replaced, or the block is put at the cursor. Throws emptyInput
 * when there is no editor either.
 */
async function changeOf(
  block: string,
  attached: readonly AttachedCode[],
  task: TaskKind | undefined,
): Promise<Replacement> {
  const opened = await Promise.all(attached.map(openTarget));
  const targets = opened
    .filter((target) => target !== null)
    .sort((a, b) => sharedLines(block, b.code.piece.code) - sharedLines(block, a.code.piece.code));
  for (const find of task === "docs" ? [byName, asDocComment, byLines, asWhole] : [byName, byLines, asWhole])
    for (const target of targets) {
      const change = await find(target, evenly(target, withoutPath(block, target.lines.join("\n"))));
      if (change && change.replacement !== change.original) return change;
    }
  return inEditor(block);
}

async function byName(target: Target, block: string): Promise<Replacement | null> {
  const { document, lines, within } = target;
  const place = placeByName({ lines, definitions: definitionsIn(await symbolsOf(document)), within, block });
  return place && replacing(target, place);
}

/** The block is the comment of what the question was about. */
function asDocComment({ document, isFound, within, code }: Target, block: string): Replacement | null {
  return isFound && isSubject(code) ? docCommentIn(block, document, within.startLine) : null;
}

function byLines(target: Target, block: string): Replacement | null {
  const { lines, within } = target;
  const span = alignBlock(lines, within, block);
  return span && replacing(target, inLines(lines, span, block));
}

/** Not for a whole file, of which the block says nothing, and not for a definition that only went along. */
function asWhole(target: Target, block: string): Replacement | null {
  const { lines, within, before, after, isFound, code } = target;
  const isFile = isAll(lines, within) && within.endLine > within.startLine && `${before}${after}`.trim() === "";
  if (!isFound || !isSubject(code) || isFile) return null;
  return replacing(target, inLines(lines, within, block));
}

function inLines(lines: readonly string[], { startLine, endLine }: LineSpan, block: string): Place {
  const text = inPlaceOf(lines.slice(startLine, endLine + 1).join("\n"), block);
  return { startLine, endLine, text };
}

/** The question was about it; it did not only go along. */
function isSubject({ piece }: AttachedCode): boolean {
  return piece.role !== "reference";
}

function replacing(target: Target, place: Place): Replacement {
  const { document } = target;
  const { startLine, startCharacter, endLine, endCharacter, text } = besides(target, place);
  const range = new vscode.Range(startLine, startCharacter, endLine, endCharacter);
  const replacement = document.eol === vscode.EndOfLine.CRLF ? text.replaceAll("\n", "\r\n") : text;
  const offset = document.offsetAt(range.start);
  return { kind: "replace", uri: document.uri, offset, original: document.getText(range), replacement };
}

function inEditor(block: string): Replacement {
  const editor = codeEditor();
  if (!editor)
    throw new HunchError("emptyInput", t("There is no editor to change."), {
      hint: t("Open the file that the code belongs to, select what it replaces, and try again."),
    });
  const { document, selection } = editor;
  const original = document.getText(selection);
  const replacement = original === "" ? block : inPlaceOf(original, block);
  const offset = document.offsetAt(selection.start);
  return { kind: "replace", uri: document.uri, ...anchored(document.getText(), { offset, original, replacement }) };
}

/** null for what is gone, or was never a file. */
async function openTarget(code: AttachedCode): Promise<Target | null> {
  const document = await openQuietly(code.attachment.uri);
  if (!document) return null;
  const text = document.getText();
  const hint = document.offsetAt(new vscode.Position(code.attachment.startLine - 1, 0));
  const asked = code.piece.code;
  const offset = locate(text, asked, hint);
  const isFound = offset !== null;
  const first = document.positionAt(isFound ? offset + asked.length - asked.trimStart().length : 0);
  const last = document.positionAt(isFound ? offset + asked.trimEnd().length : text.length);
  const lines = text.split(/\r?\n/);
  const before = lines[first.line]?.slice(0, first.character) ?? "";
  const after = lines[last.line]?.slice(last.character) ?? "";
  const within = { startLine: first.line, endLine: last.line };
  return { document, lines, code, isFound, within, before, after };
}

async function openQuietly(uri: string): Promise<vscode.TextDocument | null> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  } catch {
    return null;
  }
}
