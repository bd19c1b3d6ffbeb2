/**
 * What code uses: the definitions of its names that stand elsewhere in the workspace, by the language services; and who
 * uses it. They tell a model what it would otherwise make up.
 */

import * as vscode from "vscode";
import { t } from "../common/l10n.ts";
import type { CodePiece } from "../prompts/compose.ts";
import type { Omission } from "../prompts/contextBudget.ts";
import { type Identifier, identifiersIn, type Place } from "../prompts/identifiers.ts";
import { pickReferences } from "../prompts/references.ts";
import { callersOf } from "./callers.ts";
import { type EditorCode, findSymbol, linesOf } from "./editor.ts";

/** A model on a processor reads this in some ten seconds. */
const contextTokens = 512;
/** Of these, what callers may take at most. */
const callerTokens = 256;
/** Names looked up; beyond them the definitions would not fit anyway. */
const maxNames = 24;
/** Language services may be busy with a large project: a question does not wait longer for them. */
const patienceMs = 1_500;

export interface WithContext {
  /** The code itself, then who uses it and what it uses. */
  code: Pick<EditorCode, "piece" | "attachment">[];
  /** What there was no room for. */
  omitted: Omission[];
}

export interface ContextOptions {
  /** Also a few places that use the code, where that is a definition: what it is for shows there. */
  callers?: boolean;
}

/** Never throws: without language services there is no context. */
export async function withContext(code: EditorCode, { callers = false }: ContextOptions = {}): Promise<WithContext> {
  const found: EditorCode[] = [];
  let using: EditorCode[] = [];
  const looking = identifiersIn(code.piece.code)
    .slice(0, maxNames)
    .map(async (identifier, index) => {
      const definition = await definitionOf(code, identifier);
      if (definition) found[index] = definition;
    });
  if (callers)
    looking.push(
      quietly(() => callersOf(code), []).then((all) => {
        using = all;
      }),
    );
  await Promise.race([Promise.all(looking), new Promise((resolve) => setTimeout(resolve, patienceMs))]);
  // Those that came in time, in the order of their names.
  const definitions = found.filter((definition) => definition !== undefined);
  const pieceOf = ({ piece }: EditorCode) => piece;
  const fitting = pickReferences(using.map(pieceOf), callerTokens);
  const { pieces, omitted } = pickReferences([...fitting.pieces, ...definitions.map(pieceOf)], contextTokens);
  const isOf = (piece: CodePiece) => (candidate: EditorCode) =>
    candidate.piece.label === piece.label && candidate.piece.startLine === piece.startLine;
  const references = pieces.flatMap((piece) => {
    const source = [...using, ...definitions].find(isOf(piece));
    return source ? [{ piece, attachment: source.attachment }] : [];
  });
  return { code: [code, ...references], omitted: [...fitting.omitted, ...omitted] };
}

async function definitionOf(code: EditorCode, { places }: Identifier): Promise<EditorCode | null> {
  const [first, last] = places;
  return (await definitionFrom(code, first)) ?? (last === first ? null : definitionFrom(code, last));
}

async function definitionFrom(code: EditorCode, { line, column }: Place): Promise<EditorCode | null> {
  const startLine = code.piece.startLine - 1;
  // Only a selection begins within a line.
  const startColumn = startLine === code.range.start.line ? code.range.start.character : 0;
  const position = new vscode.Position(startLine + line, line === 0 ? startColumn + column : column);
  return quietly(async () => {
    const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[] | undefined>(
      "vscode.executeDefinitionProvider",
      code.document.uri,
      position,
    );
    const [definition] = found ?? [];
    return definition ? await definitionAt(code, definition) : null;
  }, null);
}

/** Where a language service fails, or a file can not be opened, the question is answered without it. */
async function quietly<T>(look: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await look();
  } catch {
    return otherwise;
  }
}

async function definitionAt(
  code: EditorCode,
  found: vscode.Location | vscode.LocationLink,
): Promise<EditorCode | null> {
  const [uri, range] = "targetUri" in found ? [found.targetUri, found.targetRange] : [found.uri, found.range];
  // Libraries are known to models, or too much to tell.
  if (!vscode.workspace.getWorkspaceFolder(uri) || /\/node_modules\/|\.d\.ts$/.test(uri.path)) return null;
  const document = await vscode.workspace.openTextDocument(uri);
  const own = new vscode.Range(code.piece.startLine - 1, 0, code.piece.endLine, 0);
  const touchesCode = (at: vscode.Range) => document === code.document && at.intersection(own) !== undefined;
  if (touchesCode(range)) return null;
  const lines = { startLine: range.start.line, endLine: range.end.line };
  // Some services give the name alone: then the definition around it, unless our code is a part of that.
  const whole = range.isSingleLine ? await findSymbol(document, range.start.line) : null;
  return whole && whole.range.start.line === range.start.line && !touchesCode(whole.range)
    ? whole
    : linesOf(document, lines, t("The definition"));
}
