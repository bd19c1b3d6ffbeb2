/** The chat's view and commands. */
import * as vscode from "vscode";
import { chatEditorId, chatViewId } from "../../common/commands.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { activeEditor } from "../../host/editor.ts";
import type { Proposals } from "../actions/proposals.ts";
import { Chat } from "./chat.ts";
import type { Sessions } from "./sessions.ts";

export function registerChat(ctx: Ctx, sessions: Sessions, proposals: Proposals): Chat {
  const chat = new Chat(ctx, sessions, proposals);
  ctx.own(vscode.window.registerWebviewViewProvider(chatViewId, chat.view));
  ctx.own(vscode.window.registerWebviewPanelSerializer(chatEditorId, chat.view));
  registerCommand(ctx, "hunch.newChat", () => chat.newChat());
  registerCommand(ctx, "hunch.showChats", () => chat.showSessions());
  // From the explorer: the file under the pointer, and all that are selected with it.
  registerCommand(ctx, "hunch.addToChat", (file?: vscode.Uri, selected?: unknown) => {
    const files = Array.isArray(selected) ? selected.filter((uri) => uri instanceof vscode.Uri) : [];
    return chat.addFiles(files.length > 0 ? files : [file ?? activeEditor().document.uri]);
  });
  registerCommand(ctx, "hunch.openChatInEditor", () => chat.view.openInEditor());
  registerCommand(ctx, "hunch.exportChat", () => chat.exportMarkdown());
  // The chat goes first; inline explanations have buttons of their own and are meant when the chat is idle.
  registerCommand(ctx, "hunch.stop", () => {
    if (chat.running) chat.stop();
    else for (const session of sessions.running) session.stop();
  });
  registerCommand(ctx, "hunch.answerNow", () => {
    for (const session of sessions.running) session.answerNow();
  });
  registerCommand(ctx, "hunch.restartEngine", () => ctx.engine.restart());
  registerCommand(ctx, "hunch.showLog", () => ctx.log.show());
  return chat;
}
