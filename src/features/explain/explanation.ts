/**
 * One inline explanation: a comment thread under the code that draws a session, at most ten times a second. Comments
 * keep their identity, so that the editor changes their text in place.
 */
import * as vscode from "vscode";
import type { Subscription } from "../../common/emitter.ts";
import type { EditorCode } from "../../host/editor.ts";
import type { ChatSession } from "../chat/session.ts";
import { shiftRange } from "./lineRange.ts";
import { type RenderedComment, renderThread } from "./render.ts";

const updateMs = 100;
/**
 * The editor makes a second reply button when the reply form appears while comments change; its own updates wait
 * 100 ms, so that well after the last one is safe (seen in VS Code 1.139).
 */
const replyDelayMs = 400;

export interface ExplanationLook {
  hunchIcon: vscode.Uri;
}

export class Explanation {
  readonly session: ChatSession;
  readonly thread: vscode.CommentThread;
  readonly #look: ExplanationLook;
  readonly #subscription: Subscription;
  readonly #comments: vscode.Comment[] = [];
  #timer: NodeJS.Timeout | null = null;
  #replyTimer: NodeJS.Timeout | null = null;
  #lastDrawn = 0;

  constructor(controller: vscode.CommentController, code: EditorCode, session: ChatSession, look: ExplanationLook) {
    this.session = session;
    this.#look = look;
    this.thread = controller.createCommentThread(code.document.uri, code.range, []);
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.thread.label = session.conversation.title;
    this.#subscription = session.onChange((change) => this.#schedule(change.type === "tokens"));
    this.#draw();
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

  isAbout(uri: vscode.Uri, range: vscode.Range): boolean {
    const own = this.thread.range;
    return (
      this.thread.uri.toString() === uri.toString() &&
      own?.start.line === range.start.line &&
      own.end.line === range.end.line
    );
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#replyTimer) clearTimeout(this.#replyTimer);
    this.#subscription.dispose();
    this.thread.dispose();
  }

  /** Tokens may wait for the next drawing; a change of state is drawn at once. */
  #schedule(mayWait: boolean): void {
    const waitMs = mayWait ? this.#lastDrawn + updateMs - performance.now() : 0;
    if (waitMs <= 0) this.#draw();
    else this.#timer ??= setTimeout(() => this.#draw(), waitMs);
  }

  #draw(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#lastDrawn = performance.now();
    const { state, canReply, comments } = renderThread(this.session.conversation);
    this.#comments.length = comments.length;
    comments.forEach((comment, index) => {
      this.#comments[index] = this.#redraw(this.#comments[index], comment);
    });
    this.thread.comments = [...this.#comments];
    if (this.thread.contextValue !== state) this.thread.contextValue = state;
    this.#allowReply(canReply);
  }

  #allowReply(allowed: boolean): void {
    if (this.#replyTimer) clearTimeout(this.#replyTimer);
    this.#replyTimer = null;
    if (!allowed) this.thread.canReply = false;
    else
      this.#replyTimer = setTimeout(() => {
        this.thread.canReply = true;
      }, replyDelayMs);
  }

  #redraw(old: vscode.Comment | undefined, { author, markdown }: RenderedComment): vscode.Comment {
    // Themed icons are ours; HTML and command links stay off, since the text is a model's.
    const body = new vscode.MarkdownString(markdown, true);
    if (old) {
      old.body = body;
      return old;
    }
    return {
      body,
      mode: vscode.CommentMode.Preview,
      author: author === "you" ? { name: "You" } : { name: "Hunch", iconPath: this.#look.hunchIcon },
    };
  }
}
