/**
 * What the editor shows: the selected code, or the definition around the cursor. Works on documents, so untitled,
 * read-only and remote ones are like any other.
 */

import * as vscode from "vscode";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { Attachment } from "../common/panel.ts";
import type { CodePiece } from "../prompts/compose.ts";
import { checkCode, enclosingSymbol, fileLines, type SymbolLines } from "./code.ts";
import { blockAround, type LineSpan } from "./indentation.ts";

export interface EditorCode {
  piece: CodePiece;
  attachment: Attachment;
  document: vscode.TextDocument;
  range: vscode.Range;
}

/** Where code is edited; not outputs, diffs' left sides and the like. */
export const codeDocuments: readonly vscode.DocumentFilter[] = [
  { scheme: "file" },
  { scheme: "untitled" },
  { scheme: "vscode-remote" },
  // Repositories that are open without a copy on this machine.
  { scheme: "vscode-vfs" },
  { scheme: "vscode-notebook-cell" },
];

/** The selection of the active editor as an attachment; null when nothing is selected. */
export function selectedAttachment(editor = vscode.window.activeTextEditor): Attachment | null {
  if (!editor || editor.selection.isEmpty || !isFileLike(editor.document)) return null;
  return attachmentOf(editor.document, tidy(editor.document, editor.selection));
}

/** The selected code. Throws emptyInput, inputTooLarge or binaryInput. */
export function selectedCode(editor: vscode.TextEditor): EditorCode {
  return codeAt(editor.document, tidy(editor.document, editor.selection), t("The selection"));
}

/**
 * As `selectedCode`, the whole lines of it: a problem may be marked by a double click on one word, and what corrects that is
 * given as lines.
 */
export function selectedLines({ document, selection }: vscode.TextEditor): EditorCode {
  const { start, end } = tidy(document, selection);
  return linesOf(document, { startLine: start.line, endLine: end.line }, t("The selection"));
}

/** The active editor. Throws emptyInput when there is none, or nothing that is text. */
export function activeEditor(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isFileLike(editor.document))
    throw new HunchError("emptyInput", t("There is no editor with text in it."), {
      hint: t("Open a file and select some code. Files that are binary or very large have no text to ask about."),
    });
  return editor;
}

/** The selected code, or with an empty selection the definition around the cursor. Throws as `selectedCode`. */
export async function codeInQuestion(editor = activeEditor()): Promise<EditorCode> {
  return editor.selection.isEmpty ? symbolAt(editor.document, editor.selection.active.line) : selectedCode(editor);
}

/**
 * The definition around a line (0-based): by the language service, else by indentation. Throws emptyInput where there
 * is none, else as `selectedCode`.
 */
export async function symbolAt(document: vscode.TextDocument, line: number): Promise<EditorCode> {
  const code = await findSymbol(document, line);
  if (!code)
    throw new HunchError("emptyInput", t("Nothing is selected, and there is no function or class around the cursor."), {
      hint: t("Select the code that the question is about."),
    });
  return code;
}

/** As `symbolAt`, null where there is no definition. */
export async function findSymbol(document: vscode.TextDocument, line: number): Promise<EditorCode | null> {
  const symbol = enclosingSymbol(await symbolsOf(document), line);
  if (symbol) return linesOf(document, symbol, `“${symbol.name}”`);
  const block = blockAround(document.getText().split(/\r?\n/), line);
  return block ? linesOf(document, block, t("The code around the cursor")) : null;
}

/** The whole document. Throws as `selectedCode`. */
export function wholeFile(document: vscode.TextDocument): EditorCode {
  return linesOf(document, fileLines(document), t("The file"));
}

/** The notebook that is meant: the active one, or that of the active cell; null when a file is. */
export function activeNotebook(): vscode.NotebookDocument | null {
  const { activeNotebookEditor, activeTextEditor } = vscode.window;
  return activeNotebookEditor?.notebook ?? (activeTextEditor && cellOf(activeTextEditor.document)?.notebook) ?? null;
}

/** The cells of a notebook that have text. Throws emptyInput when none has, else as `selectedCode`. */
export function cellsOf(notebook: vscode.NotebookDocument): EditorCode[] {
  const cells = notebook.getCells().filter(({ document }) => document.getText().trim() !== "");
  if (cells.length === 0)
    throw new HunchError("emptyInput", t("{0} is empty.", vscode.workspace.asRelativePath(notebook.uri)), {
      hint: t("Remove it from the question, or write something into it."),
    });
  return cells.map(({ document }) => wholeFile(document));
}

