/** What a question names beside the selection: found while one types "#", and read when the question is sent. */

import * as vscode from "vscode";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Reference } from "../../common/panel.ts";
import { meansKind, type ReferenceQuery, readReferenceQuery } from "../../common/references.ts";
import { checkCode, definitionsIn } from "../../host/code.ts";
import { cellsOf, type EditorCode, linesOf, rangeCode, symbolsOf, wholeFile } from "../../host/editor.ts";
import { excludePattern } from "../../host/excludes.ts";
import { uncommittedChanges } from "../../host/git.ts";
import { attachedProblems, diagnosticsIn } from "../../host/problems.ts";
import { changedCode } from "../actions/changedCode.ts";
import type { AttachedCode } from "./conversation.ts";
import { anyCase } from "./glob.ts";
import { fileNamed, type SymbolReference, symbolNamed, symbolNow, type TypedMentions } from "./mentions.ts";
import { codeEditor } from "./pageActions.ts";

/** Of each kind; the page shows a few, and typing on finds the others. */
const maxFound = 20;
/** Services that know all symbols of a workspace find too many for one letter. */
const minSymbolQuery = 2;

/** Files and symbols that fit what was typed: those at hand first, then the workspace's. */
export async function findReferences(query: string): Promise<Reference[]> {
  const wanted = readReferenceQuery(query);
  const [files, symbols] = await Promise.all([findFiles(wanted), findSymbols(wanted)]);
  return unique([...files, ...symbols]);
}

async function findFiles(query: ReferenceQuery): Promise<Reference[]> {
  if (query.kind === "symbol") return [];
  const open = meansKind(query, "file") ? openFiles() : [];
  const found = await filesOf(query.text, (text) => (text === "" ? "**/*" : `**/*${anyCase(text)}*`));
  return [...open, ...found].map(toFile);
}

/** Where there are several folders the path of a file begins with the name of its own, which no glob finds. */
async function filesOf(path: string, pattern: (path: string) => string): Promise<vscode.Uri[]> {
  const [, name, rest = ""] = /^([^/]+)\/(.*)$/.exec(path) ?? [];
  const folders = vscode.workspace.workspaceFolders ?? [];
  const named = folders.filter((folder) => folder.name.toLowerCase() === name?.toLowerCase());
  const patterns = [pattern(path), ...named.map((folder) => new vscode.RelativePattern(folder, pattern(rest)))];
  const found = patterns.map((wanted) => vscode.workspace.findFiles(wanted, excludePattern(), maxFound));
  return [...new Map((await Promise.all(found)).flat().map((uri) => [uri.toString(), uri])).values()];
}

/**
 * What was named in the words of a question.
 * @throws HunchError when a name means no file or definition, or several
 */
export async function mentionedReferences(mentions: TypedMentions): Promise<Reference[]> {
  const { problems, changes, files, symbols } = mentions;
  const document = codeEditor()?.document;
  const named = await Promise.all(
    files.map(async (name) => {
      const found = await filesOf(name.replaceAll("\\", "/"), (path) => `**/${anyCase(path)}`);
      return fileNamed(name, found.map(toFile));
    }),
  );
  const here = document && symbols.length > 0 ? await symbolsIn(document) : [];
  const defined = await Promise.all(
    symbols.map(async (name) => {
      const isHere = here.some((symbol) => symbol.name === name);
      return symbolNamed(name, isHere ? here : [...here, ...(await workspaceSymbols(name))]);
    }),
  );
  return [
    ...named,
    ...defined,
    ...(problems ? [{ kind: "problems" } as const] : []),
    ...(changes ? [{ kind: "changes" } as const] : []),
  ];
}

/** Files of the window's tabs, the active one first. */
function openFiles(): vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const uris = tabs.flatMap(({ input }) =>
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook ? [input.uri] : [],
  );
  const active = codeEditor()?.document.uri;
  return active && uris.some((uri) => uri.toString() === active.toString()) ? [active, ...uris] : uris;
}

async function findSymbols(query: ReferenceQuery): Promise<Reference[]> {
  if (query.kind === "file") return [];
  const document = codeEditor()?.document;
  const open = document && meansKind(query, "symbol") ? (await symbolsIn(document)).slice(0, maxFound) : [];
  return query.text.length < minSymbolQuery ? open : [...open, ...(await workspaceSymbols(query.text))];
}

