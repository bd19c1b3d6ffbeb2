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
  for (const part of patch.split(/^(?=diff --git )/m)) {
    if (!part.startsWith("diff --git ")) continue;
    const lines = part.replace(/\s+$/, "").split(/\r?\n/);
    const label = pathOf(lines);
    const hunk = lines.findIndex((line) => line.startsWith("@@"));
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

/** By the hunks' heads, like "@@ -3,7 +3,8 @@"; of a file that is deleted, or empty now, its first line. */
function changedLines(lines: readonly string[]): FilePatch["changed"] {
  const hunks = lines.flatMap((line) => {
    const [, start, count = "1"] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    return start === undefined ? [] : [{ start: Number(start), count: Number(count) }];
  });
  const [first, last] = [hunks[0], hunks.at(-1)];
  const startLine = Math.max(1, first?.start ?? 1);
  return { startLine, endLine: Math.max(startLine, last ? last.start + last.count - 1 : startLine) };
}

/** The path after the change, or before it for a deleted file. */
function pathOf(lines: readonly string[]): string {
  const from = (start: string) => lines.find((line) => line.startsWith(start))?.slice(start.length);
  const path = from("+++ b/") ?? from("--- a/") ?? from("rename to ") ?? lines[0]?.split(" b/").at(-1) ?? "";
  return path.replace(/\t$/, "");
}
