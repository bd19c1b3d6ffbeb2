/** The list of `Hunch: Select Model`: the catalogue, models of other programs on this disk, or any GGUF file. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { precisionAdvice } from "../../models/precision.ts";
import { choiceText, discoveredText } from "./text.ts";

type ModelItem = vscode.QuickPickItem & { choose(): string | null | Promise<string | null> };

/** Catalogue id or path; null when nothing was chosen. */
export async function pickModel(ctx: Ctx): Promise<string | null> {
  const picker = vscode.window.createQuickPick<ModelItem | vscode.QuickPickItem>();
  picker.title = t("Hunch: Select Model");
  picker.placeholder = t("Which model answers");
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  const fixed = [...catalogueItems(ctx), separator(t("Your own")), browseItem()];
  picker.items = fixed;
  picker.busy = true;
  picker.show();
  void addDiscovered(ctx, picker, fixed);
  const item = await new Promise<ModelItem | null>((resolve) => {
    picker.onDidAccept(() => {
      const [chosen] = picker.activeItems;
      resolve(chosen && "choose" in chosen ? chosen : null);
    });
    picker.onDidHide(() => resolve(null));
  });
  picker.dispose();
  return item ? item.choose() : null;
}

/** Reading the headers of many large files takes a while: the list is there meanwhile. */
async function addDiscovered(
  ctx: Ctx,
  picker: vscode.QuickPick<vscode.QuickPickItem>,
  fixed: readonly vscode.QuickPickItem[],
): Promise<void> {
  try {
    const found = (await ctx.models.discover()).map((model) => ({
      label: model.name,
      description: discoveredText(model),
      detail: [precisionAdvice(model.quantization), model.path].filter((line) => line !== null).join(" "),
      choose: () => model.path,
    }));
    const active = picker.activeItems;
    if (found.length > 0) picker.items = [...fixed, separator(t("Found on this machine")), ...found];
    picker.activeItems = active;
  } catch (error) {
    // The rest of the list is of use without what other programs have.
    ctx.log.error("look for models on this disk", error);
  } finally {
    picker.busy = false;
  }
}

function catalogueItems(ctx: Ctx): ModelItem[] {
  const current = ctx.settings.current.model;
  return ctx.models.choices.map((choice) => ({
    label: choice.id === current ? `$(check) ${choice.name}` : choice.name,
    description: `${choiceText(choice)}${choice.installed ? "" : ` · ${t("to be downloaded")}`}`,
    choose: () => choice.id,
  }));
}

function browseItem(): ModelItem {
  return {
    label: `$(folder-opened) ${t("Browse for a GGUF file…")}`,
    choose: async () => {
      const files = await vscode.window.showOpenDialog({
        title: t("Model for Hunch"),
        openLabel: t("Use This Model"),
        filters: { [t("GGUF models")]: ["gguf"] },
      });
      return files?.[0]?.fsPath ?? null;
    },
  };
}

function separator(label: string): vscode.QuickPickItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
