/** Files that get another name while something of ours is about them. */
import * as vscode from "vscode";

/** The files and folders that the editor renamed since it was opened. */
export class Renames {
  readonly #events: vscode.FileRenameEvent[] = [];
  readonly #listening = vscode.workspace.onDidRenameFiles((renamed) => this.#events.push(renamed));

  /** Where a file is by now, there or not; the same place where nothing is known of it. */
  async now(uri: vscode.Uri): Promise<vscode.Uri> {
    // A new file may have the name of one that is another's now.
    if (this.#events.length === 0 || (await isThere(uri))) return uri;
    return this.#events.reduce((place, renamed) => movedTo(place, renamed) ?? place, uri);
  }

  dispose(): void {
    this.#listening.dispose();
  }
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false; // also of what is no file, and is not renamed
  }
}

/** Where a file is after the editor renamed files and folders; null when it is still where it was. */
export function movedTo(uri: vscode.Uri, { files }: vscode.FileRenameEvent): vscode.Uri | null {
  for (const { oldUri, newUri } of files) {
    if (uri.scheme !== oldUri.scheme || uri.authority !== oldUri.authority) continue;
    if (uri.path === oldUri.path) return newUri;
    if (uri.path.startsWith(`${oldUri.path}/`)) return vscode.Uri.joinPath(newUri, uri.path.slice(oldUri.path.length));
  }
  return null;
}
