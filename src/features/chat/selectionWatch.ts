/** Tells of the selection that would go with a question, when it rests. */
import * as vscode from "vscode";
import type { Attachment } from "../../common/panel.ts";
import { selectedAttachment } from "../../host/editor.ts";
import { codeEditor } from "./pageActions.ts";

/** A selection grows with every mouse move. */
const delayMs = 120;

export function watchSelection(tell: (selection: Attachment | null) => void): vscode.Disposable {
  let timer: NodeJS.Timeout | null = null;
  const moved = () => {
    timer ??= setTimeout(() => {
      timer = null;
      tell(selectedAttachment(codeEditor()));
    }, delayMs);
  };
  const subscriptions = [
    vscode.window.onDidChangeTextEditorSelection(moved),
    vscode.window.onDidChangeActiveTextEditor(moved),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      if (timer) clearTimeout(timer);
    },
  };
}
