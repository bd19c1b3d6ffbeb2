/** Gets a llama-server: a notification shows how far it is, and cancels it. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation, withProgress } from "../../host/messages.ts";
import { showError } from "../../host/notify.ts";
import { installText } from "./text.ts";

export function registerLlamaServer(ctx: Ctx): void {
  // A window that closes takes its compilers with it.
  const closing = new AbortController();
  ctx.own(new vscode.Disposable(() => closing.abort()));
  registerCommand(ctx, "hunch.installLlamaServer", () => getLlamaServer(ctx, closing.signal));
}

/** @throws HunchError when one is named that can not be started */
async function getLlamaServer(ctx: Ctx, closing: AbortSignal): Promise<void> {
  // Before minutes of building what would not be used.
  const { llamaServerHere } = await import("../../host/runtime.ts");
  const { problem } = llamaServerHere(ctx.settings.current["llamaServer.path"]);
  if (problem) throw problem;
  let program: string;
  try {
    program = await buildWithProgress(closing);
  } catch (error) {
    // What helps after these errors elsewhere, as another model, does not help here.
    showError(ctx.log, "get llama-server", error, { title: t("Retry"), command: "hunch.installLlamaServer" });
    return;
  }
  ctx.log.write("info", `llama-server is in ${program}.`);
  await tellWhichIsUsed(ctx, program);
}

async function buildWithProgress(closing: AbortSignal): Promise<string> {
  const { installLlamaServer } = await import("../../host/runtime.ts");
  return withProgress(
    { location: vscode.ProgressLocation.Notification, title: t("Hunch: getting llama-server"), cancellable: true },
    async (progress, cancel) => {
      const abort = new AbortController();
      const cancelling = cancel.onCancellationRequested(() => abort.abort());
      try {
        return await installLlamaServer({
          onProgress: (state) => progress.report({ message: installText(state) }),
          signal: AbortSignal.any([closing, abort.signal]),
        });
      } finally {
        cancelling.dispose();
      }
    },
  );
}

/** One that the user chose comes first. @throws HunchError when that one can not be started */
async function tellWhichIsUsed(ctx: Ctx, built: string): Promise<void> {
  const { locateLlamaServer } = await import("../../host/runtime.ts");
  const { program } = locateLlamaServer(ctx.settings.current["llamaServer.path"]);
  const message =
    program === built
      ? t("llama-server is here. Models that need it use it from the next question on.")
      : t("llama-server is here, but {0} comes first: it is named in the settings, or on PATH.", program);
  // Nobody waits for the user.
  void showInformation(message);
}
