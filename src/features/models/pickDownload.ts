/** The list of `Hunch: Download Model`: what is not here, and what is here and damaged. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation } from "../../host/messages.ts";
import { choiceText } from "./text.ts";

/** Id of a model of the catalogue; null when there is nothing to fetch, or nothing was chosen. */
export async function pickDownload({ models, settings }: Pick<Ctx, "models" | "settings">): Promise<string | null> {
  const { model: current } = settings.current;
  const damaged = await (await models.store()).damaged();
  const wanted = models.choices.filter(({ id, installed }) => !installed || damaged.has(id));
  if (wanted.length === 0) {
    await showInformation(t("All models of Hunch's catalogue are on this machine."));
    return null;
  }
  const items = wanted
    .sort((a, b) => Number(b.id === current) - Number(a.id === current))
    .map((choice) => ({
      id: choice.id,
      label: choice.name,
      description: [
        choiceText(choice),
        choice.id === current ? t("the one in your settings") : "",
        damaged.has(choice.id) ? t("damaged, to get again") : "",
      ]
        .filter((part) => part !== "")
        .join(" · "),
    }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t("Hunch: Download Model"),
    placeHolder: t("What to download"),
    matchOnDescription: true,
  });
  return picked?.id ?? null;
}
