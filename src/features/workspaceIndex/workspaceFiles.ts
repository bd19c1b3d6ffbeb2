/**
 * The files of the workspace that may be indexed: what files.exclude, search.exclude and the .gitignore files leave.
 * Paths are URIs as text, so that they stand for the same file in any window and on any remote.
 */
import { posix } from "node:path";
import * as vscode from "vscode";
import { excludePattern } from "../../host/excludes.ts";
import { IgnoreRules } from "./ignoreRules.ts";
import { fileVersion, isSourceText, largestFile } from "./sourceText.ts";

export interface WorkspaceFile {
  uri: vscode.Uri;
  version: string;
  changedAtMs: number;
}

const mostFiles = 20_000;
/** Folders above the workspace's that are looked at for a .gitignore, up to the repository's top. */
const mostLevelsUp = 8;

/** All files that may be indexed, those changed last first. */
export async function listFiles(token: vscode.CancellationToken): Promise<WorkspaceFile[]> {
  const files: WorkspaceFile[] = [];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const exclude = excludePattern(folder);
    const ignored = await gitIgnore(folder, exclude, token);
    const pattern = new vscode.RelativePattern(folder, "**/*");
    for (const uri of await vscode.workspace.findFiles(pattern, exclude, mostFiles, token)) {
      if (token.isCancellationRequested) return [];
      if (ignored(uri)) continue;
      const file = await stat(uri);
      if (file) files.push(file);
    }
  }
  return files.sort((a, b) => b.changedAtMs - a.changedAtMs);
}

/** Of these files, those that are there and may be indexed. */
export async function findThese(
  uris: readonly vscode.Uri[],
  token: vscode.CancellationToken,
): Promise<WorkspaceFile[]> {
  const files: WorkspaceFile[] = [];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const own = uris.filter((uri) => vscode.workspace.getWorkspaceFolder(uri)?.index === folder.index);
    if (own.length === 0) continue;
    const exclude = excludePattern(folder);
    const ignored = await gitIgnore(folder, exclude, token);
    const names = own
      .filter((uri) => !ignored(uri))
      .map((uri) => posix.relative(folder.uri.path, uri.path).replace(/[[\]{}?*,]/g, "[$&]"));
    if (names.length === 0) continue;
    const pattern = new vscode.RelativePattern(folder, names.length > 1 ? `{${names.join(",")}}` : names[0]!);
    for (const uri of await vscode.workspace.findFiles(pattern, exclude, names.length, token)) {
      const file = await stat(uri);
      if (file) files.push(file);
    }
  }
  return files;
}

/** The file's text; null when it is gone, or is none. */
export async function readSource(uri: vscode.Uri): Promise<string | null> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return isSourceText(text) ? text : null;
  } catch (error) {
    return whenGone(error, null);
  }
}

async function stat(uri: vscode.Uri): Promise<WorkspaceFile | null> {
  try {
    const stats = await vscode.workspace.fs.stat(uri);
    if (stats.size > largestFile || !(stats.type & vscode.FileType.File)) return null;
    return { uri, version: fileVersion(stats), changedAtMs: stats.mtime };
  } catch (error) {
    return whenGone(error, null);
  }
}

/** Files come and go while they are looked at; other failures of one file are no reason to stop either. */
function whenGone<T>(error: unknown, value: T): T {
  if (error instanceof vscode.FileSystemError) return value;
  throw error;
}

/** Tells which files of the folder git ignores. */
async function gitIgnore(
  folder: vscode.WorkspaceFolder,
  exclude: string,
  token: vscode.CancellationToken,
): Promise<(uri: vscode.Uri) => boolean> {
  const pattern = new vscode.RelativePattern(folder, "**/.gitignore");
  const top = await repositoryTop(folder.uri);
  const found = await vscode.workspace.findFiles(pattern, exclude, mostFiles, token);
  for (let at = folder.uri; at.path !== top.path; ) {
    at = vscode.Uri.joinPath(at, "..");
    found.push(vscode.Uri.joinPath(at, ".gitignore"));
  }
  const files = await Promise.all(
    found.map(async (uri) => ({
      folder: posix.relative(top.path, posix.dirname(uri.path)),
      text: (await readSource(uri)) ?? "",
    })),
  );
  const rules = new IgnoreRules(files);
  return (uri) => rules.ignores(posix.relative(top.path, uri.path));
}

/** The folder with the repository that holds `folder`; `folder` itself where there is none. */
async function repositoryTop(folder: vscode.Uri): Promise<vscode.Uri> {
  let at = folder;
  for (let level = 0; level < mostLevelsUp; level++) {
    try {
      await vscode.workspace.fs.stat(vscode.Uri.joinPath(at, ".git"));
      return at;
    } catch (error) {
      whenGone(error, null);
    }
    const parent = vscode.Uri.joinPath(at, "..");
    if (parent.path === at.path) break;
    at = parent;
  }
  return folder;
}
