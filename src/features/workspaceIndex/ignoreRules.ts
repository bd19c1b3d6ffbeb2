/** What .gitignore files say about paths: those of all folders on the way count, the nearest one last. */
import ignore, { type Ignore } from "ignore";

interface Rules {
  /** Folder of the .gitignore, with a slash at the end; "" for the top. */
  folder: string;
  ignore: Ignore;
}

export class IgnoreRules {
  readonly #rules: Rules[];

  /** @param files .gitignore files: their folder ("" = the top, else `a/b`, slashes forward) and text. */
  constructor(files: readonly { folder: string; text: string }[]) {
    this.#rules = files
      .map(({ folder, text }) => ({ folder: folder === "" ? "" : `${folder}/`, ignore: ignore().add(text) }))
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
}
