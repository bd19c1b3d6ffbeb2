/**
 * Lightbulb entries: explain and fix what is reported, and what can be done with a selection or the definition whose first
 * line the cursor is on. No language service is asked: the editor wants them at every move of the cursor.
 */

import * as vscode from "vscode";
import type { CommandId } from "../../common/commands.ts";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { codeDocuments } from "../../host/editor.ts";
import type { ProblemPlace } from "../../host/problems.ts";
import { isHeadLine } from "./headLine.ts";

const refactorKind = vscode.CodeActionKind.RefactorRewrite.append("hunch");

export function registerCodeActions(ctx: Ctx): void {
  ctx.own(
    vscode.languages.registerCodeActionsProvider(
      [...codeDocuments],
      { provideCodeActions },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, refactorKind] },
    ),
  );
}

function provideCodeActions(
  document: vscode.TextDocument,
  range: vscode.Range | vscode.Selection,
  { diagnostics, only }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const hasCode = !range.isEmpty || isHeadLine(document.lineAt(range.start.line).text);
  return [...problemActions(document, diagnostics), ...(hasCode ? codeActions(range.isEmpty) : [])].filter(
    ({ kind }) => !only || (kind && only.contains(kind)),
  );
}

function problemActions(document: vscode.TextDocument, all: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  const diagnostics = all.filter(({ severity }) => severity !== vscode.DiagnosticSeverity.Hint);
  if (diagnostics.length === 0) return [];
  const place: ProblemPlace = { uri: document.uri, diagnostics };
  const { QuickFix } = vscode.CodeActionKind;
  const actions = [
    action(t("Fix with Hunch"), "hunch.fixProblem", QuickFix, place),
    action(t("Explain with Hunch"), "hunch.explainProblem", QuickFix, place),
  ];
  for (const entry of actions) entry.diagnostics = diagnostics;
  return actions;
}

/** @param ofSymbol of the definition around the cursor; else of the selection */
function codeActions(ofSymbol: boolean): vscode.CodeAction[] {
  return [
    action(
      t("Explain this code with Hunch"),
      ofSymbol ? "hunch.explainSymbol" : "hunch.explainSelection",
      refactorKind,
    ),
    action(t("Annotate lines with Hunch"), "hunch.annotateLines", refactorKind),
    action(t("Find bugs with Hunch"), "hunch.findBugs", refactorKind),
    action(t("Write tests with Hunch"), "hunch.writeTests", refactorKind),
    action(t("Write a doc comment with Hunch"), "hunch.writeDocComment", refactorKind),
  ];
}

function action(title: string, command: CommandId, kind: vscode.CodeActionKind, ...args: unknown[]): vscode.CodeAction {
  const entry = new vscode.CodeAction(title, kind);
  entry.command = { title, command, arguments: args };
  return entry;
}
