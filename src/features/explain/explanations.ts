/**
 * The inline explanations of the window: opens them, keeps them on their code, writes them down, and ends them. Those of
 * earlier windows come back with their documents (KeptThreads).
 */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { commentControllerId } from "../../common/commands.ts";
import type { Subscription } from "../../common/emitter.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { withContext } from "../../host/context.ts";
import type { Ctx } from "../../host/ctx.ts";
import { type EditorCode, placeOf, rangeCode } from "../../host/editor.ts";
import { showInformation, withProgress } from "../../host/messages.ts";
import { guarded, showError } from "../../host/notify.ts";
import { movedTo } from "../../host/renames.ts";
import type { Chat } from "../chat/chat.ts";
import { type Split, storeError } from "../chat/conversationStore.ts";
import { newPlace } from "../chat/pageActions.ts";
import type { ChatSession } from "../chat/session.ts";
import type { Sessions } from "../chat/sessions.ts";
import { offerMissingModel } from "../models/download.ts";
import { ExplanationCache, explanationKey } from "./cache.ts";
import { offerClosedComments } from "./commentsView.ts";
import { placeNow, placeOfCode } from "./explainedPlace.ts";
import type { Explanation, ExplanationSubject, ThreadQuestion } from "./explanation.ts";
import { KeptThreads } from "./keptThreads.ts";
import { questionNow } from "./reportedProblems.ts";
import { type StoredThread, ThreadStore } from "./threadStore.ts";

type Thread = vscode.CommentThread;

interface OpenOptions {
  /** The lines under which the thread stands; without it, all of the code. */
  shown?: vscode.Range;
  /** "fresh": not from the cache. */
  answer?: "any" | "fresh";
}

export class Explanations {
  readonly #ctx: Ctx;
  readonly #sessions: Sessions;
  readonly #chat: Chat;
  readonly #cache: ExplanationCache;
  /** With what hears of their conversations. */
  readonly #explanations = new Map<Explanation, Subscription>();
  readonly #store: ThreadStore;
  readonly #kept = new KeptThreads();
  readonly #subscriptions: vscode.Disposable[];
  #controller: vscode.CommentController | null = null;

