/** Getting a model: the offer when it is missing, and the notification that shows the download and cancels it. */

import * as vscode from "vscode";
import { toErrorData } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation, withProgress } from "../../host/messages.ts";
import { choiceText, downloadText } from "./text.ts";

/** True when the model of the settings is there, at last; else the user did not want to download it. */
export async function offerMissingModel(ctx: Ctx): Promise<boolean> {
  const { id, installed } = await ctx.models.refresh();
  if (installed) return true;
  const choice = ctx.models.choices.find((candidate) => candidate.id === id);
  // An unknown id has an error of its own, which says what to do.
  if (!choice) return true;
  const get = t("Download");
  const other = t("Select Another Model");
  const answer = await showInformation(
    t(
      "Hunch needs a model to answer: {0} ({1}). It is downloaded once and runs on this machine.",
      choice.name,
      choiceText(choice),
    ),
    get,
    other,
  );
  if (answer === other) await vscode.commands.executeCommand("hunch.selectModel");
  if (answer !== get) return false;
  return downloadWithProgress(ctx, id);
}

/** Resolves with whether the model is there. Throws what the download throws, except for a cancel. */
export async function downloadWithProgress(ctx: Ctx, modelId: string): Promise<boolean> {
  const { models } = ctx;
  const name = models.choices.find((choice) => choice.id === modelId)?.name ?? modelId;
  return withProgress(
    { location: vscode.ProgressLocation.Notification, title: t("Hunch: downloading {0}", name), cancellable: true },
    async (progress, cancel) => {
      let shown = 0;
      const cancelling = cancel.onCancellationRequested(() => models.cancelDownload());
      const reporting = models.onDownload((state) => {
        if (state.state !== "running") return;
        const percent = state.totalBytes > 0 ? (100 * state.receivedBytes) / state.totalBytes : 0;
        progress.report({ message: downloadText(state), increment: Math.max(0, percent - shown) });
        shown = Math.max(shown, percent);
      });
      try {
        await models.startDownload(modelId);
        return true;
      } catch (error) {
        if (toErrorData(error).code === "cancelled") return false;
        throw error;
      } finally {
        cancelling.dispose();
        reporting.dispose();
      }
    },
  );
}

/**
 * Fetches a model; resolves with whether it is to answer, as the first model that is here. Looked at when it has come, too:
 * in the time of a download the user may have chosen another, or a server.
 */
export async function downloadToAnswer(ctx: Ctx, modelId: string): Promise<boolean> {
  const before = await ctx.models.refresh();
  const isHere = await downloadWithProgress(ctx, modelId);
  if (!isHere || before.installed) return false;
  const now = await ctx.models.refresh();
  const isUnchanged = ctx.settings.current.backend !== "openai" && now.id === before.id;
  return isUnchanged && (now.id === modelId || !now.installed);
}

/**
 * Fetches a model that is to answer from then on; resolves with whether it still is: in the time of a download the user
 * may have chosen another, or a server.
 */
export async function downloadToUse(ctx: Ctx, modelId: string): Promise<boolean> {
  const before = ctx.settings.current;
  if (!(await downloadWithProgress(ctx, modelId))) return false;
  const now = ctx.settings.current;
  return now.model === before.model && now.backend === before.backend;
}
