/** Files that get another name while something of ours is about them. */
import * as vscode from "vscode";

/** Where a file is after all these renamings, there or not; the same place where none is of it. */
export async function placeAfter(uri: vscode.Uri, renamings: readonly vscode.FileRenameEvent[]): Promise<vscode.Uri> {
  // A new file may have the name of one that is another's now.
  if (renamings.length === 0 || (await isThere(uri))) return uri;
  return renamings.reduce((place, renamed) => movedTo(place, renamed) ?? place, uri);
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
