/** Files that get another name while something of ours is about them. */
import * as vscode from "vscode";

/** Where a file is after the editor renamed files and folders; null when it is still where it was. */
export function movedTo(uri: vscode.Uri, { files }: vscode.FileRenameEvent): vscode.Uri | null {
  for (const { oldUri, newUri } of files) {
    if (uri.scheme !== oldUri.scheme || uri.authority !== oldUri.authority) continue;
    if (uri.path === oldUri.path) return newUri;
    if (uri.path.startsWith(`${oldUri.path}/`)) return vscode.Uri.joinPath(newUri, uri.path.slice(oldUri.path.length));
  }
  return null;
}
