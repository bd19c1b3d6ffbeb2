/** Who uses a definition: a few pieces of code around its references, by the language services. */

import * as vscode from "vscode";
import { t } from "../common/l10n.ts";
import { callerLines, isImport } from "./callerLines.ts";
import { bareName, definitionsIn, enclosingSymbol, type SymbolLines } from "./code.ts";
import { type EditorCode, linesOf, symbolsOf } from "./editor.ts";
import type { LineSpan } from "./indentation.ts";

const maxCallers = 3;
/** References that are looked at: of a name that is used everywhere, the first will do. */
const maxLookedAt = 12;
/** Lines from a definition's beginning on which its name may stand, behind decorators. */
const headLines = 5;

/**
 * Callers of the definition that `code` is, or begins with; those in open tabs first. Empty for code that is none.
 * @throws whatever a language service throws
 */
export async function callersOf(code: EditorCode): Promise<EditorCode[]> {
  const { document } = code;
  const own = { startLine: code.piece.startLine - 1, endLine: code.piece.endLine - 1 };
  const inside = definitionsIn(await symbolsOf(document)).filter(
    ({ startLine, endLine }) => own.startLine <= startLine && endLine <= own.endLine,
  );
  const position = inside[0] && positionOf(document, inside[0]);
  if (!position) return [];
  const found = await vscode.commands.executeCommand<vscode.Location[] | undefined>(
    "vscode.executeReferenceProvider",
    document.uri,
    position,
  );
  const callers: EditorCode[] = [];
  for (const location of ranked(found ?? [], document.uri, own)) {
    if (callers.length === maxCallers) break;
    const caller = await callerAt(location, document.uri, own);
    const isNew = !callers.some(
      (known) => known.document === caller?.document && known.range.intersection(caller.range),
    );
    if (caller && isNew) callers.push(caller);
  }
  return callers;
}

/** Where the name of a definition stands; null where it has none. */
function positionOf(document: vscode.TextDocument, { name, startLine, endLine }: SymbolLines): vscode.Position | null {
  const bare = bareName(name);
  for (let line = startLine; bare !== "" && line <= Math.min(endLine, startLine + headLines); line++) {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_$])${bare.replaceAll("$", "\\$")}(?![\\p{L}\\p{N}_$])`, "u");
    const column = document.lineAt(line).text.search(pattern);
    if (column >= 0) return new vscode.Position(line, column);
  }
  return null;
}

/** Of the workspace, outside of the code itself: in open tabs, then in its own file, then the others. */
function ranked(found: readonly vscode.Location[], uri: vscode.Uri, own: LineSpan): vscode.Location[] {
  const open = new Set(
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri.toString()] : [])),
  );
  const isOwnFile = (location: vscode.Location) => location.uri.toString() === uri.toString();
  const rank = (location: vscode.Location) => {
    if (isOwnFile(location)) return 1;
    return open.has(location.uri.toString()) ? 0 : 2;
  };
  return found
    .filter(({ uri: place }) => vscode.workspace.getWorkspaceFolder(place) && !place.path.includes("/node_modules/"))
    .filter(
      (location) =>
        !isOwnFile(location) || location.range.start.line < own.startLine || own.endLine < location.range.start.line,
    )
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, maxLookedAt);
}

async function callerAt(
  { uri, range }: vscode.Location,
  ownUri: vscode.Uri,
  own: LineSpan,
): Promise<EditorCode | null> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { line } = range.start;
  if (line >= document.lineCount || isImport(document.lineAt(line).text)) return null;
  const definition = enclosingSymbol(await symbolsOf(document), line);
  const ownLines = uri.toString() === ownUri.toString() ? own : null;
  return linesOf(document, callerLines(line, definition, ownLines, document.lineCount), t("The caller"));
}
