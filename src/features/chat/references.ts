/** What a question names beside the selection: found while one types "#", and read when the question is sent. */
import * as vscode from "vscode";
import { HunchError } from "../../common/errors.ts";
import type { Reference } from "../../common/panel.ts";
import { linesOf, wholeFile } from "../../host/editor.ts";
import { uncommittedChanges } from "../../host/git.ts";
import { diagnosticsIn, toProblem } from "../../host/problems.ts";
import { describeProblems } from "../../prompts/problems.ts";
import { splitPatch } from "../actions/patch.ts";
import type { AttachedCode } from "./conversation.ts";
import { anyCase } from "./glob.ts";
import { codeEditor } from "./pageActions.ts";

/** Of each kind; the page shows a few, and typing on finds the others. */
const maxFound = 20;

/** Files and symbols of the workspace that fit what was typed. */
export async function findReferences(query: string): Promise<Reference[]> {
  const [files, symbols] = await Promise.all([findFiles(query), query.length < 2 ? [] : findSymbols(query)]);
  return [...files, ...symbols];
}

async function findFiles(query: string): Promise<Reference[]> {
  const found = await vscode.workspace.findFiles(`**/*${anyCase(query)}*`, undefined, maxFound);
  return found.map((uri) => ({ kind: "file", uri: uri.toString(), label: vscode.workspace.asRelativePath(uri) }));
}

async function findSymbols(query: string): Promise<Reference[]> {
  const found = await vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>(
    "vscode.executeWorkspaceSymbolProvider",
    query,
  );
  return (found ?? []).slice(0, maxFound).map(({ name, location: { uri, range } }) => ({
    kind: "symbol",
    uri: uri.toString(),
    name,
    label: vscode.workspace.asRelativePath(uri),
    startLine: range.start.line + 1,
    endLine: range.end.line + 1,
  }));
}

/**
 * The code that references stand for, as it is now.
 * @throws HunchError when one of them is empty, too large, no text, or gone
 */
export async function readReferences(references: readonly Reference[]): Promise<AttachedCode[]> {
  const read: AttachedCode[] = [];
  for (const reference of references) read.push(...(await readReference(reference)));
  return read;
}

async function readReference(reference: Reference): Promise<AttachedCode[]> {
  switch (reference.kind) {
    case "file":
      return [wholeFile(await open(reference))];
    case "symbol": {
      const { startLine, endLine, name } = reference;
      return [linesOf(await open(reference), { startLine: startLine - 1, endLine: endLine - 1 }, `“${name}”`)];
    }
    case "problems":
      return [problemsOf(codeEditor()?.document)];
    case "changes":
      return changedFiles();
  }
}

async function open({ uri, label }: { uri: string; label: string }): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  } catch (cause) {
    throw new HunchError("fileNotFound", `${label} can not be read.`, {
      hint: "It may have been moved or deleted, or be no text. Remove it from the question.",
      cause,
    });
  }
}

function problemsOf(document: vscode.TextDocument | undefined): AttachedCode {
  const whole = document && new vscode.Range(0, 0, document.lineCount, 0);
  const found = document && whole ? diagnosticsIn(document.uri, whole) : [];
  if (!document || found.length === 0)
    throw new HunchError("emptyInput", "The editor reports no problems in the open file.", {
      hint: "Remove #problems from the question, or open the file that has them.",
    });
  const { start, end } = found.map((diagnostic) => diagnostic.range).reduce((all, one) => all.union(one));
  const place = {
    label: `Problems in ${vscode.workspace.asRelativePath(document.uri)}`,
    languageId: "text",
    startLine: start.line + 1,
    endLine: end.line + 1,
  };
  return {
    piece: { ...place, code: describeProblems(found.map(toProblem)) },
    attachment: { ...place, uri: document.uri.toString() },
  };
}

async function changedFiles(): Promise<AttachedCode[]> {
  const changes = await uncommittedChanges();
  const files = changes ? splitPatch(changes.patch).files : [];
  if (!changes || files.length === 0)
    throw new HunchError("emptyInput", "There are no uncommitted changes of text.", {
      hint: "Remove #changes from the question. Files that Git does not track yet count once they are staged.",
    });
  return files.map((piece) => {
    const { label, languageId, startLine, endLine } = piece;
    const uri = vscode.Uri.joinPath(changes.root, label).toString();
    return { piece, attachment: { label, uri, languageId, startLine, endLine } };
  });
}
