/** Code as it stands in a prompt: its place, then a fence that nothing inside can close. */

export interface CodePiece {
  /** Workspace-relative path, or a name for an untitled document. */
  label: string;
  languageId: string;
  /** 1-based, inclusive. */
  startLine: number;
  endLine: number;
  code: string;
  /** The question is about it (as when left out), or it is a definition that the other code uses. */
  role?: "subject" | "reference";
}

/** What a block begins with that is not what the question is about. */
export const forReference = "For reference, ";

export function codeBlock(piece: CodePiece): string {
  const fence = fenceFor(piece.code, 3);
  const code = piece.code.endsWith("\n") ? piece.code : `${piece.code}\n`;
  return `${piece.role === "reference" ? forReference : ""}${place(piece)}:\n${fence}${piece.languageId}\n${code}${fence}`;
}

/** "src/a.ts, lines 3-9", "src/a.ts, line 3". */
export function place(range: Pick<CodePiece, "label" | "startLine" | "endLine">): string {
  const { label, startLine, endLine } = range;
  // A line break in a file's name would look like a line of the prompt, and the other signs could open a block.
  const name = label
    .replace(/\s+/g, " ")
    .replace(/`|~{3,}|[<>|]/g, "_")
    .trim();
  return startLine === endLine ? `${name}, line ${startLine}` : `${name}, lines ${startLine}-${endLine}`;
}

/** Longer than any run of backticks in the text, so that nothing in it closes it; `least` at least. */
export function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(Math.max(least, longest + 1));
}
