/** The inline explanations of the window: opens them, keeps them on their code, and ends them. */
import * as vscode from "vscode";
import { commentControllerId } from "../../common/commands.ts";
import { HunchError } from "../../common/errors.ts";
import type { Ctx } from "../../host/ctx.ts";
import { type EditorCode, placeOf } from "../../host/editor.ts";
import type { TaskKind } from "../../prompts/compose.ts";
import type { Chat } from "../chat/chat.ts";
import type { Sessions } from "../chat/sessions.ts";
import { offerMissingModel } from "../models/download.ts";
import type { Explanation } from "./explanation.ts";

export interface ThreadQuestion {
  task: TaskKind;
  /** What is done with the code, for the thread's title: "Explain", "Find bugs in". */
  verb: string;
  /** What the model is asked beside its task. */
  question?: string;
}

export class Explanations {
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

  /** Asks about code in a thread under it; resolves with the thread when its answer has ended. */
  async open(code: EditorCode, { task, verb, question = "" }: ThreadQuestion): Promise<vscode.CommentThread | null> {
    if (!(await offerMissingModel(this.#ctx))) return null;
    // With the markdown parser, which activation should not pay for.
    const { Explanation } = await import("./explanation.ts");
    const text = `${verb} ${placeOf(code)}`;
    for (const earlier of this.#explanations) if (earlier.isAbout(code, task)) this.delete(earlier);
    const session = this.#sessions.create();
    const answered = session.ask({ task, text, question, code: [code] });
    const explanation = new Explanation(
      this.#controllerOf(),
      { code, task, session },
      {
        hunchIcon: vscode.Uri.joinPath(this.#ctx.extension.extensionUri, "media", "icon.png"),
      },
    );
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