  constructor(ctx: Ctx, sessions: Sessions, chat: Chat) {
    const { extension, log } = ctx;
    this.#ctx = ctx;
    this.#sessions = sessions;
    this.#chat = chat;
    this.#cache = new ExplanationCache(extension.workspaceState);
    this.#store = new ThreadStore({
      folder: vscode.Uri.joinPath(extension.storageUri ?? extension.globalStorageUri, "explanations").fsPath,
      onError: (error) => showError(log, "store the explanations", storeError(error, "explanations")),
    });
    const changing = vscode.workspace.onDidChangeTextDocument((change) => {
      // Also sent when only the mark of unsaved changes is another.
      if (change.contentChanges.length === 0) return;
      for (const explanation of this.#about(change.document)) {
        explanation.follow(change);
        this.#changed(explanation);
      }
    });
    const show = (document: vscode.TextDocument) =>
      guarded(log, "show the explanations of a document", () => this.#documentOpened(document));
    this.#subscriptions = [
      changing,
      chat.onSplit((split) => this.#split(split)),
      vscode.workspace.onDidOpenTextDocument(show),
      vscode.workspace.onDidRenameFiles((renamed) => this.#filesMoved(renamed)),
    ];
    void guarded(log, "read the explanations", async () => {
      this.#kept.add(await this.#store.load());
      for (const document of vscode.workspace.textDocuments) await show(document);
    });
  }

  /**
   * Asks about code in a thread under it, with what the code uses. Unless the answer has to be fresh, the very same
   * question is answered from the cache; whoever wants a fresh one has seen to the model. Resolves with the thread when
   * its answer has ended.
   */
  async open(
    code: EditorCode,
    question: ThreadQuestion,
    { shown = code.range, answer = "any" }: OpenOptions = {},
  ): Promise<Thread | null> {
    const { task, verb, question: asked = "" } = question;
    // What is waited for below may take minutes, and the user goes on typing.
    const before = placeOfCode(code, shown);
    const { code: pieces, omitted } = await withProgress(
      { location: vscode.ProgressLocation.Window, title: t("Hunch: looking up what the code uses") },
      () => withContext(code, { callers: task === "explain" }),
    );
    const title = `${verb} ${placeOf(code)}`;
    const key = explanationKey({
      task,
      question: asked,
      code: pieces.map(({ piece }) => piece),
      settings: this.#ctx.settings.current,
    });
    const kept = answer === "any" ? this.#cache.get(key, { id: randomUUID(), title, code: pieces }) : null;
    if (!kept && answer === "any" && !(await offerMissingModel(this.#ctx))) return null;
    const place = () => placeNow(code.document, before);
    const now = place();
    for (const earlier of this.#explanations.keys()) if (earlier.isAbout(now, question)) this.#replace(earlier);
    const session = this.#sessions.create(kept);
    const answered = kept ? null : session.ask({ task, text: title, question: asked, code: pieces, omitted });
    const explanation = await this.#show(session, () => ({
      place: place(),
      question,
      session,
      kept: kept !== null,
      isOpen: true,
    }));
    offerClosedComments(this.#ctx);
    await answered;
    if (!kept) await this.#cache.put(key, session.conversation);
    return explanation.thread;
  }

  /** Asks again about the code as it is now. */
  async again(explanation: Explanation): Promise<Thread | null> {
    // Before the old one goes: without a model nothing would come in its place.
    if (!(await offerMissingModel(this.#ctx))) return null;
    const document = await vscode.workspace.openTextDocument(explanation.thread.uri);
    // Deleted meanwhile.
    if (!this.#explanations.has(explanation)) return null;
    const { thread, session, stale } = explanation;
    const code = rangeCode(document, explanation.range, t("The code of this explanation"));
    const shown = thread.range ?? code.range;
    const question = questionNow(explanation.question, code, shown);
    // After an edit it is the code that is another, not the answer that was bad.
    if (!stale) session.askedAnew();
    this.#replace(explanation);
    return this.open(code, question, { shown, answer: "fresh" });
  }

  async reply({ thread, text }: vscode.CommentReply): Promise<void> {
    // The editor takes the button away from an empty form only, and a key may be quicker.
    if (text.trim() === "") return;
    const explanation = this.of(thread);
    if (explanation?.session.running)
      throw new HunchError("usage", t("This explanation is still being written."), {
        hint: t("Ask when it has ended, or stop it first."),
      });
    await explanation?.session.ask({ task: "ask", text, code: [] });
  }

  of(thread: vscode.CommentThread): Explanation | undefined {
    return [...this.#explanations.keys()].find((explanation) => explanation.thread === thread);
  }

  /** The conversation goes on in the chat when it is on screen there; else it ends. */
  delete(explanation: Explanation): void {
    if (!this.#chat.release(explanation.session)) explanation.session.stop();
    this.#explanations.get(explanation)?.dispose();
    this.#explanations.delete(explanation);
    explanation.dispose();
    void guarded(this.#ctx.log, "remove an explanation", () => this.#store.remove(explanation.id));
  }

  /** Another comes in its place. What the user asked below it is kept: he did not ask for that to go. */
  #replace(explanation: Explanation): void {
    const { conversation } = explanation.session;
    if (conversation.turns.filter(({ role }) => role === "user").length > 1) {
      this.#chat.adopt(explanation.session);
      void showInformation(t("Hunch: the earlier explanation, with your questions below it, is kept as a chat."));
    }
    this.delete(explanation);
  }

  /** Writes the explanations down now, before the window closes. */
  async save(): Promise<void> {
    await this.#store.save();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const [explanation, subscription] of this.#explanations) {
      subscription.dispose();
      explanation.dispose();
      explanation.session.stop();
    }
    this.#controller?.dispose();
    this.#store.dispose();
  }

  #about({ uri }: vscode.TextDocument): Explanation[] {
    return [...this.#explanations.keys()].filter(({ thread }) => thread.uri.toString() === uri.toString());
  }

  /** Compares what is shown with the document, which may have changed while it was closed, and shows what was kept. */
  async #documentOpened(document: vscode.TextDocument): Promise<void> {
    for (const explanation of this.#about(document)) explanation.compare(document);
    for (const stored of this.#kept.take(document.uri.toString(), () => document.getText()))
      await this.#restore(document, stored);
  }

  async #restore(document: vscode.TextDocument, stored: StoredThread): Promise<void> {
    const { conversation, question, kept } = stored;
    const session = this.#chat.join(conversation.id) ?? this.#sessions.create(conversation);
    const last = session.conversation.turns.at(-1);
    await this.#show(session, () => ({
      place: placeNow(document, stored),
      question,
      session,
      kept,
      // An answer that was cut off wants to be carried on; others are there to be opened.
      isOpen: last?.role === "assistant" && last.canContinue,
    }));
  }

  #changed(explanation: Explanation): void {
    this.#store.changed(explanation.id, explanation);
  }

  /** Kept under both ids, one explanation would come back as two. */
  #split({ from, to }: Split): void {
    const explanation = [...this.#explanations.keys()].find(({ id }) => id === to);
    if (!explanation) return;
    this.#changed(explanation);
    void guarded(this.#ctx.log, "remove the former file of an explanation", () => this.#store.renamed(from));
  }

  #filesMoved(renamed: vscode.FileRenameEvent): void {
    for (const explanation of this.#explanations.keys()) {
      const uri = movedTo(explanation.thread.uri, renamed);
      if (uri) explanation.moveTo(uri, this.#controllerOf());
      explanation.session.filesMoved((place) => newPlace(place, renamed));
      if (uri) this.#changed(explanation);
    }
    for (const stored of this.#kept.move((uri) => movedTo(vscode.Uri.parse(uri), renamed)?.toString() ?? null))
      this.#store.changed(stored.conversation.id, { toJSON: () => stored });
  }

  async #show(session: ChatSession, subject: () => ExplanationSubject): Promise<Explanation> {
    // With the markdown parser, which activation should not pay for.
    const module = await import("./explanation.ts");
    const look = { hunchIcon: vscode.Uri.joinPath(this.#ctx.extension.extensionUri, "media", "icon.png") };
    const explanation = new module.Explanation(this.#controllerOf(), subject(), look);
    this.#explanations.set(
      explanation,
      session.onChange(() => this.#changed(explanation)),
    );
    this.#changed(explanation);
    return explanation;
  }

  /** Made with the first explanation: until then the editor needs no Comments view of ours. */
  #controllerOf(): vscode.CommentController {
    if (!this.#controller) {
      this.#controller = vscode.comments.createCommentController(commentControllerId, "Hunch");
      this.#controller.options = {
        prompt: t("Ask a follow-up question"),
        placeHolder: t("Ask about this explanation…"),
      };
    }
    return this.#controller;
  }
}
