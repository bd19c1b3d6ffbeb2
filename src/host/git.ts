/**
 * Changes that are not committed yet, of the repositories that VS Code's own Git extension knows. Only what we use of its
 * API is typed here. Its `diff` has whatever the user's settings make of a diff (colours, another program's picture of
 * it), which is not for a model to read, so its git is asked without them.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}
interface GitApi {
  readonly git: { readonly path: string };
  readonly repositories: readonly Repository[];
  getRepository(uri: vscode.Uri): Repository | null;
}
interface Repository {
  readonly rootUri: vscode.Uri;
}

/** Of a diff (bytes); a larger one is no text that anybody reads. */
const maxDiff = 64 * 2 ** 20;

export interface UncommittedChanges {
  /** Name of the repository's folder. */
  repository: string;
  root: vscode.Uri;
  /** Unified diff; may be empty. */
  patch: string;
}

/**
 * What is staged, or if nothing is, what is changed, in the repository of a file or folder, else in the one that the user
 * picks. null when the user picked none. Throws backendUnavailable without Git.
 * @param title of the question which repository is meant
 */
export async function uncommittedChanges(
  place: vscode.Uri | undefined,
  title: string,
): Promise<UncommittedChanges | null> {
  const api = await gitApi();
  const repository = await pickRepository(api, place, title);
  if (!repository) return null;
  const diff = (...options: string[]) => diffOf(api.git.path, repository, options);
  const staged = await diff("--cached");
  // During a merge with conflicts, git names their files where nothing is staged.
  const patch = /^diff --/m.test(staged) ? staged : await diff();
  return { repository: nameOf(repository), root: repository.rootUri, patch };
}

/** Of the SourceControl that VS Code passes to a command in a repository's menu; undefined for whatever else is passed. */
export function rootOf(source: unknown): vscode.Uri | undefined {
  const { rootUri } = (source ?? {}) as Partial<vscode.SourceControl>;
  return rootUri instanceof vscode.Uri ? rootUri : undefined;
}

/** Of the files against the index; with --cached, of the index against HEAD. */
async function diffOf(git: string, repository: Repository, options: readonly string[]): Promise<string> {
  const args = ["diff", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short", ...options];
  // Its words are in English, as who reads the diff expects them, and it leaves the index to whoever works on it.
  const env = { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
  const { fsPath: cwd } = repository.rootUri;
  try {
    const { stdout } = await promisify(execFile)(git, args, { cwd, env, maxBuffer: maxDiff, windowsHide: true });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new HunchError(
      "backendUnavailable",
      t(
        "Git does not say what has changed in {0}: {1}",
        nameOf(repository),
        (stderr || message).split("\n")[0]!.trim(),
      ),
      { hint: t("Run git diff in a terminal to see what it is.") },
    );
  }
}

async function gitApi(): Promise<GitApi> {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  const git = extension && (extension.isActive ? extension.exports : await extension.activate());
  if (!git?.enabled)
    throw new HunchError(
      "backendUnavailable",
      t("VS Code's Git extension is off, so there are no changes to explain."),
      {
        hint: t("Turn on the setting git.enabled, or install Git."),
      },
    );
  return git.getAPI(1);
}

async function pickRepository(git: GitApi, place: vscode.Uri | undefined, title: string): Promise<Repository | null> {
  const { repositories } = git;
  const own = place && git.getRepository(place);
  if (own) return own;
  if (repositories.length === 0)
    throw new HunchError("usage", t("There is no Git repository in this window."), {
      hint: t("Open a folder that is in one."),
    });
  if (repositories.length === 1) return repositories[0] ?? null;
  const items = repositories.map((repository) => ({
    label: nameOf(repository),
    description: repository.rootUri.fsPath,
    repository,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t("Of which repository"),
  });
  return picked?.repository ?? null;
}

function nameOf({ rootUri }: Repository): string {
  return rootUri.path.split("/").at(-1) ?? rootUri.path;
}
