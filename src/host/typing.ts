/** Tells the engine while the user types, so that it leaves a core to the editor. */
import * as vscode from "vscode";
import type { Ctx } from "./ctx.ts";

/** The engine takes it that typing goes on for longer than this (engine/typing.ts). */
const intervalMs = 300;

export function watchTyping({ engine, own }: Ctx): void {
  let told = Number.NEGATIVE_INFINITY;
  own(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const now = performance.now();
      if (contentChanges.length === 0 || now - told < intervalMs) return;
      if (document !== vscode.window.activeTextEditor?.document) return;
      told = now;
      engine.typing();
    }),
  );
}
