/** What the rows of the models' view can do. */

import * as vscode from "vscode";
import type { ModelCommandId } from "../../common/commands.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { confirmed, showInformation, withProgress } from "../../host/messages.ts";
import { formatBytes } from "../../models/units.ts";
import { downloadToAnswer } from "./download.ts";
import type { ModelNode, ModelsView } from "./modelsView.ts";
import type { ModelRow } from "./rows.ts";
import { noDraft, useModel } from "./useModel.ts";

export function registerRowCommands(ctx: Ctx, view: ModelsView): void {
  const onRow = (id: ModelCommandId, act: (row: ModelRow) => unknown) =>
    registerCommand(ctx, id, (node?: ModelNode) => (node?.kind === "model" ? act(node.row) : undefined));
  registerCommand(ctx, "hunch.models.refresh", () => view.refresh());
  onRow("hunch.models.use", (row) => answerWith(ctx, row));
  onRow("hunch.models.setDraft", (row) => ctx.settings.update("draftModel", row.id));
  onRow("hunch.models.unsetDraft", () => ctx.settings.update("draftModel", noDraft));
  onRow("hunch.models.download", (row) => downloadRow(ctx, row));
  onRow("hunch.models.cancel", () => ctx.models.cancelDownload());
  onRow("hunch.models.verify", (row) => verify(ctx, row));
  onRow("hunch.models.delete", async (row) => {
    if (await remove(ctx, row)) await view.refresh();
  });
}

/** From now on it answers, unless a server does and the user wants that. */
export async function answerWith({ settings }: Ctx, { id, name }: Pick<ModelRow, "id" | "name">): Promise<void> {
  await useModel(id, {
    current: settings.current,
    update: (key, value) => settings.update(key, value),
    askToRunHere: () => askToRunHere(name),
  });
}

async function askToRunHere(model: string): Promise<boolean> {
  const here = t("Run It Here");
  const serverModel = t("Select the Server's Model");
  const answer = await showInformation(
    t(
      "A server answers, as the setting hunch.backend says, with models of its own. Run {0} on this machine instead?",
      model,
    ),
    here,
    serverModel,
  );
  if (answer === serverModel) await vscode.commands.executeCommand("hunch.selectModel");
  return answer === here;
}

/** The first model that is here becomes the one that answers. */
async function downloadRow(ctx: Ctx, row: ModelRow): Promise<void> {
  if (await downloadToAnswer(ctx, row.id)) await answerWith(ctx, row);
}

async function verify(ctx: Ctx, row: ModelRow): Promise<void> {
  const store = await ctx.models.store();
  const model = store.find(row.id);
  const whole = await withProgress(
    { location: vscode.ProgressLocation.Notification, title: t("Hunch: checking {0}", row.name), cancellable: true },
    async (progress, cancel) => {
      const abort = new AbortController();
      const cancelling = cancel.onCancellationRequested(() => abort.abort());
      let shown = 0;
      const onProgress = (bytes: number) => {
        const percent = Math.floor((100 * bytes) / row.sizeBytes);
        if (percent > shown) progress.report({ increment: percent - shown, message: `${percent} %` });
        shown = Math.max(shown, percent);
      };
      try {
        await store.verify(model, { again: true, onProgress, signal: abort.signal });
        return true;
      } catch (error) {
        if (abort.signal.aborted) return false;
        throw ctx.models.explain(error, false);
      } finally {
        cancelling.dispose();
      }
    },
  );
  if (!whole) return;
  showInformation(
    model.sha256 === null
      ? t("{0} is whole: its checksum is the one that it was downloaded with.", row.name)
      : t("{0} is whole: its checksum is the publisher's.", row.name),
  );
}

/** False when the user thought better of it. */
async function remove(ctx: Ctx, row: ModelRow): Promise<boolean> {
  const store = await ctx.models.store();
  const model = store.find(row.id);
  const button = t("Delete");
  const size = formatBytes(row.partialBytes > 0 ? row.partialBytes : row.sizeBytes);
  const text = t("Delete {0} from this machine?", row.name);
  const detail = t("{0} become free. To use it again, it has to be downloaded again.", size);
  if (!(await confirmed({ text, detail, button }))) return false;
  if (row.role !== null && !(await ctx.engine.release()))
    throw new HunchError("locked", t("{0} is answering.", row.name), {
      hint: t("Stop the answer first, or wait for its end."),
    });
  await store.remove(model);
  if (row.role === "drafts") await ctx.settings.update("draftModel", noDraft);
  return true;
}
