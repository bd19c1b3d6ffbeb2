/**
 * `Hunch: Ask…`: a question typed into a box, answered in the chat, about the selection, else about the definition around
 * the cursor if there is one.
 */

import * as vscode from "vscode";
import { isHunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { type EditorCode, findSymbol, isFileLike, selectedAttachment, selectedCode } from "../../host/editor.ts";
import { showInput } from "../../host/messages.ts";
import { askedAbout } from "../chat/askedCode.ts";
import type { Chat } from "../chat/chat.ts";

/** A language service that is starting does not keep anybody from typing. */
const patienceMs = 1_000;

export function registerAsk(ctx: Ctx, chat: Chat): void {
  registerCommand(ctx, "hunch.ask", () => ask(chat));
}

async function ask(chat: Chat): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  // Before the box: code that can not be asked about should not cost a typed question.
  const selected = editor && selectedAttachment(editor) ? selectedCode(editor) : null;
  const code = selected ?? (editor ? await codeAround(editor) : null);
  // While the question is typed.
  const asked = code ? askedAbout(code) : { code: [] };
  const question = await showInput({
    title: t("Hunch: Ask"),
    placeHolder: t("What do you want to know?"),
    prompt: promptOf(code, selected !== null),
  });
  if (!question?.trim()) return;
  // An answer under way goes on in its own chat; this one waits for its turn, and what is being typed stays.
  if (chat.running) await chat.newChat();
  else await chat.view.focus();
  await chat.askTask({ task: "ask", text: question, ...asked });
}

function promptOf(code: EditorCode | null, isSelected: boolean): string {
  if (!code) return t("Select code first to ask about it");
  const { label, startLine, endLine } = code.attachment;
  const where = t("{0}, lines {1} to {2}", label, startLine, endLine);
  return isSelected ? t("About the selection: {0}", where) : t("About the code around the cursor: {0}", where);
}

/** null where there is none that can be asked about: nobody pointed at it. */
async function codeAround({ document, selection }: vscode.TextEditor): Promise<EditorCode | null> {
  if (!isFileLike(document)) return null;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), patienceMs));
  try {
    return await Promise.race([findSymbol(document, selection.active.line), late]);
  } catch (error) {
    if (!isHunchError(error)) throw error;
    return null;
  }
}
