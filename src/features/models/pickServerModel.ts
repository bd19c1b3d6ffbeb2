/** The list of `Hunch: Select Model` where the settings name a server. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInput, withProgress } from "../../host/messages.ts";
import { selectServerModel } from "./serverModel.ts";

/** Sets the server's model in the user's settings. @throws HunchError when the server does not answer */
export function pickServerModel({ engine, settings }: Ctx): Promise<void> {
  const title = t("Hunch: Select Model");
  return selectServerModel({
    current: settings.current.serverModel,
    list: async () =>
      withProgress({ location: vscode.ProgressLocation.Window, title: t("Asking the server for its models…") }, () =>
        engine.serverModels(),
      ),
    pick: async (items) => {
      const placeHolder = t("Which of the server's models answers");
      const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
      return picked?.model ?? null;
    },
    name: async (value) => {
      const prompt = t("The server does not tell which models it has. Name the one that answers.");
      const given = await showInput({ title, prompt, value, ignoreFocusOut: true });
      return given?.trim() || null;
    },
    update: (model) => settings.update("serverModel", model),
  });
}