function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  return vscode.workspace.notebookDocuments
    .flatMap((notebook) => notebook.getCells())
    .find((candidate) => candidate.document === document);
}

/** Whole lines, 0-based and inclusive; what lies outside the document is cut off. Throws as `selectedCode`. */
export function linesOf(document: vscode.TextDocument, { startLine, endLine }: LineSpan, what: string): EditorCode {
  const range = document.validateRange(new vscode.Range(startLine, 0, endLine, Number.MAX_SAFE_INTEGER));
  return codeAt(document, range, what);
}

/** Any range of a document. Throws as `selectedCode`. */
export function rangeCode(
  document: vscode.TextDocument,
  range: vscode.Range,
  what = t("The attached code"),
): EditorCode {
  return codeAt(document, document.validateRange(range), what);
}

function codeAt(document: vscode.TextDocument, range: vscode.Range, what: string): EditorCode {
  const code = document.getText(range);
  checkCode(code, what);
  const attachment = attachmentOf(document, range);
  const { label, languageId, startLine, endLine } = attachment;
  return { piece: { label, languageId, startLine, endLine, code }, attachment, document, range };
}

/** "src/cart.ts:8-15", as one writes it on a terminal. */
export function placeOf({ attachment: { label, startLine, endLine } }: EditorCode): string {
  return startLine === endLine ? `${label}:${startLine}` : `${label}:${startLine}-${endLine}`;
}

/** Workspace-relative path, with the folder's name where there are several; a notebook's cell also by its number. */
function labelOf(document: vscode.TextDocument): string {
  const cell = cellOf(document);
  if (!cell) return vscode.workspace.asRelativePath(document.uri);
  return `${vscode.workspace.asRelativePath(cell.notebook.uri)} [${cell.index + 1}]`;
}

function attachmentOf(document: vscode.TextDocument, range: vscode.Range): Attachment {
  return {
    label: labelOf(document),
    uri: document.uri.toString(),
    languageId: document.languageId,
    startLine: range.start.line + 1,
    endLine: range.end.line + 1,
  };
}

/**
 * The selection without the line that it only touches at its end, and with the indentation of its first line. Not whole
 * lines: a line of a minified file has megabytes.
 */
function tidy(document: vscode.TextDocument, selection: vscode.Selection): vscode.Range {
  const { start, end } = selection;
  const indented = document.lineAt(start.line).firstNonWhitespaceCharacterIndex >= start.character;
  const touches = end.character === 0 && end.line > start.line;
  return new vscode.Range(
    indented ? start.with({ character: 0 }) : start,
    touches ? document.lineAt(end.line - 1).range.end : end,
  );
}

/** @param label for people. @throws HunchError fileNotFound */
export async function openDocument(
  uri: vscode.Uri,
  label = vscode.workspace.asRelativePath(uri),
): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (cause) {
    throw new HunchError("fileNotFound", t("{0} can not be opened.", label), {
      hint: t("It may have been moved, deleted or closed without saving."),
      cause,
    });
  }
}

/** Output channels, the debug console and the like are editors too, but nothing that has code. */
export function isFileLike(document: vscode.TextDocument): boolean {
  return document.uri.scheme !== "output" && document.uri.scheme !== "comment";
}

const definitionKinds = new Set([
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Enum,
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Interface,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Operator,
  vscode.SymbolKind.Struct,
]);

/** The definitions of a document by its language service; none while that is starting. */
export async function symbolsOf(document: vscode.TextDocument): Promise<SymbolLines[]> {
  const found = await vscode.commands.executeCommand<(vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
    "vscode.executeDocumentSymbolProvider",
    document.uri,
  );
  return (found ?? []).map((symbol) => toLines(symbol));
}

/** Older providers give flat symbols without children; the innermost then is the first that fits. */
function toLines(
  symbol: vscode.DocumentSymbol | vscode.SymbolInformation,
  parent?: vscode.DocumentSymbol,
): SymbolLines {
  const range = "location" in symbol ? symbol.location.range : symbol.range;
  // Accessors, and functions kept in a field; a property of an object is just a value.
  const hasCode =
    symbol.kind === vscode.SymbolKind.Property && parent?.kind === vscode.SymbolKind.Class && !range.isSingleLine;
  return {
    name: symbol.name,
    startLine: range.start.line,
    endLine: range.end.line,
    isDefinition: definitionKinds.has(symbol.kind) || hasCode,
    children: "children" in symbol ? symbol.children.map((child) => toLines(child, symbol)) : [],
  };
}
