/** `Hunch: Ask…`: a question typed into a box, answered in the chat, with the selection if there is one. */
import * as vscode from "vscode";
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
    ? `${code.attachment.label}, lines ${code.attachment.startLine} to ${code.attachment.endLine}`
    : "";
  const question = await vscode.window.showInputBox({
    title: "Hunch: Ask",
    placeHolder: "What do you want to know?",
    prompt: code ? `About the selection: ${where}` : "Select code first to ask about it",
  });
  if (!question?.trim()) return;
  // An answer under way goes on; the question waits in the chat's input.
  if (chat.running) return chat.view.focus(question);
  await chat.view.focus();
  await chat.ask(question, code ? [code] : []);
}
