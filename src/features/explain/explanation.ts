/**
 * One inline explanation: a comment thread under the code that draws a session, at most ten times a second. Comments
 * keep their identity, so that the editor changes their text in place.
 */
import * as vscode from "vscode";
import type { Subscription } from "../../common/emitter.ts";
import type { EditorCode } from "../../host/editor.ts";
import type { TaskKind } from "../../prompts/compose.ts";
import type { ChatSession } from "../chat/session.ts";
import { shiftRange } from "./lineRange.ts";
import { type RenderedComment, renderThread } from "./render.ts";

const updateMs = 100;
/**
 * The editor draws a second reply button when anything of a thread changes while its reply form is being built, and it
 * builds the form when it first shows the thread (seen in VS Code 1.139). So a new thread keeps its first text for a
 * moment, and its form, hidden while an answer is under way, is there from the beginning.
 */
const firstUpdateMs = 1_500;

export interface ExplanationLook {
  hunchIcon: vscode.Uri;
}

/** What is explained, and the conversation that does it. */
export interface ExplanationSubject {
  code: EditorCode;
  task: TaskKind;
  session: ChatSession;
}

export class Explanation {
  readonly session: ChatSession;
  readonly thread: vscode.CommentThread;
  readonly #task: TaskKind;
  readonly #look: ExplanationLook;
  readonly #subscription: Subscription;
  #comments: vscode.Comment[];
  #timer: NodeJS.Timeout | null = null;
  /** Nothing is drawn before this time (ms, as performance.now). */
  #nextDraw = performance.now() + firstUpdateMs;

  constructor(
    controller: vscode.CommentController,
    { code, task, session }: ExplanationSubject,
    look: ExplanationLook,
  ) {
    this.session = session;
    this.#task = task;
    this.#look = look;
    const { state, comments } = renderThread(session.conversation);
    this.#comments = comments.map((comment) => this.#comment(comment));
    this.thread = controller.createCommentThread(code.document.uri, code.range, this.#comments);
    this.thread.contextValue = state;
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.thread.label = session.conversation.title;
    this.#subscription = session.onChange(() => this.#schedule());
  }

  /** Follows an edit of the document, so that the thread stays under its code. */
  follow(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const { range } = this.thread;
    if (!range) return;
    const before = { startLine: range.start.line, endLine: range.end.line };
    const after = shiftRange(
      before,
      changes.map((change) => ({
        startLine: change.range.start.line,
        startCharacter: change.range.start.character,
        endLine: change.range.end.line,
        insertedBreaks: change.text.split("\n").length - 1,
      })),
    );
    if (after.startLine !== before.startLine || after.endLine !== before.endLine)
      this.thread.range = new vscode.Range(after.startLine, 0, after.endLine, 0);
  }

  isAbout({ document, range }: EditorCode, task: TaskKind): boolean {
    const own = this.thread.range;
    return (
      this.#task === task &&
      this.thread.uri.toString() === document.uri.toString() &&
      own?.start.line === range.start.line &&
      own.end.line === range.end.line
    );
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.thread.dispose();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#draw(), Math.max(0, this.#nextDraw - performance.now()));
  }

  #draw(): void {
    this.#timer = null;
    this.#nextDraw = performance.now() + updateMs;
    const { state, canReply, comments } = renderThread(this.session.conversation);
    this.#comments = comments.map((comment, index) => {
      const shown = this.#comments[index];
      if (!shown) return this.#comment(comment);
      shown.body = bodyOf(comment);
      return shown;
    });
    this.thread.comments = this.#comments;
    if (this.thread.contextValue !== state) this.thread.contextValue = state;
    if (this.thread.canReply !== canReply) this.thread.canReply = canReply;
  }

  #comment(comment: RenderedComment): vscode.Comment {
    return {
      body: bodyOf(comment),
      mode: vscode.CommentMode.Preview,
      author: comment.author === "you" ? { name: "You" } : { name: "Hunch", iconPath: this.#look.hunchIcon },
    };
  }
}

/** Themed icons are ours; HTML and command links stay off, since the text is a model's. */
function bodyOf({ markdown }: RenderedComment): vscode.MarkdownString {
  return new vscode.MarkdownString(markdown, true);
}
