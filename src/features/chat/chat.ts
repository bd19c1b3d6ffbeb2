/**
 * The chat, in the sidebar and in editor tabs: shows one of the library's conversations, tells the page what changed and
 * does what the page asks for.
 */

import * as vscode from "vscode";
import type { Subscription } from "../../common/emitter.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { AssistantTurn } from "../../common/panel.ts";
import type { SettingKey, Settings } from "../../common/settings.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showWarning } from "../../host/messages.ts";
import { guarded, showError } from "../../host/notify.ts";
import type { Proposals } from "../actions/proposals.ts";
import { proposeCode } from "./applyCode.ts";
import type { Question } from "./conversation.ts";
import { ConversationStore, storeError } from "./conversationStore.ts";
import { Library } from "./library.ts";
import { LibrarySearch } from "./librarySearch.ts";
import { insertCode, newPlace, openAsMarkdown, openAttachment, openLink, watchActiveEditor } from "./pageActions.ts";
import { PageAsks } from "./pageAsks.ts";
import { pageMessage } from "./pageMessages.ts";
import { tellTrouble } from "./pageTrouble.ts";
import { collapsedKey, panelState } from "./panelState.ts";
import { findReferences, toFile } from "./references.ts";
import { watchSelection } from "./selectionWatch.ts";
import type { ChatSession, SessionChange } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { followTheme } from "./themeColors.ts";
import { ChatView, type Page, type PageMessage } from "./view.ts";

/** Id of the conversation that was on screen last in this workspace. */
const currentKey = "chat.current";

export class Chat {
  readonly view: ChatView;
  readonly #ctx: Ctx;
  readonly #proposals: Proposals;
  readonly #store: ConversationStore;
  readonly #library: Library;
  readonly #search: LibrarySearch;
  readonly #asks: PageAsks;
  #subscription: Subscription;
  #attachSelection = true;
  /** A page shows the list, so that it wants to hear of its changes. */
  #listShown = false;

