/**
 * The chat: one conversation in the sidebar. Owns its session, tells the page what changed, does what the page asks
 * for, and keeps the conversation across reloads of the window.
 */
import * as vscode from "vscode";
import type { Subscription } from "../../common/emitter.ts";
import type { AssistantTurn, FromPanel, PanelState } from "../../common/panel.ts";
import type { Ctx } from "../../host/ctx.ts";
import { selectedAttachment, selectedCode } from "../../host/editor.ts";
import { guarded, showError } from "../../host/notify.ts";
import type { AttachedCode, Question } from "./conversation.ts";
import { insertCode, openAttachment, openLink } from "./pageActions.ts";
import type { ChatSession, SessionChange } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { ChatStore } from "./store.ts";
import { ChatView } from "./view.ts";

/** A selection grows with every mouse move; the page needs it when it rests. */
const selectionDelayMs = 120;
const collapsedKey = "chat.thinkingCollapsed";

export class Chat {
  readonly view: ChatView;
  readonly #ctx: Ctx;
  readonly #sessions: Sessions;
  readonly #store: ChatStore;
  #session: ChatSession;
  /** The session belongs to an inline explanation, which decides when it stops. */
  #shared = false;
  #subscription: Subscription;
  #attachSelection = true;
  #selectionTimer: NodeJS.Timeout | null = null;

