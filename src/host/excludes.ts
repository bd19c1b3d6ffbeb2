/** What the user's settings keep out of searches. */
import * as vscode from "vscode";

/** `files.exclude` and `search.exclude` as one pattern; of a folder, else of the window. @param others excluded too */
export function excludePattern(folder?: vscode.WorkspaceFolder, others: readonly string[] = []): string {
  const patterns = ["files", "search"].flatMap((section) => {
    const excluded = vscode.workspace
      .getConfiguration(section, folder?.uri)
      .get<Record<string, unknown>>("exclude", {});
    return Object.keys(excluded).filter((pattern) => excluded[pattern] === true);
  });
  return `{${[...new Set([...patterns, ...others])].flatMap((pattern) => [pattern, `${pattern}/**`]).join(",")}}`;
}
