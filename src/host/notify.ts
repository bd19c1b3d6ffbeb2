/** Messages to the user. Every error names what happened and what to do next, with a button where we can do it. */

import * as vscode from "vscode";
import type { CommandId } from "../common/commands.ts";
import { type ErrorCode, toErrorData } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { type SettingKey, settingsSection } from "../common/settings.ts";
import type { Log } from "./log.ts";
import { showFailure, showWarning } from "./messages.ts";

interface Remedy {
  title: string;
  command: CommandId | "workbench.action.reloadWindow";
}

/** The command that helps after an error, where there is one. */
function remedyFor(code: ErrorCode): Remedy | null {
  switch (code) {
    case "modelNotFound":
    case "modelTruncated":
    case "modelCorrupted":
    case "checksumMismatch":
      return { title: t("Download Model"), command: "hunch.downloadModel" };
    case "notGguf":
    case "unknownModel":
    case "modelUnsupported":
    case "outOfMemory":
      return { title: t("Select Model"), command: "hunch.selectModel" };
    case "engineCrashed":
    case "engineStartFailed":
    case "internal":
      return { title: t("Show Engine Log"), command: "hunch.showLog" };
    case "llamaServerMissing":
      return { title: t("Get llama-server"), command: "hunch.installLlamaServer" };
    case "engineGaveUp":
      return { title: t("Restart Engine"), command: "hunch.restartEngine" };
    default:
      return null;
  }
}

/** Shows an error and logs it; a cancelled request is no error. Does not wait for the user. `own`: what helps here. */
export function showError(log: Log, doing: string, error: unknown, own?: Remedy): void {
  if (toErrorData(error).code === "cancelled") return;
  const data = log.error(doing, error);
  const remedy = own ?? remedyFor(data.code);
  const text = data.hint === "" ? data.message : `${data.message} ${data.hint}`;
  showFailure(`Hunch: ${text}`, ...(remedy ? [remedy.title] : [])).then((choice) => {
    if (remedy && choice === remedy.title) vscode.commands.executeCommand(remedy.command);
  });
}

/** A setting that has a wrong value. */
export function showSettingProblem(log: Log, message: string, key: SettingKey): void {
  log.write("warn", message);
  const open = t("Open Setting");
  showWarning(`Hunch: ${message}`, open).then((choice) => {
    if (choice === open) vscode.commands.executeCommand("workbench.action.openSettings", `${settingsSection}.${key}`);
  });
}

/** Runs a command's work; what it throws is shown. */
export async function guarded<T>(log: Log, doing: string, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    showError(log, doing, error);
    return undefined;
  }
}
