/**
 * Changes that wait for the user: each is a diff whose right side is a document of our own. Nothing of the user's is
 * touched before Apply, which is one edit that Undo takes back.
 */

import * as vscode from "vscode";
import { type CommandId, proposalScheme } from "../../common/commands.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { openDocument } from "../../host/editor.ts";
import { showInformation } from "../../host/messages.ts";
import { guarded } from "../../host/notify.ts";
import { movedTo, placeAfter } from "../../host/renames.ts";
import { locate } from "./locate.ts";

export type Change =
  /** `original` stood at `offset` (UTF-16 units) when the model was asked. */
  | { kind: "replace"; uri: vscode.Uri; offset: number; original: string; replacement: string }
  /** A file that is not there yet. */
  | { kind: "create"; uri: vscode.Uri; text: string };

export type Replacement = Change & { kind: "replace" };

export interface Proposal {
  /** The tab's title, "Fix cart.ts". */
  title: string;
  change: Change;
  /** The user accepted the change, and it was made. */
  onApplied(): void;
}

export class Proposals implements vscode.TextDocumentContentProvider {
  readonly #ctx: Ctx;
  /** By the URI of the right side, in the order in which they came. */
  readonly #waiting = new Map<string, Proposal>();
  readonly #contentChanged = new vscode.EventEmitter<vscode.Uri>();
  /** Of this window. */
  readonly #renamings: vscode.FileRenameEvent[] = [];
  /** Files that are being renamed: the editor closes their diffs, which is not the user's doing. */
  #renaming: Pick<vscode.FileRenameEvent, "files"> | null = null;
  #count = 0;

  readonly onDidChange = this.#contentChanged.event;

