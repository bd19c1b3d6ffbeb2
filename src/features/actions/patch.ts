/** A diff of git as pieces of a prompt: one a file, so that a file that is too long is cut and not the whole. Pure. */
import type { CodePiece } from "../../prompts/compose.ts";

/** The files of a unified diff; those without text (binary, mode changes alone) are only named. */
export interface SplitPatch {
  files: CodePiece[];
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
    split.files.push({ label, languageId: "diff", startLine: 1, endLine: code.length, code: code.join("\n") });
  }
  return split;
}

/** The path after the change, or before it for a deleted file. */
function pathOf(lines: readonly string[]): string {
  const from = (start: string) => lines.find((line) => line.startsWith(start))?.slice(start.length);
  const path = from("+++ b/") ?? from("--- a/") ?? from("rename to ") ?? lines[0]?.split(" b/").at(-1) ?? "";
  return path.replace(/\t$/, "");
}