  constructor(ctx: Ctx, sessions: Sessions, proposals: Proposals) {
    const { extension } = ctx;
    this.#ctx = ctx;
    this.#proposals = proposals;
    this.#store = ctx.own(
      new ConversationStore({
        folder: vscode.Uri.joinPath(extension.storageUri ?? extension.globalStorageUri, "conversations").fsPath,
        now: Date.now,
        onError: (error) => showError(ctx.log, "store the conversations", storeError(error)),
      }),
    );
    this.#library = ctx.own(
      new Library(
        { store: this.#store, newSession: (stored) => sessions.create(stored) },
        extension.workspaceState.get<string>(currentKey),
      ),
    );
    this.#search = new LibrarySearch(this.#library);
    this.#subscription = this.#session.onChange((change) => this.#onChange(change));
    this.#remember();
    this.view = new ChatView(ctx.extension.extensionUri, {
      state: () => panelState(ctx, this.#session.conversation, this.#attachSelection),
      // A model may have come or gone since; the page offers the download when it is missing.
      onOpen: () => {
        void sendColors();
        return guarded(ctx.log, "look for the model", () => ctx.models.refresh());
      },
      onMessage: (message, page) => guarded(ctx.log, `chat ${message.type}`, () => this.#onMessage(message, page)),
      onTrouble: (trouble) => tellTrouble(ctx.log, trouble),
    });
    this.#asks = new PageAsks({ library: this.#library, view: this.view, log: ctx.log });
    const sendColors = followTheme(ctx, (message) => this.view.send(message));
    ctx.own(this.#library.onChange(() => this.#sendList()));
    ctx.own(
      this.#store.onSplit(() => {
        this.#remember();
        this.view.sendState();
        void showWarning(
          t(
            "A chat was changed in another window meanwhile. What was said here is kept as a second chat of that name.",
          ),
        );
      }),
    );
    ctx.own(ctx.engine.onHealth((engine) => this.view.send({ type: "engine", engine })));
    ctx.own(ctx.models.onDownload((download) => this.view.send({ type: "download", download })));
    ctx.own(ctx.engine.onModel(() => this.view.sendState()));
    ctx.own(ctx.models.onChange(() => this.view.sendState()));
    ctx.own(ctx.settings.onDidChange(() => this.view.sendState()));
    ctx.own(watchActiveEditor());
    ctx.own(watchSelection((selection) => this.view.send({ type: "selection", selection })));
    ctx.own(
      vscode.workspace.onDidRenameFiles((renamed) =>
        guarded(ctx.log, "follow the renamed files", () => this.#library.filesMoved((uri) => newPlace(uri, renamed))),
      ),
    );
    ctx.own(this);
  }

  /** Puts files beside the question being typed. */
  async addFiles(uris: readonly vscode.Uri[]): Promise<void> {
    await this.view.focus({ references: uris.map(toFile) });
  }

  /** Asks in the conversation on screen; resolves with the turn of the answer when that has ended. */
  async askTask(question: Question): Promise<AssistantTurn | null> {
    const session = this.#session;
    await session.ask(question);
    return session.conversation.turns.findLast((turn) => turn.role === "assistant") ?? null;
  }

  /** A conversation that an explanation may show, too, has another id now. */
  get onSplit(): ConversationStore["onSplit"] {
    return this.#store.onSplit;
  }

  get running(): boolean {
    return this.#session.running !== null;
  }

  stop(): void {
    this.#session.stop();
  }

  answerNow(): void {
    this.#session.answerNow();
  }

  /** @param page where it was asked for */
  async newChat(page?: Page): Promise<void> {
    // Focus first: once the empty chat is on screen, nothing takes the keyboard from what the user does next.
    await this.view.focus({}, page);
    this.#use(this.#library.create());
  }

  /** Shows the list of all conversations. */
  async showSessions(): Promise<void> {
    await this.view.show({ type: "showSessions" });
  }

  /** Opens a conversation, the one on screen if none is named, as a Markdown document. */
  async exportMarkdown(id = this.#session.conversation.id): Promise<void> {
    const conversation = this.#library.find(id);
    if (!conversation || conversation.turns.length === 0)
      throw new HunchError("emptyInput", t("This chat is empty."), { hint: t("Ask something first.") });
    await openAsMarkdown(conversation);
  }

  /** Shows the conversation of an inline explanation; both go on together. */
  async show(session: ChatSession): Promise<void> {
    this.#use(this.#library.share(session));
    await this.view.focus();
  }

  /** Keeps the conversation of a command among the chats, from its first question on, whatever is on screen. */
  keep(session: ChatSession): void {
    this.#library.keep(session);
  }

  /** Keeps the conversation of an inline explanation among the chats, out of sight, until `release` and after that. */
  adopt(session: ChatSession): void {
    this.#library.adopt(session);
  }

  /** A change that an answer proposed was made. */
  applied(session: ChatSession, turnId: string): void {
    this.#library.applied(session, turnId);
  }

  /** Shows a chat of the list. Throws fileNotFound when it is gone. @param page where it was chosen */
  async open(id: string, page?: Page): Promise<void> {
    this.#use(this.#library.open(id));
    await this.view.focus({}, page);
  }

  /** The session of a conversation that is kept here, for the explanation of an earlier window that shows it too. */
  join(id: string): ChatSession | null {
    return this.#library.join(id);
  }

  /** The explanation is gone; the conversation is the chat's alone now. True when it is kept here. */
  release(session: ChatSession): boolean {
    return this.#library.release(session);
  }

  /** Writes the conversations down now, before the window closes. */
  async save(): Promise<void> {
    await this.#store.save();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  get #session(): ChatSession {
    return this.#library.current;
  }

  #use(session: ChatSession): void {
    this.#subscription.dispose();
    this.#subscription = session.onChange((change) => this.#onChange(change));
    this.#remember();
    this.view.sendState();
  }

