/** What Hunch learnt from use: a document that shows it, and a command that empties it. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation } from "../../host/messages.ts";
import { describeLearning } from "../../prompts/describeLearning.ts";
import { ordinaryArms } from "../../prompts/effort.ts";

export function registerLearning(ctx: Ctx): void {
  registerCommand(ctx, "hunch.showLearnt", async () => {
    const { model } = ctx.engine;
    const learnt = model ? await ctx.calibrations.learnt(model) : {};
    const content = describeLearning(ctx.learning.log, (task) => ordinaryArms(task, learnt));
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
    await vscode.window.showTextDocument(document);
  });
  registerCommand(ctx, "hunch.forgetLearnt", async () => {
    await ctx.learning.forget();
    await showInformation(t("Hunch forgot what it learnt from use. Calibrations stay."));
  });
}