async function symbolsIn(document: vscode.TextDocument): Promise<SymbolReference[]> {
  const { uri } = toFile(document.uri);
  const label = vscode.workspace.asRelativePath(document.uri);
  return definitionsIn(await symbolsOf(document)).map(({ name, startLine, endLine }) => ({
    kind: "symbol",
    uri,
    label,
    name,
    startLine: startLine + 1,
    endLine: endLine + 1,
  }));
}

async function workspaceSymbols(query: string): Promise<SymbolReference[]> {
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

/** A file as it goes with a question. */
export function toFile(uri: vscode.Uri): Reference & { kind: "file" } {
  return { kind: "file", uri: uri.toString(), label: vscode.workspace.asRelativePath(uri) };
}

function unique(references: readonly Reference[]): Reference[] {
  const byText = new Map(references.map((reference) => [JSON.stringify(reference), reference]));
  return [...byText.values()];
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
      return wholeFileCode(reference);
    case "symbol": {
      const { startLine, endLine, name } = reference;
      const document = await open(reference);
      const chosen = { startLine: startLine - 1, endLine: endLine - 1 };
      const now = symbolNow(name, chosen.startLine, await symbolsOf(document));
      return [linesOf(document, now ?? chosen, `“${name}”`)];
    }
    case "text":
      return [placeOfText(reference)];
    case "problems":
      return [problemsOf(codeEditor()?.document)];
    case "changes":
      return changedFiles();
  }
}

/** A notebook goes along by its cells, and not as the file that it is stored in. Throws as `readReferences`. */
export async function wholeFileCode(reference: Reference & { kind: "file" }): Promise<EditorCode[]> {
  const notebook = await notebookOf(reference);
  return notebook ? cellsOf(notebook) : [wholeFile(await open(reference))];
}

/** A part of a file. Throws as `readReferences`. */
export async function placeCode({ uri, range }: vscode.Location): Promise<EditorCode> {
  return rangeCode(await open(toFile(uri)), range);
}

/** null for what is no notebook. */
async function notebookOf({ uri }: Reference & { kind: "file" }): Promise<vscode.NotebookDocument | null> {
  const open = vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri);
  if (open || !uri.endsWith(".ipynb")) return open ?? null;
  try {
    return await vscode.workspace.openNotebookDocument(vscode.Uri.parse(uri, true));
  } catch {
    return null; // damaged, or nothing here reads notebooks: its text can still be asked about
  }
}

async function open({ uri, label }: { uri: string; label: string }): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  } catch (cause) {
    throw new HunchError("fileNotFound", t("{0} can not be read.", label), {
      hint: t("It may have been moved or deleted, or be no text. Remove it from the question."),
      cause,
    });
  }
}

/** Code that was copied in an editor is still there in most cases: then it has a name and a place. */
function placeOfText({ label, languageId, text }: Reference & { kind: "text" }): AttachedCode {
  const code = text.replaceAll("\r\n", "\n");
  for (const document of vscode.workspace.textDocuments) {
    const whole = document.getText();
    const copied = document.eol === vscode.EndOfLine.CRLF ? code.replaceAll("\n", "\r\n") : code;
    const at = whole.indexOf(copied);
    // Twice in a document, nobody knows which one is meant.
    if (copied.trim() === "" || at === -1 || whole.indexOf(copied, at + 1) !== -1) continue;
    return rangeCode(document, new vscode.Range(document.positionAt(at), document.positionAt(at + copied.length)));
  }
  checkCode(code, `“${label}”`);
  const place = { label, languageId, startLine: 1, endLine: code.trimEnd().split("\n").length };
  return { piece: { ...place, code }, attachment: { ...place, uri: "" } };
}

function problemsOf(document: vscode.TextDocument | undefined): AttachedCode {
  const whole = document && new vscode.Range(0, 0, document.lineCount, 0);
  const found = document && whole ? diagnosticsIn(document.uri, whole) : [];
  if (!document || found.length === 0)
    throw new HunchError("emptyInput", t("The editor reports no problems in the open file."), {
      hint: t("Remove #problems from the question, or open the file that has them."),
    });
  return attachedProblems(document, found);
}

async function changedFiles(): Promise<AttachedCode[]> {
  const changes = await uncommittedChanges(codeEditor()?.document.uri, t("Hunch: Attach Changes"));
  if (!changes) throw new HunchError("cancelled", t("No repository was chosen."));
  const { code } = changedCode(changes);
  if (code.length === 0)
    throw new HunchError("emptyInput", t("There are no uncommitted changes of text."), {
      hint: t("Remove #changes from the question. Files that Git does not track yet count once they are staged."),
    });
  return code;
}
