/** A diff of git as pieces of a prompt: one a file, so that a file that is too long is cut and not the whole. Pure. */
import type { CodePiece } from "../../prompts/compose.ts";

/** Lines are those of the diff: it is what the model reads. */
export interface FilePatch extends CodePiece {
  /** The file's lines after the change, from the first hunk to the end of the last; 1-based, inclusive. */
  changed: { startLine: number; endLine: number };
}

/** The files of a unified diff; those without text (binary, mode changes alone) are only named. */
export interface SplitPatch {
  files: FilePatch[];
  /** Paths of files whose change is no text. */
  textless: string[];
}

export function splitPatch(patch: string): SplitPatch {
  const split: SplitPatch = { files: [], textless: [] };
  // Between the files, git names those whose conflicts are not resolved.
  const diffs = patch.replace(/^\* Unmerged path .*\n/gm, "");
  for (const part of diffs.split(/^(?=diff --(?:git|cc|combined) )/m)) {
    if (!part.startsWith("diff --")) continue;
    const lines = part.replace(/\s+$/, "").split(/\r?\n/);
    const hunk = lines.findIndex((line) => line.startsWith("@@"));
    const label = pathOf(hunk < 0 ? lines : lines.slice(0, hunk));
    if (hunk < 0) {
      split.textless.push(label);
      continue;
    }
    const code = [
      ...lines.slice(0, hunk).filter((line) => /^(new|deleted|rename|---|\+\+\+)/.test(line)),
      ...lines.slice(hunk),
    ];
    const diff = { languageId: "diff", startLine: 1, endLine: code.length, code: code.join("\n") };
    split.files.push({ label, ...diff, changed: changedLines(lines) });
  }
  return split;
}

/**
 * By the hunks' heads, like "@@ -3,7 +3,8 @@", in a merge "@@@ -3,7 -3,7 +3,8 @@@"; of a file that is deleted, or empty
 * now, its first line.
 */
function changedLines(lines: readonly string[]): FilePatch["changed"] {
  const hunks = lines.flatMap((line) => {
    const [, start, count = "1"] = /^@@+(?: -\S+)+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    return start === undefined ? [] : [{ start: Number(start), count: Number(count) }];
  });
  const [first, last] = [hunks[0], hunks.at(-1)];
  const startLine = Math.max(1, first?.start ?? 1);
  return { startLine, endLine: Math.max(startLine, last ? last.start + last.count - 1 : startLine) };
}

/** The path after the change, or before it for a deleted file, whatever git's settings put in front of it. */
function pathOf(header: readonly string[]): string {
  const renamed = header.find((line) => /^(rename|copy) to /.test(line));
  if (renamed) return unquoted(renamed.replace(/^\S+ to /, ""));
  const [, kind, names = ""] = /^diff --(\S+) (.*)/.exec(header[0] ?? "") ?? [];
  if (kind !== "git") return unquoted(names);
  // Twice the path with a letter in front, "a/src/b.ts b/src/b.ts" or "i/… w/…"; alike, they have none.
  const before = unquoted(names.slice(0, names.length / 2));
  const after = unquoted(names.slice(names.length / 2 + 1));
  return before === after ? after : after.replace(/^[^/]*\//, "");
}

const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" };

/** A name as git writes those that are not plain: "gr\303\266\303\237e.ts" with its quotes is größe.ts. */
function unquoted(name: string): string {
  if (!/^".*"$/.test(name)) return name;
  return name.slice(1, -1).replace(/((?:\\[0-7]{3})+)|\\(.)/g, (_, bytes: string | undefined, letter: string) => {
    if (bytes === undefined) return escapes[letter] ?? letter;
    return Buffer.from(
      bytes
        .split("\\")
        .slice(1)
        .map((byte) => Number.parseInt(byte, 8)),
    ).toString();
  });
}
