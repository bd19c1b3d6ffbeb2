/**
 * `Hunch: Optimise Prompts for This Model`: tries ways of thinking on bundled tasks, with the engine that answers questions
 * too (which take turns with it), and says what was adopted. Cancelled, it keeps what is finished and goes on next time.
 */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation, withProgress } from "../../host/messages.ts";
import { offerMissingModel } from "../models/download.ts";
import { outcomeText, progressText } from "./text.ts";

export function registerOptimise(ctx: Ctx): void {
  let running = false;
  registerCommand(ctx, "hunch.optimisePrompts", async () => {
    if (running) return showInformation(t("Hunch is optimising prompts already; its progress says how far."));
    running = true;
    try {
      await optimise(ctx);
    } finally {
      running = false;
    }
  });
}

async function optimise(ctx: Ctx): Promise<void> {
  if (!(await offerMissingModel(ctx))) return;
  const location = vscode.ProgressLocation.Notification;
  const { calibration, report } = await withProgress(
    { location, title: t("Hunch: optimising prompts"), cancellable: true },
    async (progress, cancel) => {
      const abort = new AbortController();
      const cancelling = cancel.onCancellationRequested(() => abort.abort());
      let shown = 0;
      try {
        const model = await ctx.engine.prepare({
          onProgress: (part) => progress.report({ message: t("loading the model, {0} %", Math.round(100 * part)) }),
          signal: abort.signal,
        });
        return await ctx.calibrations.calibrate(
          model,
          (params, signal) => ctx.engine.generate(params, { onEvents: () => {}, signal: signal ?? abort.signal }),
          (run) => {
            const percent = (100 * run.done) / run.total;
            progress.report({ message: progressText(run), increment: percent - shown });
            shown = percent;
          },
          abort.signal,
        );
      } finally {
        cancelling.dispose();
      }
    },
  );
  const details = t("Show Details");
  const chosen = await showInformation(outcomeText(calibration), details);
  if (chosen === details) await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.file(report));
}
