/**
 * The files of the workspace that may be indexed: what files.exclude, search.exclude and the .gitignore files leave.
 * Paths are URIs as text, so that they stand for the same file in any window and on any remote.
 */
import { posix } from "node:path";
import * as vscode from "vscode";
import { excludePattern } from "../../host/excludes.ts";
import { IgnoreRules } from "./ignoreRules.ts";
import { fileVersion, isSourceText, largestFile } from "./sourceText.ts";

export interface WorkspaceFiles {
  files: WorkspaceFile[];
  /** There were more than are looked at: which of them these are is by chance. */
  isCut: boolean;
}

interface WorkspaceFile {
  uri: vscode.Uri;
  version: string;
  changedAtMs: number;
}

const mostFiles = 20_000;
/** Folders above the workspace's that are looked at for a .gitignore, up to the repository's top. */
const mostLevelsUp = 8;

/** Folders on the disk of the machine that Hunch runs on, a remote one too; of others, each file would be fetched. */
export function localFolders(): vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
}

/** All files that may be indexed, those changed last first. */
export async function listFiles(token: vscode.CancellationToken): Promise<WorkspaceFiles> {
  const all: WorkspaceFiles = { files: [], isCut: false };
  for (const folder of localFolders()) await search(folder, "**/*", await gitIgnore(folder, token), all, token);
  all.files.sort((a, b) => b.changedAtMs - a.changedAtMs);
  return all;
}

/** Of these files, and those in folders among them, those that are there and may be indexed. */
export async function findThese(uris: readonly vscode.Uri[], token: vscode.CancellationToken): Promise<WorkspaceFiles> {
  const all: WorkspaceFiles = { files: [], isCut: false };
  for (const folder of localFolders()) {
    const own = uris.filter(
      (uri) => vscode.workspace.getWorkspaceFolder(uri)?.index === folder.index && uri.path !== folder.uri.path,
    );
    if (own.length === 0) continue;
    const ignore = await gitIgnore(folder, token);
    const names = own
      .filter((uri) => !ignore.ignores(uri))
      .map((uri) => posix.relative(folder.uri.path, uri.path).replace(/[[\]{}?*,]/g, "[$&]"));
    if (names.length === 0) continue;
    await search(folder, `{${names.flatMap((name) => [name, `${name}/**`]).join(",")}}`, ignore, all, token);
  }
  return all;
}

/** Adds the files that match to `all`. */
async function search(
  folder: vscode.WorkspaceFolder,
  glob: string,
  { exclude, ignores }: GitIgnore,
  all: WorkspaceFiles,
  token: vscode.CancellationToken,
): Promise<void> {
  const pattern = new vscode.RelativePattern(folder, glob);
  const found = await vscode.workspace.findFiles(pattern, exclude, mostFiles, token);
  if (found.length >= mostFiles) all.isCut = true;
  for (const uri of found) {
    if (token.isCancellationRequested) return;
    if (ignores(uri)) continue;
    const file = await stat(uri);
    if (file) all.files.push(file);
  }
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    return whenGone(error, false);
  }
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

/** What git ignores in a folder. */
interface GitIgnore {
  /** Pattern of what a search need not look at: what the settings exclude, and folders that git ignores. */
  exclude: string;
  ignores(uri: vscode.Uri): boolean;
}

async function gitIgnore(folder: vscode.WorkspaceFolder, token: vscode.CancellationToken): Promise<GitIgnore> {
  const exclude = excludePattern(folder);
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
  return {
    exclude: excludePattern(folder, rules.foldersIn(posix.relative(top.path, folder.uri.path))),
    ignores: (uri) => rules.ignores(posix.relative(top.path, uri.path)),
  };
}

/** The folder with the repository that holds `folder`; `folder` itself where there is none. */
async function repositoryTop(folder: vscode.Uri): Promise<vscode.Uri> {
  let at = folder;
  for (let level = 0; level < mostLevelsUp; level++) {
    if (await exists(vscode.Uri.joinPath(at, ".git"))) return at;
    const parent = vscode.Uri.joinPath(at, "..");
    if (parent.path === at.path) break;
    at = parent;
  }
  return folder;
}
