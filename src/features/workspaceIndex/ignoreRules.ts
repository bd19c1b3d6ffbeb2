/** What .gitignore files say about paths: those of all folders on the way count, the nearest one last. */
import ignore, { type Ignore } from "ignore";

interface Rules {
  /** Folder of the .gitignore, with a slash at the end; "" for the top. */
  folder: string;
  ignore: Ignore;
  lines: string[];
}

/** A line that names a folder, or whatever is named so, without wildcards. */
const plainName = /^(\/?)(\.?\w[\w.-]*)(\/?)$/;

export class IgnoreRules {
  readonly #rules: Rules[];

  /** @param files .gitignore files: their folder ("" = the top, else `a/b`, slashes forward) and text. */
  constructor(files: readonly { folder: string; text: string }[]) {
    this.#rules = files
      .map(({ folder, text }) => ({
        folder: folder === "" ? "" : `${folder}/`,
        ignore: ignore().add(text),
        lines: text.split("\n").map((line) => line.trim()),
      }))
      .sort((a, b) => a.folder.length - b.folder.length);
  }

  /** @param path of a file, relative to the top, slashes forward. */
  ignores(path: string): boolean {
    let isIgnored = false;
    for (const { folder, ignore: rules } of this.#rules) {
      if (!path.startsWith(folder)) continue;
      const { ignored, unignored } = rules.test(path.slice(folder.length));
      isIgnored = ignored || (isIgnored && !unignored);
    }
    return isIgnored;
  }

  /**
   * Patterns of what a search in a folder may leave out from the start: what the top's file names without wildcards, such
   * as node_modules, unless some line takes it back. What is in an ignored folder, git can not take back.
   * @param folder relative to the top, "" for the top itself
   */
  foldersIn(folder: string): string[] {
    const takenBack = ignore().add(
      this.#rules
        .flatMap(({ lines }) => lines)
        .filter((line) => line.startsWith("!"))
        .map((line) => line.slice(1).split("/").findLast(Boolean) ?? ""),
    );
    const top = this.#rules.find((rules) => rules.folder === "")?.lines ?? [];
    return top.flatMap((line) => {
      const [, anchor, name, slash] = plainName.exec(line) ?? [];
      if (!name || (anchor && folder !== "") || takenBack.ignores(name)) return [];
      return `${anchor ? "" : "**/"}${name}${slash ? "/**" : ""}`;
    });
  }
}
