/** `Hunch: Ask…`: a question typed into a box, answered in the chat, with the selection if there is one. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { selectedAttachment, selectedCode } from "../../host/editor.ts";
import type { Chat } from "../chat/chat.ts";

export function registerAsk(ctx: Ctx, chat: Chat): void {
  registerCommand(ctx, "hunch.ask", () => ask(chat));
}

async function ask(chat: Chat): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  // Before the box: code that can not be asked about should not cost a typed question.
  const code = editor && selectedAttachment(editor) ? selectedCode(editor) : null;
  const where = code
    ? t("{0}, lines {1} to {2}", code.attachment.label, code.attachment.startLine, code.attachment.endLine)
    : "";
  const question = await vscode.window.showInputBox({
    title: t("Hunch: Ask"),
    placeHolder: t("What do you want to know?"),
    prompt: code ? t("About the selection: {0}", where) : t("Select code first to ask about it"),
  });
  if (!question?.trim()) return;
  // An answer under way goes on; the question waits in the chat's input.
  if (chat.running) return chat.view.focus({ text: question });
  await chat.view.focus();
  await chat.ask(question, code ? [code] : []);
}
