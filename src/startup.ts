/** What VS Code loads: as little as it takes to load the extension fast, in every window. */
import { join } from "node:path";
import type { ExtensionContext } from "vscode";
import { loadCompiled } from "./host/compiledCode.ts";

type Extension = typeof import("./extension.ts");

let extension: Extension | null = null;

export function activate(context: ExtensionContext): void {
  const startMs = performance.now();
  const bundle = join(__dirname, "extension.cjs");
  extension = loadCompiled(bundle, context.globalStorageUri.fsPath, require) as Extension;
  extension.activate(context, startMs);
}

export async function deactivate(): Promise<void> {
  await extension?.deactivate();
}