  constructor(ctx: Ctx, sessions: Sessions) {
    this.#ctx = ctx;
    this.#sessions = sessions;
    this.#store = ctx.own(new ChatStore(ctx.extension.workspaceState));
    this.#session = sessions.create(this.#store.load());
    this.#subscription = this.#session.onChange((change) => this.#onChange(change));
    this.view = new ChatView(ctx.extension.extensionUri, {
      state: () => this.#state(),
      // A model may have come or gone since; the page offers the download when it is missing.
      onOpen: () => guarded(ctx.log, "look for the model", () => ctx.models.refresh()),
      onMessage: (message) => guarded(ctx.log, `chat ${message.type}`, () => this.#onMessage(message)),
    });
    ctx.own(ctx.engine.onHealth((engine) => this.view.send({ type: "engine", engine })));
    ctx.own(ctx.models.onDownload((download) => this.view.send({ type: "download", download })));
    ctx.own(ctx.engine.onModel(() => this.view.sendState()));
    ctx.own(ctx.models.onChange(() => this.view.sendState()));
    ctx.own(ctx.settings.onDidChange(() => this.view.sendState()));
    ctx.own(vscode.window.onDidChangeTextEditorSelection(() => this.#selectionMoved()));
    ctx.own(vscode.window.onDidChangeActiveTextEditor(() => this.#selectionMoved()));
    ctx.own(this);
  }

  /** Asks in the conversation on screen; resolves when the answer has ended. */
  async ask(text: string, code: readonly AttachedCode[]): Promise<void> {
    await this.#session.ask({ task: "ask", text, code });
  }

  /** As `ask`, for a task of a command; resolves with the turn of the answer. */
  async askTask(question: Question): Promise<AssistantTurn | null> {
    const session = this.#session;
    await session.ask(question);
    return session.conversation.turns.findLast((turn) => turn.role === "assistant") ?? null;
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

  async newChat(): Promise<void> {
    if (!this.#shared) this.#session.stop();
    this.#use(this.#sessions.create(), false);
    await this.view.focus();
  }

  /** Shows the conversation of an inline explanation; both go on together. */
  async show(session: ChatSession): Promise<void> {
    if (session !== this.#session) {
      if (!this.#shared) this.#session.stop();
      this.#use(session, true);
    }
    await this.view.focus();
  }

  /** The explanation is gone; the conversation is the chat's alone now. True when it is on screen here. */
  release(session: ChatSession): boolean {
    if (session !== this.#session) return false;
    this.#shared = false;
    return true;
  }

  /** Writes the conversation down now, before the window closes. */
  async save(): Promise<void> {
    await this.#store.save();
  }

  dispose(): void {
    this.#subscription.dispose();
    if (this.#selectionTimer) clearTimeout(this.#selectionTimer);
    if (!this.#shared) this.#session.stop();
  }

  #use(session: ChatSession, shared: boolean): void {
    this.#subscription.dispose();
    this.#session = session;
    this.#shared = shared;
    this.#subscription = session.onChange((change) => this.#onChange(change));
    this.#store.changed(session.conversation);
    this.view.sendState();
  }

  #onChange(change: SessionChange): void {
    this.#store.changed(this.#session.conversation);
    switch (change.type) {
      case "turns":
        this.view.sendState();
        return;
      case "turn": {
        const { thinking: _thinking, answer: _answer, ...turn } = change.turn;
        this.view.send({ type: "turn", turn });
        return;
      }
      case "tokens":
        this.view.send({
          type: "append",
          turnId: change.turn.id,
          tokens: change.tokens.map(({ text, segment, origin }) => ({ text, segment, origin })),
          live: change.live,
          thinkingMs: change.turn.thinkingMs,
        });
        return;
    }
  }

  #state(): PanelState {
    const { engine, models, settings, extension } = this.#ctx;
    const { conversation } = this.#session;
    return {
      conversationId: conversation.id,
      title: conversation.title,
      turns: conversation.turns,
      engine: engine.health,
      model: { ...models.current, info: engine.model },
      models: models.choices,
      download: models.download,
      effort: settings.current.effort,
      showOrigins: settings.current.showTokenOrigins,
      thinkingCollapsed: extension.globalState.get(collapsedKey, false),
      selection: selectedAttachment(),
      attachSelection: this.#attachSelection,
    };
  }

  #selectionMoved(): void {
    this.#selectionTimer ??= setTimeout(() => {
      this.#selectionTimer = null;
      this.view.send({ type: "selection", selection: selectedAttachment() });
    }, selectionDelayMs);
  }

  async #onMessage(message: Exclude<FromPanel, { type: "ready" }>): Promise<void> {
    const { settings, extension, models, engine, log } = this.#ctx;
    switch (message.type) {
      case "ask":
        return this.#askFromPage(message.text);
      case "stop":
        return this.stop();
      case "answerNow":
        return this.answerNow();
      case "continue":
        return this.#session.continue(message.turnId);
      case "retry":
        return this.#session.retry(message.turnId);
      case "newChat":
        return this.newChat();
      case "copy":
        return vscode.env.clipboard.writeText(message.text);
      case "insert":
        await insertCode(message.code);
        return this.#session.inserted(message.code);
      case "openLink":
        return openLink(message.href);
      case "openAttachment":
        return openAttachment(message.attachment);
      case "setEffort":
        return settings.update("effort", message.effort);
      case "selectModel":
        return vscode.commands.executeCommand("hunch.selectModel");
      case "download":
        return vscode.commands.executeCommand("hunch.downloadModel", message.modelId);
      case "cancelDownload":
        return models.cancelDownload();
      case "setShowOrigins":
        return settings.update("showTokenOrigins", message.value);
      case "setThinkingCollapsed":
        return extension.globalState.update(collapsedKey, message.value);
      case "setAttachSelection":
        this.#attachSelection = message.value;
        return;
      case "restartEngine":
        return engine.restart();
      case "showLog":
        return log.show();
    }
  }

  /** The page cleared its question when it sent it; when the selection can not be asked about, it gets it back. */
  async #askFromPage(text: string): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    let code: AttachedCode[] = [];
    try {
      if (editor && this.#attachSelection && selectedAttachment()) code = [selectedCode(editor)];
    } catch (error) {
      showError(this.#ctx.log, "attach the selection", error);
      return this.view.focus(text);
    }
    await this.ask(text, code);
  }
}
