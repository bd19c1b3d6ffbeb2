/** The models: commands that choose, fetch and recommend one, and the view that lists all. */

import * as vscode from "vscode";
import { modelsViewId } from "../../common/commands.ts";
import { registerCommand, setContextKey } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { downloadToAnswer, downloadWithProgress } from "./download.ts";
import { registerLlamaServer } from "./llamaServer.ts";
import { MachineCheck } from "./machine.ts";
import { ModelsView } from "./modelsView.ts";
import { pickDownload } from "./pickDownload.ts";
import { pickModel } from "./pickModel.ts";
import { pickServerModel } from "./pickServerModel.ts";
import { recommendModel } from "./recommendModel.ts";
import { registerRowCommands } from "./rowCommands.ts";
import { setServerKey } from "./serverKey.ts";

export function registerModels(ctx: Ctx): void {
  const check = new MachineCheck(ctx);
  const view = ctx.own(new ModelsView(ctx, check));
  registerRowCommands(ctx, view);
  registerLlamaServer(ctx);
  registerCommand(ctx, "hunch.manageModels", () => vscode.commands.executeCommand(`${modelsViewId}.focus`));
  registerCommand(ctx, "hunch.recommendModel", () => recommendModel(ctx, check));
  ctx.own(ctx.models.onChange(() => setContextKey("hunch.hasModel", ctx.models.current.installed)));
  registerCommand(ctx, "hunch.selectModel", () => selectModel(ctx));
  registerCommand(ctx, "hunch.setServerKey", () => setServerKey(ctx));
  registerCommand(ctx, "hunch.downloadModel", (modelId?: string) => downloadModel(ctx, modelId));
}

/** Sets the model of the user's settings; fetches it when it is of the catalogue and not here. A server has its own. */
async function selectModel(ctx: Ctx): Promise<void> {
  if (ctx.settings.current.backend === "openai") return pickServerModel(ctx);
  await ctx.models.refresh();
  const model = await pickModel(ctx);
  if (model === null) return;
  await ctx.settings.update("model", model);
  const { id, installed } = await ctx.models.refresh();
  const inCatalogue = ctx.models.choices.some((choice) => choice.id === id);
  if (inCatalogue && !installed) await downloadWithProgress(ctx, id);
}

/** Without an id it asks. The first model that is here becomes the one that answers. */
async function downloadModel(ctx: Ctx, modelId?: string): Promise<void> {
  await ctx.models.refresh();
  const id = modelId ?? (await pickDownload(ctx));
  if (id !== null && (await downloadToAnswer(ctx, id))) await ctx.settings.update("model", id);
}