  /** So that the next window begins with this conversation. */
  #remember(): void {
    this.#ctx.extension.workspaceState.update(currentKey, this.#session.conversation.id);
  }

  #sendList(): void {
    const { undoable } = this.#library;
    if (this.#listShown) this.view.send({ type: "sessions", sessions: this.#library.list(), undoable });
  }

  #onChange(change: SessionChange): void {
    const message = pageMessage(change);
    if (message) this.view.send(message);
    else this.view.sendState();
  }

  async #onMessage(message: PageMessage, page: Page): Promise<void> {
    const { extension, models, engine, log } = this.#ctx;
    switch (message.type) {
      case "ask":
        return this.#asks.ask({ ...message, attachSelection: this.#attachSelection }, page);
      case "complete": {
        const { query } = message;
        return this.view.send({ type: "completions", query, references: await findReferences(query) });
      }
      case "tooLarge":
        return void showWarning(t("Too large to go with a question: {0}", message.names.join(", ")));
      case "unreadable":
        return void showWarning(t("Could not be read to go with a question: {0}", message.names.join(", ")));
      case "stop":
        return this.stop();
      case "answerNow":
        return this.answerNow();
      case "continue":
        return this.#session.continue(message.turnId);
      case "retry":
        return this.#session.retry(message.turnId);
      case "resend":
        return this.#asks.askAgain(message, page);
      case "switchVersion":
        return this.#session.switchVersion(message.turnId, message.offset);
      case "feedback":
        return this.#session.giveFeedback(message.turnId, message.thumb);
      case "newChat":
        return this.newChat(page);
      case "listSessions":
        this.#listShown = true;
        return this.#sendList();
      case "searchSessions": {
        const ids = await this.#search.run(message.query);
        return ids ? this.view.send({ type: "sessionsFound", query: message.query, ids }) : undefined;
      }
      case "openSession":
        return this.open(message.id, page);
      case "renameSession":
        this.#library.rename(message.id, message.title);
        return this.view.sendState();
      case "deleteSession":
        try {
          return await this.#library.delete(message.id);
        } finally {
          // Another one is on screen if it was that, also where its file can not be removed.
          this.#use(this.#session);
        }
      case "undoDelete":
        return this.#library.undoDelete();
      case "exportSession":
        return this.exportMarkdown(message.id);
      case "copy":
        return vscode.env.clipboard.writeText(message.text);
      case "insert":
        await insertCode(message.code);
        return this.#session.inserted(message.code);
      case "proposeCode": {
        const session = this.#session;
        const answer = { conversation: session.conversation, turnId: message.turnId };
        return proposeCode(this.#proposals, message.code, answer, () => this.applied(session, message.turnId));
      }
      case "openLink":
        return openLink(message.href);
      case "openAttachment":
        return openAttachment(message.attachment);
      case "setEffort":
        return this.#updateSetting("effort", message.effort);
      case "selectModel":
        return vscode.commands.executeCommand("hunch.selectModel");
      case "download":
        return vscode.commands.executeCommand("hunch.downloadModel", message.modelId);
      case "cancelDownload":
        return models.cancelDownload();
      case "setShowOrigins":
        return this.#updateSetting("showTokenOrigins", message.value);
      case "setThinkingCollapsed":
        return extension.globalState.update(collapsedKey, message.value);
      case "setAttachSelection":
        this.#attachSelection = message.value;
        // The page shows it already; another one beside it is to show the same.
        return this.view.sendState();
      case "restartEngine":
        return engine.restart();
      case "installLlamaServer":
        return vscode.commands.executeCommand("hunch.installLlamaServer");
      case "showLog":
        return log.show();
    }
  }

  /** The page shows the choice already; it hears what came of it, also when that is another value or nothing. */
  async #updateSetting<K extends SettingKey>(key: K, value: Settings[K]): Promise<void> {
    try {
      await this.#ctx.settings.update(key, value);
    } finally {
      this.view.sendState();
    }
  }
}
