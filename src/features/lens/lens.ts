/** “Explain” above definitions (a setting, off at first) and in the hover of their names (a setting, on at first). */

import * as vscode from "vscode";
import type { CommandId } from "../../common/commands.ts";
import { t } from "../../common/l10n.ts";
import { definitionsIn } from "../../host/code.ts";
import type { Ctx } from "../../host/ctx.ts";
import { codeDocuments, symbolsOf } from "../../host/editor.ts";
import type { SymbolPlace } from "../explain/explain.ts";
import { commandLink } from "./commandLink.ts";

const explain: CommandId = "hunch.explainSymbol";
/** Lines from a definition's beginning on which its name may stand, behind decorators. */
const headLines = 5;

export function registerLens(ctx: Ctx): void {
  const lenses = new Lenses(ctx);
  ctx.own(lenses);
  ctx.own(vscode.languages.registerCodeLensProvider([...codeDocuments], lenses));
  ctx.own(
    vscode.languages.registerHoverProvider([...codeDocuments], {
      provideHover: (document, position) => provideHover(ctx, document, position),
    }),
  );
}

class Lenses implements vscode.CodeLensProvider {
  readonly #ctx: Ctx;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(ctx: Ctx) {
    this.#ctx = ctx;
    this.#subscription = ctx.settings.onDidChange((keys) => {
      if (keys.includes("codeLens")) this.#changed.fire();
    });
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!this.#ctx.settings.current.codeLens) return [];
    return definitionsIn(await symbolsOf(document)).map(
      ({ startLine }) =>
        new vscode.CodeLens(new vscode.Range(startLine, 0, startLine, 0), {
          title: `$(comment-discussion) ${t("Explain")}`,
          tooltip: t("Explain with Hunch"),
          command: explain,
          arguments: [placeOn(document, startLine)],
        }),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

async function provideHover(
  ctx: Ctx,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Hover | null> {
  if (!ctx.settings.current.hoverExplain) return null;
  const range = document.getWordRangeAtPosition(position);
  if (!range) return null;
  const word = document.getText(range);
  const named = definitionsIn(await symbolsOf(document)).find(
    ({ name, startLine }) =>
      name.replace(/\(.*$/, "") === word && startLine <= position.line && position.line < startLine + headLines,
  );
  if (!named) return null;
  const text = new vscode.MarkdownString(
    commandLink(`$(comment-discussion) ${t("Explain with Hunch")}`, explain, placeOn(document, position.line)),
    true,
  );
  text.isTrusted = { enabledCommands: [explain] };
  return new vscode.Hover(text, range);
}

function placeOn({ uri }: vscode.TextDocument, line: number): SymbolPlace {
  return { uri: uri.toString(), line };
}
