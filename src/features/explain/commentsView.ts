/**
 * VS Code opens its Comments view by itself with the first explanation of a window, which doubles what stands under the
 * code. The setting for that belongs to the user and to all extensions, so the user is asked, once.
 */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation } from "../../host/messages.ts";

const askedKey = "explain.commentsViewAsked";
const section = "comments";
const key = "openView";

/** Asks whether the Comments view should stay closed, unless the user has decided already. Does not wait. */
export function offerClosedComments(ctx: Ctx): void {
  const { globalState } = ctx.extension;
  const decided = vscode.workspace.getConfiguration(section).inspect(key);
  if (globalState.get(askedKey) || decided?.globalValue !== undefined || decided?.workspaceValue !== undefined) return;
  void globalState.update(askedKey, true);
  void ask();
}

async function ask(): Promise<void> {
  const keepClosed = t("Keep It Closed");
  const answer = await showInformation(
    t(
      "VS Code opens its Comments view with explanations. They are all under the code as well; should the view stay closed?",
    ),
    keepClosed,
    t("Leave It"),
  );
  if (answer === keepClosed)
    await vscode.workspace.getConfiguration(section).update(key, "never", vscode.ConfigurationTarget.Global);
}
