/**
 * All that the editor itself says or asks for us goes through here. VS Code makes `[words](command:…)` in such a text a link
 * that runs the command, also in a folder nobody trusts, and names of files and models, errors and what servers say are
 * written by others. No text of ours has a link.
 */

import * as vscode from "vscode";
import { withoutLinks } from "./withoutLinks.ts";

type Answer = Thenable<string | undefined>;

export function showInformation(text: string, ...buttons: string[]): Answer {
  return vscode.window.showInformationMessage(withoutLinks(text), ...buttons);
}

export function showWarning(text: string, ...buttons: string[]): Answer {
  return vscode.window.showWarningMessage(withoutLinks(text), ...buttons);
}

export function showFailure(text: string, ...buttons: string[]): Answer {
  return vscode.window.showErrorMessage(withoutLinks(text), ...buttons);
}

/** A dialog that waits for the user: whether he pressed the button. `detail` is drawn as it is. */
export async function confirmed({
  text,
  detail,
  button,
}: {
  text: string;
  detail: string;
  button: string;
}): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(withoutLinks(text), { modal: true, detail }, button);
  return answer === button;
}

export function showInput({ prompt, ...options }: vscode.InputBoxOptions): Answer {
  return vscode.window.showInputBox({ ...options, prompt: prompt && withoutLinks(prompt) });
}

interface Progressed {
  message?: string;
  /** Of the whole (%). */
  increment?: number;
}

export function withProgress<T>(
  { title, ...options }: vscode.ProgressOptions,
  work: (progress: vscode.Progress<Progressed>, cancel: vscode.CancellationToken) => Thenable<T>,
): Thenable<T> {
  return vscode.window.withProgress({ ...options, title: title && withoutLinks(title) }, (progress, cancel) => {
    const report = ({ message, increment }: Progressed) =>
      progress.report({ message: message && withoutLinks(message), increment });
    return work({ report }, cancel);
  });
}
