/** The first steps: the walkthrough, and a sample to try the model on. */

import * as vscode from "vscode";
import { type CommandId, walkthroughId } from "../../common/commands.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import type { Sessions } from "../chat/sessions.ts";
import { offerMissingModel } from "../models/download.ts";

/** Short, and with something to see in it. */
const sample = `/** Splits a bill so that nobody pays more than one cent more than another. */
export function splitBill(cents: number, people: number): number[] {
  const share = Math.floor(cents / people);
  const left = cents - share * people;
  return Array.from({ length: people }, (_, person) => share + (person < left ? 1 : 0));
}
`;

export function registerWelcome(ctx: Ctx, sessions: Sessions): void {
  registerCommand(ctx, "hunch.getStarted", () =>
    vscode.commands.executeCommand(
      "workbench.action.openWalkthrough",
      `${ctx.extension.extension.id}#${walkthroughId}`,
      false,
    ),
  );
  registerCommand(ctx, "hunch.tryIt", () => tryIt(ctx, sessions));
}

/** Explains the sample in a document without a file, as the command on code of one's own does. */
async function tryIt(ctx: Ctx, { samples }: Sessions): Promise<unknown> {
  if (!(await offerMissingModel(ctx))) return undefined;
  const document = await vscode.workspace.openTextDocument({ language: "typescript", content: sample });
  samples.add(document.uri.toString());
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(document.positionAt(0), document.positionAt(sample.trimEnd().length));
  return vscode.commands.executeCommand("hunch.explainSelection" satisfies CommandId);
}
