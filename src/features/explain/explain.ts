/** `Hunch: Explain Selection`: explanations as comment threads under the code, with follow-up questions. */
import * as vscode from "vscode";
import { commentControllerId } from "../../common/commands.ts";
import { HunchError } from "../../common/errors.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { codeInQuestion, type EditorCode } from "../../host/editor.ts";
import type { Chat } from "../chat/chat.ts";
import type { Sessions } from "../chat/sessions.ts";
import { offerMissingModel } from "../models/download.ts";
import type { Explanation } from "./explanation.ts";

export function registerExplain(ctx: Ctx, sessions: Sessions, chat: Chat): void {
  const explanations = new Explanations(ctx, sessions, chat);
  ctx.own(explanations);
  registerCommand(ctx, "hunch.explainSelection", () => explanations.explainSelection());
  registerCommand(ctx, "hunch.thread.reply", (reply: vscode.CommentReply) => explanations.reply(reply));
  const onThread = (act: (explanation: Explanation) => unknown) => (thread: vscode.CommentThread) => {
    const explanation = explanations.of(thread);
    return explanation && act(explanation);
  };
  registerCommand(
    ctx,
    "hunch.thread.stop",
    onThread(({ session }) => session.stop()),
  );
  registerCommand(
    ctx,
    "hunch.thread.answerNow",
    onThread(({ session }) => session.answerNow()),
  );
  registerCommand(
    ctx,
    "hunch.thread.continue",
    onThread(({ session }) => {
      const last = session.conversation.turns.at(-1);
      return last && session.continue(last.id);
    }),
  );
  registerCommand(
    ctx,
    "hunch.thread.openInChat",
    onThread(({ session }) => chat.show(session)),
  );
  registerCommand(
    ctx,
    "hunch.thread.delete",
    onThread((explanation) => explanations.delete(explanation)),
  );
}

class Explanations {
  readonly #ctx: Ctx;
  readonly #sessions: Sessions;
  readonly #chat: Chat;
  readonly #explanations = new Set<Explanation>();
  readonly #subscription: vscode.Disposable;
  #controller: vscode.CommentController | null = null;

  constructor(ctx: Ctx, sessions: Sessions, chat: Chat) {
    this.#ctx = ctx;
    this.#sessions = sessions;
    this.#chat = chat;
    this.#subscription = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      for (const explanation of this.#explanations)
        if (explanation.thread.uri.toString() === document.uri.toString()) explanation.follow(contentChanges);
    });
  }

  /** Explains the selection, or the definition around the cursor; resolves with the thread when its answer has ended. */
  async explainSelection(): Promise<vscode.CommentThread | null> {
    const code = await codeInQuestion();
    if (!(await offerMissingModel(this.#ctx))) return null;
    // With the markdown parser, which activation should not pay for.
    const { Explanation } = await import("./explanation.ts");
    for (const earlier of this.#explanations) if (earlier.isAbout(code.document.uri, code.range)) this.delete(earlier);
    const session = this.#sessions.create();
    const question = { task: "explain", text: questionAbout(code), question: "", code: [code] } as const;
    const answered = session.ask(question);
    const explanation = new Explanation(this.#controllerOf(), code, session, {
      hunchIcon: vscode.Uri.joinPath(this.#ctx.extension.extensionUri, "media", "icon.png"),
    });
    this.#explanations.add(explanation);
    await answered;
    return explanation.thread;
  }

  async reply({ thread, text }: vscode.CommentReply): Promise<void> {
    const explanation = this.of(thread);
    if (explanation?.session.running)
      throw new HunchError("usage", "This explanation is still being written.", {
        hint: "Ask when it has ended, or stop it first.",
      });
    await explanation?.session.ask({ task: "ask", text, code: [] });
  }

  of(thread: vscode.CommentThread): Explanation | undefined {
    return [...this.#explanations].find((explanation) => explanation.thread === thread);
  }

  /** The conversation goes on in the chat when it is on screen there; else it ends. */
  delete(explanation: Explanation): void {
    if (!this.#chat.release(explanation.session)) explanation.session.stop();
    this.#explanations.delete(explanation);
    explanation.dispose();
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const explanation of this.#explanations) this.delete(explanation);
    this.#controller?.dispose();
  }

  /** Made with the first explanation: until then the editor needs no Comments view of ours. */
  #controllerOf(): vscode.CommentController {
    if (!this.#controller) {
      this.#controller = vscode.comments.createCommentController(commentControllerId, "Hunch");
      this.#controller.options = { prompt: "Ask a follow-up question", placeHolder: "Ask about this explanation…" };
    }
    return this.#controller;
  }
}

function questionAbout({ attachment }: EditorCode): string {
  const { label, startLine, endLine } = attachment;
  return startLine === endLine ? `Explain ${label}:${startLine}` : `Explain ${label}:${startLine}-${endLine}`;
}
