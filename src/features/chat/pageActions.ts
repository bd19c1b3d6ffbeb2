/** What the page of the chat asks of the editor. Its messages may carry text of a model: nothing of it is trusted. */

import * as vscode from "vscode";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { isLoopbackHost } from "../../common/loopbackHost.ts";
import type { Attachment } from "../../common/panel.ts";
import { isFileLike, openDocument } from "../../host/editor.ts";
import { movedTo } from "../../host/renames.ts";
import type { NewPlace } from "./attachedCode.ts";
import type { Conversation } from "./conversation.ts";

/** The editor with text that was active last, for when the chat itself is, in an editor tab. */
let lastEditor: vscode.TextEditor | undefined;

export function watchActiveEditor(): vscode.Disposable {
  const remember = (editor: vscode.TextEditor | undefined) => {
    if (editor && isFileLike(editor.document)) lastEditor = editor;
  };
  remember(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(remember);
}

/** The editor that is meant: the active one, else of those on screen the one that was active last, else the first. */
export function codeEditor(): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  const last = visibleTextEditors.find((editor) => editor === lastEditor);
  return [activeTextEditor, last, ...visibleTextEditors].find((editor) => editor && isFileLike(editor.document));
}

/** Puts code at the cursor, in place of the selection. One step of undo. */
export async function insertCode(code: string): Promise<void> {
  const editor = codeEditor();
  if (!editor)
    throw new HunchError("emptyInput", t("There is no editor to insert the code into."), {
      hint: t("Open a file, put the cursor where the code belongs, and try again."),
    });
  const done = await editor.edit((edit) => {
    for (const selection of editor.selections) edit.replace(selection, code);
  });
  if (!done)
    throw new HunchError("usage", t("The file can not be changed."), {
      hint: t("It may be read-only. Copy the code instead."),
    });
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

/** Opens a conversation as a Markdown document, to be read, changed and saved anywhere. */
export async function openAsMarkdown(conversation: Pick<Conversation, "title" | "turns">): Promise<void> {
  const { exportMarkdown } = await import("./exportMarkdown.ts");
  const content = exportMarkdown(conversation);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "markdown", content }));
}

/**
 * Opens a web address; other kinds of links in an answer are not followed. VS Code itself asks first, unless the user
 * trusts the domain. It gets the address as text: a `Uri` is decoded, and what it is encoded to may be another address.
 */
export async function openLink(href: string): Promise<void> {
  const { protocol, hostname, href: address } = new URL(href);
  if (protocol !== "https:" && protocol !== "http:")
    throw new HunchError("usage", t("Links of the kind “{0}:” are not opened from an answer.", protocol.slice(0, -1)), {
      hint: t("Only web addresses are."),
    });
  // Of a machine elsewhere the port has to be forwarded, which VS Code only does for a `Uri`.
  if (vscode.env.remoteName !== undefined && isLoopbackHost(hostname))
    await vscode.env.openExternal(vscode.Uri.parse(address, true));
  else await vscode.commands.executeCommand("vscode.open", address);
}

/** Of attached code after the editor renamed files; null when it is where it was, or nowhere. */
export function newPlace(uri: string, renamed: vscode.FileRenameEvent): NewPlace | null {
  const moved = uri === "" ? null : movedTo(vscode.Uri.parse(uri), renamed);
  return moved && { uri: moved.toString(), label: vscode.workspace.asRelativePath(moved) };
}

export async function openAttachment(attachment: Attachment): Promise<void> {
  const document = await openDocument(vscode.Uri.parse(attachment.uri, true), attachment.label);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(attachment.startLine - 1, 0, attachment.endLine - 1, Number.MAX_SAFE_INTEGER),
  });
}
