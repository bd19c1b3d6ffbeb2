/** The cart, the file that the suites of commands are about, and models that say an exact answer. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { writeScriptedModel } from "../../support/scriptedModel.ts";
import { sleep } from "../host/host.mjs";

export const [folder] = vscode.workspace.workspaceFolders;
export const cart = vscode.Uri.joinPath(folder.uri, "src", "cart.ts");
export const smallModel = vscode.workspace.getConfiguration("hunch").get("model");
export const setModel = (model) => vscode.workspace.getConfiguration("hunch").update("model", model, true);
export const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);
export const openTabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.label);

/** Opens the cart with the cursor at the line (1-based) that holds `text`. */
export async function cursorAt(text) {
  const document = await vscode.workspace.openTextDocument(cart);
  const editor = await vscode.window.showTextDocument(document);
  const position = document.positionAt(document.getText().indexOf(text));
  editor.selection = new vscode.Selection(position, position);
  return editor;
}

/** The last change is drawn a moment after the command has ended. */
export async function ended(thread) {
  while (!["done", "interrupted"].includes(thread.contextValue)) await sleep(50);
  return thread;
}

/** It takes a while to start. */
export async function languageService() {
  for (let attempt = 0; attempt < 200; attempt++) {
    const found = await run("vscode.executeDocumentSymbolProvider", cart);
    if (found?.length > 0) return;
    await sleep(250);
  }
  throw new Error("The language service finds no symbols in the cart.");
}

/** Within a suite: its tests begin when the language service knows the cart, and leave no editors or messages behind. */
export function aroundTheCart() {
  suiteSetup(languageService);

  teardown(async () => {
    await run("workbench.action.revertAndCloseActiveEditor");
    await run("workbench.action.closeAllEditors");
    await run("notifications.clearAll");
  });
}

/** Within a suite: models of its own, and the small one again when it has ended. */
export function scriptedModels() {
  const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
  const fileOf = (name) => path.join(models, `${name}.gguf`);

  suiteTeardown(async () => {
    await setModel(smallModel);
    rmSync(models, { recursive: true });
  });

  return {
    fileOf,
    /** From now on the model answers with the lines of `answer`. */
    async scriptModel(name, answer) {
      writeScriptedModel(fileOf(name), { thoughtTokens: 4, answerTexts: answer.split(/(?<=\n)/) });
      await setModel(fileOf(name));
    },
  };
}
