/**
 * `Hunch: Optimise Prompts for This Model`: tries ways of thinking on bundled tasks, with the engine that answers questions
 * too (which take turns with it), and says what was adopted. Cancelled, it keeps what is finished and goes on next time.
 */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation, withProgress } from "../../host/messages.ts";
import { oneAtATime } from "../models/oneAtATime.ts";
import { loadingText } from "../models/text.ts";
import { outcomeText, progressText } from "./text.ts";

export function registerOptimise(ctx: Ctx): void {
  const alone = oneAtATime(ctx, () => t("Hunch is optimising prompts already; its progress says how far."));
  registerCommand(ctx, "hunch.optimisePrompts", async () => {
    const outcome = await alone(() => optimise(ctx));
    if (outcome) await tell(outcome);
  });
}

type Outcome = Awaited<ReturnType<Ctx["calibrations"]["calibrate"]>>;

async function optimise(ctx: Ctx): Promise<Outcome> {
  const location = vscode.ProgressLocation.Notification;
  return withProgress(
    { location, title: t("Hunch: optimising prompts"), cancellable: true },
    async (progress, cancel) => {
      const abort = new AbortController();
      const cancelling = cancel.onCancellationRequested(() => abort.abort());
      let shown = 0;
      try {
        const model = await ctx.engine.prepare({
          onProgress: (part) => progress.report({ message: loadingText(part) }),
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
}

async function tell({ calibration, report }: Outcome): Promise<void> {
  const details = t("Show Details");
  const chosen = await showInformation(outcomeText(calibration), details);
  if (chosen === details) await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.file(report));
}