  constructor(ctx: Ctx) {
    this.#ctx = ctx;
    ctx.own(vscode.workspace.registerTextDocumentContentProvider(proposalScheme, this));
    ctx.own(
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) this.#closed(tab);
      }),
    );
    // The right side shows the file as it would be, also when the user edits elsewhere in it meanwhile.
    ctx.own(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const [uri, { change }] of this.#waiting)
          if (change.kind === "replace" && change.uri.toString() === document.uri.toString())
            this.#contentChanged.fire(vscode.Uri.parse(uri));
      }),
    );
    ctx.own(
      vscode.workspace.onWillRenameFiles(({ files }) => {
        this.#renaming = { files };
      }),
    );
    ctx.own(
      vscode.workspace.onDidRenameFiles((renamed) =>
        guarded(ctx.log, "show the change in the renamed file", () => this.#filesMoved(renamed)),
      ),
    );
    ctx.own(this.#contentChanged);
  }

  /** Shows the diff and the question whether to apply it; resolves with the URI of its right side once it is on screen. */
  async show({ change, title, onApplied }: Proposal): Promise<vscode.Uri> {
    // The file may have got another name while the model was answering.
    const uri = await placeAfter(change.uri, this.#renamings);
    const right = vscode.Uri.from({ scheme: proposalScheme, path: uri.path, query: `${++this.#count}` });
    const proposal = { change: { ...change, uri }, title, onApplied };
    this.#waiting.set(right.toString(), proposal);
    await showDiff(right, proposal);
    // It may also have got one while the diff was opened.
    await this.#closeMoved(right.toString());
    void this.#offer(right, title);
    return right;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const change = this.#waiting.get(uri.toString())?.change;
    if (!change) return "";
    if (change.kind === "create") return change.text;
    const text = (await vscode.workspace.openTextDocument(change.uri)).getText();
    const start = locate(text, change.original, change.offset);
    // What it would replace is gone: there is nothing to compare with any more, and Apply says so.
    if (start === null) return text;
    return text.slice(0, start) + change.replacement + text.slice(start + change.original.length);
  }

  /**
   * Makes the change; the file is not saved.
   * @param uri the right side, or none for the one on screen
   * @throws HunchError when the code was changed meanwhile, or the file can not be written
   */
  async apply(uri?: vscode.Uri): Promise<void> {
    const [key, { change, onApplied }] = this.#find(uri);
    const edit = new vscode.WorkspaceEdit();
    if (change.kind === "replace") await replaceIn(edit, change);
    else edit.createFile(change.uri, { contents: Buffer.from(change.text) });
    if (!(await vscode.workspace.applyEdit(edit)))
      throw new HunchError("internal", t("{0} could not be changed.", vscode.workspace.asRelativePath(change.uri)), {
        hint: t(
          "It may be read-only, or a file of that name may be there by now. Copy the code from the diff instead.",
        ),
      });
    onApplied();
    await this.#close(key);
    await vscode.window.showTextDocument(change.uri);
  }

  async discard(uri?: vscode.Uri): Promise<void> {
    const [key] = this.#find(uri);
    await this.#close(key);
  }

  async #offer(uri: vscode.Uri, title: string): Promise<void> {
    const apply = t("Apply");
    const answer = await showInformation(`Hunch: ${title}?`, apply, t("Discard"));
    // Answered by the diff's own buttons meanwhile, or left open.
    if (!answer || !this.#waiting.has(uri.toString())) return;
    const [doing, act]: [CommandId, () => Promise<void>] =
      answer === apply
        ? ["hunch.applyProposal", () => this.apply(uri)]
        : ["hunch.discardProposal", () => this.discard(uri)];
    await guarded(this.#ctx.log, doing, act);
  }

  #find(uri: vscode.Uri | undefined): [string, Proposal] {
    // A button above the editor may name the left side, which is the user's own file.
    const named = uri?.scheme === proposalScheme ? uri : null;
    const shown = named ?? rightSide(vscode.window.tabGroups.activeTabGroup.activeTab);
    const key = shown?.toString() ?? [...this.#waiting.keys()].at(-1) ?? "";
    const proposal = this.#waiting.get(key);
    if (!proposal)
      throw new HunchError("usage", t("There is no proposed change on screen."), {
        hint: t("Ask for one first, with Fix Problem, Write Tests or Write Doc Comment."),
      });
    return [key, proposal];
  }

  async #close(key: string): Promise<void> {
    this.#waiting.delete(key);
    await vscode.window.tabGroups.close(tabsOf(key));
  }

  #closed(tab: vscode.Tab): void {
    const key = rightSide(tab)?.toString() ?? "";
    const proposal = this.#waiting.get(key);
    if (!proposal || tabsOf(key).length > 0) return;
    const { original } = sidesOf(tab)!;
    const isMoving = [original, proposal.change.uri].some((uri) => this.#renaming && movedTo(uri, this.#renaming));
    if (!isMoving) this.#waiting.delete(key);
  }

  /** Another diff takes the place of one whose left side is gone. */
  async #filesMoved(renamed: vscode.FileRenameEvent): Promise<void> {
    this.#renamings.push(renamed);
    for (const [key, proposal] of this.#waiting) {
      const uri = movedTo(proposal.change.uri, renamed);
      if (!uri) continue;
      const moved = { ...proposal, change: { ...proposal.change, uri } };
      this.#waiting.set(key, moved);
      if (moved.change.kind === "create") continue;
      await showDiff(vscode.Uri.parse(key), moved, true);
      await this.#closeMoved(key);
    }
    this.#renaming = null;
  }

  /** Closes diffs with the file under an earlier name, as far as the editor has not. */
  async #closeMoved(key: string): Promise<void> {
    const { change } = this.#waiting.get(key) ?? {};
    if (change?.kind !== "replace") return;
    await vscode.window.tabGroups.close(tabsOf(key).filter((tab) => sidesOf(tab)?.original.path !== change.uri.path));
  }
}

async function showDiff(right: vscode.Uri, { change, title }: Proposal, preserveFocus = false): Promise<void> {
  const left = change.kind === "replace" ? change.uri : right.with({ query: `${right.query}-empty` });
  await vscode.commands.executeCommand("vscode.diff", left, right, title, { preview: false, preserveFocus });
}

/** Throws a HunchError when the file is gone, or its code is another by now. */
async function replaceIn(edit: vscode.WorkspaceEdit, change: Replacement): Promise<void> {
  const { uri, original, offset, replacement } = change;
  const document = await openDocument(uri);
  const start = locate(document.getText(), original, offset);
  if (start === null)
    throw new HunchError(
      "usage",
      t("The code was changed while the model was answering, so the proposal no longer fits."),
      {
        hint: t("Ask again, or copy what you need from the diff."),
      },
    );
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + original.length));
  edit.replace(uri, range, replacement);
}

function tabsOf(key: string): vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter((tab) => rightSide(tab)?.toString() === key);
}

/** The proposal that a tab shows, if it shows one. */
function rightSide(tab: vscode.Tab | undefined): vscode.Uri | null {
  const { modified = null } = sidesOf(tab) ?? {};
  return modified?.scheme === proposalScheme ? modified : null;
}

function sidesOf(tab: vscode.Tab | undefined): vscode.TabInputTextDiff | null {
  return tab?.input instanceof vscode.TabInputTextDiff ? tab.input : null;
}
