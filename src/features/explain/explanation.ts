/**
 * One inline explanation: a comment thread under the code that draws a session, at most ten times a second. Comments
 * keep their identity, so that the editor changes their text in place.
 */

import * as vscode from "vscode";
import type { Subscription } from "../../common/emitter.ts";
import { t } from "../../common/l10n.ts";
import type { TaskKind } from "../../prompts/compose.ts";
import type { ChatSession } from "../chat/session.ts";
import { editsOf } from "./edits.ts";
import { type ExplainedPlace, linesIn, textOf } from "./explainedPlace.ts";
import { followCode } from "./followCode.ts";
import { type Columns, type LineRange, moved, wholeLines } from "./lineRange.ts";
import { relocate } from "./relocate.ts";
import { type RenderedComment, type RenderedThread, renderThread } from "./render.ts";
import type { StoredThread } from "./threadStore.ts";

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
  place: ExplainedPlace;
  question: ThreadQuestion;
  session: ChatSession;
  /** The session begins with an answer that was given before. */
  kept: boolean;
  isOpen: boolean;
}

export class Explanation {
  readonly session: ChatSession;
  #thread: vscode.CommentThread;
  readonly question: ThreadQuestion;
  readonly #look: ExplanationLook;
  readonly #kept: boolean;
  /** The lines of the code as they were explained. */
  #text: string;
  /** Where those lines are now; the thread may stand under a part of them. */
  #lines: LineRange;
  readonly #columns: Columns;
  #stale: boolean;
  readonly #subscription: Subscription;
  #comments: vscode.Comment[];
  #timer: NodeJS.Timeout | null = null;
  /** Nothing is drawn before this time (ms, as performance.now). */
  #nextDraw = performance.now() + firstUpdateMs;

  constructor(
    controller: vscode.CommentController,
    { place, question, session, kept, isOpen }: ExplanationSubject,
    look: ExplanationLook,
  ) {
    this.session = session;
    this.question = question;
    this.#look = look;
    this.#kept = kept;
    this.#lines = place.lines;
    this.#columns = place.columns;
    this.#text = place.text;
    this.#stale = place.stale;
    const { state, comments } = this.#render();
    this.#comments = comments.map((comment) => this.#comment(comment));
    this.#thread = this.#open(controller, place.uri, asRange(place.shown), isOpen);
    this.#thread.contextValue = state;
    this.#subscription = session.onChange(() => this.#schedule());
  }

  /** The conversation's. */
  get id(): string {
    return this.session.conversation.id;
  }

  get thread(): vscode.CommentThread {
    return this.#thread;
  }

  /** The file has another name now. A thread can not move: a new one takes its place and goes on. */
  moveTo(uri: vscode.Uri, controller: vscode.CommentController): void {
    const { range = asRange(this.#lines), contextValue, canReply } = this.#thread;
    this.#thread.dispose();
    this.#thread = this.#open(controller, uri, range, true);
    Object.assign(this.#thread, { contextValue, canReply });
    this.#nextDraw = performance.now() + firstUpdateMs;
    this.#schedule();
  }

  /** The explained code as it stands now: in lines that were edited, nothing tells which part of them it is. */
  get range(): vscode.Range {
    const { start, end } = this.#stale ? wholeLines : this.#columns;
    return new vscode.Range(this.#lines.startLine, start, this.#lines.endLine, end);
  }

  /** The code was edited since it was explained. */
  get stale(): boolean {
    return this.#stale;
  }

  /**
   * Follows an edit of the document: the thread stays under its code, and says so when that is another now. Undoing the
   * edit makes it right again.
   */
  follow(change: vscode.TextDocumentChangeEvent): void {
    const { range } = this.thread;
    const before = { lines: this.#lines, text: this.#text, shown: range ? linesIn(range) : this.#lines };
    const { lines, text, shown, stale } = followCode(before, editsOf(change), (at) => textOf(change.document, at));
    this.#lines = lines;
    this.#text = text;
    if (range && (shown.startLine !== before.shown.startLine || shown.endLine !== before.shown.endLine))
      this.thread.range = asRange(shown);
    this.#setStale(stale);
  }

  /** The document is open again: it may have changed meanwhile. */
  compare(document: vscode.TextDocument): void {
    const { lines, stale } = relocate(document.getText(), this.#text, this.#lines);
    if (!stale) this.#text = textOf(document, lines);
    const { range } = this.thread;
    if (range && lines.startLine !== this.#lines.startLine)
      this.thread.range = asRange(moved(linesIn(range), this.#lines, lines));
    this.#lines = lines;
    this.#setStale(stale);
  }

  /** As it is written down. */
  toJSON(): StoredThread {
    const { start, end } = this.thread.range ?? asRange(this.#lines);
    return {
      uri: this.thread.uri.toString(),
      question: this.question,
      lines: this.#lines,
      columns: this.#columns,
      text: this.#text,
      shown: { startLine: start.line, endLine: end.line },
      kept: this.#kept,
      conversation: this.session.conversation,
    };
  }

  isAbout({ uri, shown }: ExplainedPlace, { task, question }: ThreadQuestion): boolean {
    const own = this.thread.range;
    return (
      this.question.task === task &&
      // Of two problems on a line, each has its own; what is reported beside the bugs may be another each time.
      (task !== "ask" || this.question.question === question) &&
      this.thread.uri.toString() === uri.toString() &&
      own?.start.line === shown.startLine &&
      own.end.line === shown.endLine
    );
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#thread.dispose();
  }

  #open(
    controller: vscode.CommentController,
    uri: vscode.Uri,
    range: vscode.Range,
    isOpen: boolean,
  ): vscode.CommentThread {
    const thread = controller.createCommentThread(uri, range, this.#comments);
    const { Expanded, Collapsed } = vscode.CommentThreadCollapsibleState;
    thread.collapsibleState = isOpen ? Expanded : Collapsed;
    thread.label = this.session.conversation.title;
    return thread;
  }

  #setStale(stale: boolean): void {
    if (stale === this.#stale) return;
    this.#stale = stale;
    this.#schedule();
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

function asRange({ startLine, endLine }: LineRange): vscode.Range {
  return new vscode.Range(startLine, 0, endLine, 0);
}

/**
 * HTML, command links and themed icons stay off, since the text is a model's: "$(document)" and "$(pwd)" are code, and no
 * answer looks like a note of ours.
 */
function bodyOf({ markdown }: RenderedComment): vscode.MarkdownString {
  return new vscode.MarkdownString(markdown);
}
