/** `Hunch: Recommend a Model`: looks at this machine, says which model suits it and why, and gets it. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation, withProgress } from "../../host/messages.ts";
import { formatBytes } from "../../models/units.ts";
import { downloadToUse } from "./download.ts";
import type { MachineCheck } from "./machine.ts";
import { answerWith } from "./rowCommands.ts";
import { machineText, recommendationText } from "./rows.ts";

export async function recommendModel(ctx: Ctx, check: MachineCheck): Promise<void> {
  const { recommend } = await import("../../host/runtime.ts");
  const store = await ctx.models.store();
  const machine = await withProgress(
    { location: vscode.ProgressLocation.Notification, title: t("Hunch: looking at this machine") },
    () => check.thorough(),
  );
  const recommendation = recommend(machine, store.models);
  const { model } = recommendation;
  const installed = await store.isInstalled(model);
  const get = installed ? t("Use It") : t("Download ({0})", formatBytes(model.bytes ?? model.approximateBytes));
  const others = t("Show All Models");
  const answer = await showInformation(`${machineText(machine)} ${recommendationText(recommendation)}`, get, others);
  if (answer === others) await vscode.commands.executeCommand("hunch.manageModels");
  if (answer !== get) return;
  if (installed || (await downloadToUse(ctx, model.id))) await answerWith(ctx, model);
}
