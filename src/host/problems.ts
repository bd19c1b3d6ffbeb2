/** What the editor's Problems view knows about code: which problem is meant, and the code around it. */

import * as vscode from "vscode";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { describeProblems, type Problem, type ProblemSeverity } from "../prompts/problems.ts";
import { activeEditor, type EditorCode, findSymbol, linesOf, selectedLines } from "./editor.ts";

/** What a lightbulb entry is about. */
export interface ProblemPlace {
  uri: vscode.Uri;
  diagnostics: readonly vscode.Diagnostic[];
}

export interface CodeWithProblems {
  code: EditorCode;
  /** Where they are. */
  range: vscode.Range;
  problems: Problem[];
}

/** Problems that go with a question that does not ask for them. */
const mostAlong = 5;
/** Lines shown around a problem that is in no definition. */
const linesAround = 10;

/**
 * The problems of `place`, else those in the selection, else on the cursor's line, else in the definition around it.
 * Throws usage when there are none.
 */
export async function problemInQuestion(place?: ProblemPlace): Promise<CodeWithProblems> {
  if (place) return withCode(await vscode.workspace.openTextDocument(place.uri), place.diagnostics);
  const editor = activeEditor();
  const { document, selection } = editor;
  const lines = new vscode.Range(selection.start.line, 0, selection.end.line, Number.MAX_SAFE_INTEGER);
  const here = diagnosticsIn(document.uri, lines);
  if (!selection.isEmpty && here.length > 0) return withCode(document, here, selectedLines(editor));
  const symbol = await findSymbol(document, selection.active.line);
  const found = here.length > 0 || !symbol ? here : diagnosticsIn(document.uri, symbol.range);
  if (found.length === 0)
    throw new HunchError("usage", t("The editor reports no problem here."), {
      hint: t("Put the cursor on an underlined line (F8 goes to the next one), or ask Hunch to find bugs."),
    });
  return withCode(document, found, symbol);
}

/** Problems that touch a range, the gravest first; hints are no problems. */
export function diagnosticsIn(uri: vscode.Uri, range: vscode.Range): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ range: at, severity }) => severity !== vscode.DiagnosticSeverity.Hint && range.intersection(at))
    .sort((a, b) => a.severity - b.severity);
}

/** Errors and warnings that touch a range, a few, the gravest first. */
export function gravestIn(uri: vscode.Uri, range: vscode.Range): vscode.Diagnostic[] {
  return diagnosticsIn(uri, range)
    .filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning)
    .slice(0, mostAlong);
}

/** Problems as they go with a question. @param found one at least */
export function attachedProblems(
  document: vscode.TextDocument,
  found: readonly vscode.Diagnostic[],
): Pick<EditorCode, "piece" | "attachment"> {
  const { start, end } = found.map((diagnostic) => diagnostic.range).reduce((all, one) => all.union(one));
  const place = {
    label: t("Problems in {0}", vscode.workspace.asRelativePath(document.uri)),
    languageId: "text",
    startLine: start.line + 1,
    endLine: end.line + 1,
  };
  return {
    piece: { ...place, code: describeProblems(found.map(toProblem)) },
    attachment: { ...place, uri: document.uri.toString() },
  };
}

export function toProblem({ range, severity, source, code, message }: vscode.Diagnostic): Problem {
  const number = typeof code === "object" ? code.value : code;
  return {
    line: range.start.line + 1,
    severity: severities[severity],
    source: [source, number].filter((part) => part !== undefined && part !== "").join(" "),
    message,
  };
}

const severities: Record<vscode.DiagnosticSeverity, ProblemSeverity> = {
  [vscode.DiagnosticSeverity.Error]: "error",
  [vscode.DiagnosticSeverity.Warning]: "warning",
  [vscode.DiagnosticSeverity.Information]: "information",
  [vscode.DiagnosticSeverity.Hint]: "hint",
};

async function withCode(
  document: vscode.TextDocument,
  diagnostics: readonly vscode.Diagnostic[],
  known?: EditorCode | null,
): Promise<CodeWithProblems> {
  const range = diagnostics.map((diagnostic) => diagnostic.range).reduce((all, one) => all.union(one));
  const code = known ?? (await findSymbol(document, range.start.line)) ?? around(document, range);
  return { code, range, problems: diagnostics.map(toProblem) };
}

function around(document: vscode.TextDocument, range: vscode.Range): EditorCode {
  const startLine = Math.max(0, range.start.line - linesAround);
  return linesOf(document, { startLine, endLine: range.end.line + linesAround }, t("The code around the problem"));
}
