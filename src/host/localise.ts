/** The editor's language, for everything that is said from now on. */
import * as vscode from "vscode";
import { setLocalisation } from "../common/l10n.ts";

/** Without a translation into it, all is English, and is marked so. */
export function localise(): void {
  const { bundle } = vscode.l10n;
  if (bundle) setLocalisation({ language: vscode.env.language, table: bundle });
}
