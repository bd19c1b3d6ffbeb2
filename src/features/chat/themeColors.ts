/** Keeps the pages' colours of code those of the editor's theme. */
import * as vscode from "vscode";
import type { CodeColors, ToPanel } from "../../common/panel.ts";
import { activeCodeColors, themeSettings } from "../../host/activeTheme.ts";
import type { Ctx } from "../../host/ctx.ts";

/** @returns to be called when a page is there; later changes of the theme are sent by themselves */
export function followTheme(ctx: Ctx, send: (message: ToPanel) => void): () => Promise<void> {
  let latest = 0;
  const sendColors = async () => {
    const turn = ++latest;
    const colors = await readColors(ctx);
    // A theme that was read more quickly may have come in between.
    if (turn === latest) send({ type: "codeColors", colors });
  };
  ctx.own(vscode.window.onDidChangeActiveColorTheme(sendColors));
  ctx.own(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (themeSettings.some((setting) => change.affectsConfiguration(setting))) void sendColors();
    }),
  );
  return sendColors;
}

/** The file is another extension's: where it can not be read, the panel's own colours do, and nobody is bothered. */
async function readColors(ctx: Ctx): Promise<CodeColors> {
  try {
    return await activeCodeColors();
  } catch (error) {
    ctx.log.write("warn", `The colours of code can not be read from the theme: ${String(error)}`);
    return {};
  }
}
