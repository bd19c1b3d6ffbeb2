/** What Hunch learnt from use: a document that shows it, and a command that empties it. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { describeLearning } from "../../prompts/learning.ts";
import { tasks } from "../../prompts/tasks/index.ts";

export function registerLearning(ctx: Ctx): void {
  registerCommand(ctx, "hunch.showLearnt", async () => {
    const content = describeLearning(ctx.learning.log, (task) => tasks[task].effort);
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
    await vscode.window.showTextDocument(document);
  });
  registerCommand(ctx, "hunch.forgetLearnt", async () => {
    await ctx.learning.forget();
    await vscode.window.showInformationMessage(t("Hunch forgot what it learnt from use. Calibrations stay."));
  });
}
