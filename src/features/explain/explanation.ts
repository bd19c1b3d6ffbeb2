/**
 * One inline explanation: a comment thread under the code that draws a session, at most ten times a second. Comments
 * keep their identity, so that the editor changes their text in place.
 */

import * as vscode from "vscode";
import type { Subscription } from "../../common/emitter.ts";
import { t } from "../../common/l10n.ts";
import type { EditorCode } from "../../host/editor.ts";
import type { TaskKind } from "../../prompts/compose.ts";
import type { ChatSession } from "../chat/session.ts";
import { type LineRange, shiftRange } from "./lineRange.ts";
import { type RenderedComment, type RenderedThread, renderThread } from "./render.ts";

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

/** What a thread asks about its code. */
export interface ThreadQuestion {
  task: TaskKind;
  /** What is done with the code, for the thread's title: "Explain", "Find bugs in". */
  verb: string;
  /** What the model is asked beside its task. */
  question?: string;
}

/** What is explained, and the conversation that does it. */
export interface ExplanationSubject {
  code: EditorCode;
  question: ThreadQuestion;
  session: ChatSession;
  /** The session begins with an answer that was given before. */
  kept: boolean;
}

export class Explanation {
  readonly session: ChatSession;
  #thread: vscode.CommentThread;
  readonly question: ThreadQuestion;
  readonly #look: ExplanationLook;
  readonly #kept: boolean;
  /** The lines of the code as they were explained. */
  readonly #text: string;
  /** Where those lines are now; the thread may stand under a part of them. */
  #lines: LineRange;
  #stale = false;
  readonly #subscription: Subscription;
  #comments: vscode.Comment[];
  #timer: NodeJS.Timeout | null = null;
  /** Nothing is drawn before this time (ms, as performance.now). */
  #nextDraw = performance.now() + firstUpdateMs;

  constructor(
    controller: vscode.CommentController,
    { code, question, session, kept }: ExplanationSubject,
    look: ExplanationLook,
  ) {
    this.session = session;
    this.question = question;
    this.#look = look;
    this.#kept = kept;
    this.#lines = { startLine: code.piece.startLine - 1, endLine: code.piece.endLine - 1 };
    this.#text = textOf(code.document, this.#lines);
    const { state, comments } = this.#render();
    this.#comments = comments.map((comment) => this.#comment(comment));
    this.#thread = this.#open(controller, code.document.uri, code.range);
    this.#thread.contextValue = state;
    this.#subscription = session.onChange(() => this.#schedule());
  }

  get thread(): vscode.CommentThread {
    return this.#thread;
  }

  /** The file has another name now. A thread can not move: a new one takes its place and goes on. */
  moveTo(uri: vscode.Uri, controller: vscode.CommentController): void {
    const {
      range = new vscode.Range(this.#lines.startLine, 0, this.#lines.endLine, 0),
      contextValue,
      canReply,
    } = this.#thread;
    this.#thread.dispose();
    this.#thread = this.#open(controller, uri, range);
    Object.assign(this.#thread, { contextValue, canReply });
    this.#nextDraw = performance.now() + firstUpdateMs;
    this.#schedule();
  }

  /** Lines of the explained code as it stands now, 0-based. */
  get lines(): LineRange {
    return this.#lines;
  }

  /**
   * Follows an edit of the document: the thread stays under its code, and says so when that is another now. Undoing the
   * edit makes it right again.
   */
  follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const edits = contentChanges.map((change) => ({
      startLine: change.range.start.line,
      startCharacter: change.range.start.character,
      endLine: change.range.end.line,
      insertedBreaks: change.text.split("\n").length - 1,
    }));
    this.#lines = shiftRange(this.#lines, edits);
    const stale = textOf(document, this.#lines) !== this.#text;
    if (stale !== this.#stale) {
      this.#stale = stale;
      this.#schedule();
    }
    const { range } = this.thread;
    if (!range) return;
    const before = { startLine: range.start.line, endLine: range.end.line };
    const after = shiftRange(before, edits);
    if (after.startLine !== before.startLine || after.endLine !== before.endLine)
      this.thread.range = new vscode.Range(after.startLine, 0, after.endLine, 0);
  }

  isAbout({ document, range }: EditorCode, { task }: ThreadQuestion): boolean {
    const own = this.thread.range;
    return (
      this.question.task === task &&
      this.thread.uri.toString() === document.uri.toString() &&
      own?.start.line === range.start.line &&
      own.end.line === range.end.line
    );
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#thread.dispose();
  }

  #open(controller: vscode.CommentController, uri: vscode.Uri, range: vscode.Range): vscode.CommentThread {
    const thread = controller.createCommentThread(uri, range, this.#comments);
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    thread.label = this.session.conversation.title;
    return thread;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#draw(), Math.max(0, this.#nextDraw - performance.now()));
  }

  #draw(): void {
    this.#timer = null;
    this.#nextDraw = performance.now() + updateMs;
    const { state, canReply, comments } = this.#render();
    this.#comments = comments.map((comment, index) => {
      const shown = this.#comments[index];
      if (!shown) return this.#comment(comment);
      shown.body = bodyOf(comment);
      return shown;
    });
    this.#thread.comments = this.#comments;
    if (this.thread.contextValue !== state) this.thread.contextValue = state;
    if (this.thread.canReply !== canReply) this.thread.canReply = canReply;
  }

  #render(): RenderedThread {
    return renderThread(this.session.conversation, { stale: this.#stale, kept: this.#kept });
  }

  #comment(comment: RenderedComment): vscode.Comment {
    return {
      body: bodyOf(comment),
      mode: vscode.CommentMode.Preview,
      author: comment.author === "you" ? { name: t("You") } : { name: "Hunch", iconPath: this.#look.hunchIcon },
    };
  }
}

function textOf(document: vscode.TextDocument, { startLine, endLine }: LineRange): string {
  return document.getText(new vscode.Range(startLine, 0, endLine, Number.MAX_SAFE_INTEGER));
}

/**
 * HTML, command links and themed icons stay off, since the text is a model's: "$(document)" and "$(pwd)" are code, and no
 * answer looks like a note of ours.
 */
function bodyOf({ markdown }: RenderedComment): vscode.MarkdownString {
  return new vscode.MarkdownString(markdown);
}
