/** The chat's view and commands. */
import * as vscode from "vscode";
import { chatViewId } from "../../common/commands.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { Chat } from "./chat.ts";
import type { Sessions } from "./sessions.ts";

export function registerChat(ctx: Ctx, sessions: Sessions): Chat {
  const chat = new Chat(ctx, sessions);
  ctx.own(vscode.window.registerWebviewViewProvider(chatViewId, chat.view));
  registerCommand(ctx, "hunch.newChat", () => chat.newChat());
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
