/** The status bar item: what the engine is at, with its model and speed, and a list of what can be done. */

import * as vscode from "vscode";
import type { CommandId } from "../../common/commands.ts";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import type { Sessions } from "../chat/sessions.ts";
import type { Typing } from "../typing/typing.ts";
import { type StatusText, statusText } from "./statusText.ts";

/** Left of what languages and notifications put at the right end. */
const priority = 10;

export function registerStatus(ctx: Ctx, sessions: Sessions, typing: Typing): void {
  const item = ctx.own(vscode.window.createStatusBarItem("hunch.status", vscode.StatusBarAlignment.Right, priority));
  item.name = "Hunch";
  item.command = "hunch.showActions" satisfies CommandId;
  const draw = () => {
    const running = sessions.running.map((session) => session.running).find((turn) => turn !== null) ?? null;
    const status = statusText({
      engine: ctx.engine.health,
      running,
      waitsForTyping: typing.isPausing,
      download: ctx.models.download,
      modelName: ctx.models.current.name,
      model: ctx.engine.model,
      stats: sessions.lastStats,
    });
    item.text = status.text;
    item.tooltip = new vscode.MarkdownString("").appendText(status.details.join("\n"));
    item.accessibilityInformation = { label: status.label, role: "button" };
    item.backgroundColor = backgrounds[status.severity];
  };
  ctx.own(ctx.engine.onHealth(draw));
  ctx.own(ctx.engine.onModel(draw));
  ctx.own(ctx.models.onChange(draw));
  ctx.own(ctx.models.onDownload(draw));
  ctx.own(sessions.onChange(draw));
  ctx.own(typing.onChange(draw));
  draw();
  item.show();
  registerCommand(ctx, "hunch.showActions", () => showActions(sessions));
}

const backgrounds: Record<StatusText["severity"], vscode.ThemeColor | undefined> = {
  normal: undefined,
  warning: new vscode.ThemeColor("statusBarItem.warningBackground"),
  error: new vscode.ThemeColor("statusBarItem.errorBackground"),
};

interface Action extends vscode.QuickPickItem {
  run: CommandId | "openSettings";
}

async function showActions(sessions: Sessions): Promise<void> {
  const turns = sessions.running.map((session) => session.running);
  const actions: Action[] = [
    {
      run: "hunch.answerNow",
      label: `$(debug-step-over) ${t("Answer Now")}`,
      description: t("End the thought and answer"),
    },
    { run: "hunch.stop", label: `$(debug-stop) ${t("Stop")}`, description: t("Keep the text so far") },
    { run: "hunch.ask", label: `$(question) ${t("Ask…")}` },
    { run: "hunch.explainSelection", label: `$(comment-discussion) ${t("Explain Selection")}` },
    { run: "hunch.newChat", label: `$(add) ${t("New Chat")}` },
    { run: "hunch.selectModel", label: `$(chip) ${t("Select Model")}` },
    { run: "hunch.downloadModel", label: `$(cloud-download) ${t("Download Model")}` },
    { run: "hunch.benchmark", label: `$(dashboard) ${t("Benchmark This Machine")}` },
    { run: "hunch.restartEngine", label: `$(debug-restart) ${t("Restart Engine")}` },
    { run: "hunch.showLog", label: `$(output) ${t("Show Engine Log")}` },
    { run: "openSettings", label: `$(gear) ${t("Open Settings")}` },
  ];
  const possible = actions.filter(({ run }) => {
    if (run === "hunch.stop") return turns.length > 0;
    return run !== "hunch.answerNow" || turns.some((turn) => turn?.status === "thinking");
  });
  const chosen = await vscode.window.showQuickPick(possible, { title: "Hunch", placeHolder: t("What to do") });
  if (!chosen) return;
  if (chosen.run === "openSettings") await vscode.commands.executeCommand("workbench.action.openSettings", "hunch.");
  else await vscode.commands.executeCommand(chosen.run);
}
