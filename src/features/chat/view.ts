/**
 * The webviews of the chat, in the sidebar and in editor tabs: their pages, their security, and the way of messages. All
 * show the same conversation. A page is thrown away whenever it is hidden and asks for the whole state when it comes
 * back, so nothing here is kept for it but what its view looked like, for a page that takes over from it.
 */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { chatEditorId, chatViewId } from "../../common/commands.ts";
import { localisation } from "../../common/l10n.ts";
import type { FromPanel, PanelState, Reference, SavedView, ToPanel } from "../../common/panel.ts";
import { PanelChannel } from "./channel.ts";
import { panelHtml } from "./html.ts";
import type { PageTrouble } from "./pageTrouble.ts";
import { PageWatch } from "./pageWatch.ts";

export type PageMessage = Exclude<FromPanel, { type: "ready" | "saveView" | "failed" }>;

export interface ChatViewHandlers {
  state(): PanelState;
  /** A page is there and has the state. */
  onOpen(): void;
  /** @param page the one that speaks, for what is to be shown there */
  onMessage(message: PageMessage, page: Page): void;
  /** A page does not come to life, or something went wrong in it. */
  onTrouble(trouble: PageTrouble): void;
}

/** What the question being typed is to be: another text with other references, or the same with more of them. */
export interface QuestionInput {
  text?: string;
  references?: readonly Reference[];
}

export interface Page {
  channel: PanelChannel;
  watch: PageWatch;
  visible: boolean;
  /** Brings it to the front, with the keyboard focus. */
  reveal(): Promise<void>;
  /** Messages for when it is open. */
  whenOpen: ToPanel[];
}

export class ChatView implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer {
  readonly #assets: vscode.Uri;
  readonly #icon: vscode.Uri;
  readonly #handlers: ChatViewHandlers;
  /** In the order in which they came. */
  readonly #pages = new Set<Page>();
  /** For the sidebar's page before there is one. */
  #whenResolved: ToPanel[] = [];
  #savedView: SavedView | null = null;

  constructor(extensionUri: vscode.Uri, handlers: ChatViewHandlers) {
    this.#assets = vscode.Uri.joinPath(extensionUri, "dist", "webview");
    this.#icon = vscode.Uri.joinPath(extensionUri, "media", "icon.svg");
    this.#handlers = handlers;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const page = this.#addPage(view.webview, focusSidebar);
    page.whenOpen.push(...this.#whenResolved.splice(0));
    onVisibility(page, view.visible);
    view.onDidChangeVisibility(() => onVisibility(page, view.visible));
    view.onDidDispose(() => this.#removePage(page));
  }

  openInEditor(): void {
    this.#addEditor(vscode.window.createWebviewPanel(chatEditorId, "Hunch", vscode.ViewColumn.Beside));
  }

  /** An editor tab of the window before this one. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#addEditor(panel);
  }

  /** To every page; dropped where there is none. */
  send(message: ToPanel): void {
    for (const { channel } of this.#pages) channel.send(message);
  }

  sendState(): void {
    this.send({ type: "state", state: this.#handlers.state() });
  }

  /** Shows a page as `show` does, with the keyboard focus in the question. */
  async focus(input: QuestionInput = {}, asking?: Page): Promise<void> {
    const { text, references = [] } = input;
    const message: ToPanel = { type: "focusInput", references: [...references] };
    await this.show(text === undefined ? message : { ...message, text }, asking);
  }

  /**
   * Shows the page that asks for it, else one that can be seen, else the one that came last, or the sidebar's; it gets
   * `message` now, or once it is there.
   */
  async show(message: ToPanel, asking?: Page): Promise<void> {
    const pages = [...this.#pages];
    const page = pages.find((one) => one === asking) ?? pages.findLast(({ visible }) => visible) ?? pages.at(-1);
    if (!page) {
      this.#whenResolved.push(message);
      await focusSidebar();
      return;
    }
    await page.reveal();
    if (page.channel.isOpen) page.channel.send(message);
    else page.whenOpen.push(message);
  }

  #addEditor(panel: vscode.WebviewPanel): void {
    panel.iconPath = this.#icon;
    const page = this.#addPage(panel.webview, async () => panel.reveal());
    onVisibility(page, panel.visible);
    panel.onDidChangeViewState(() => onVisibility(page, panel.visible));
    panel.onDidDispose(() => this.#removePage(page));
  }

  #addPage(webview: vscode.Webview, reveal: Page["reveal"]): Page {
    const watch = new PageWatch({
      reload: () => {
        this.#handlers.onTrouble({ type: "loads" });
        this.#load(webview);
      },
      giveUp: () => this.#handlers.onTrouble({ type: "gone" }),
    });
    const channel = new PanelChannel((message) => webview.postMessage(message));
    const page: Page = { channel, watch, visible: false, reveal, whenOpen: [] };
    this.#pages.add(page);
    webview.options = { enableScripts: true, localResourceRoots: [this.#assets] };
    webview.onDidReceiveMessage((message: FromPanel) => this.#receive(page, message));
    this.#load(webview);
    return page;
  }

  /** Loads the page, anew when it is there already: its nonce is another one each time. */
  #load(webview: vscode.Webview): void {
    webview.html = panelHtml({
      cspSource: webview.cspSource,
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(this.#assets, "panel.js")).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(this.#assets, "panel.css")).toString(),
      nonce: randomBytes(16).toString("base64url"),
      localisation: localisation(),
    });
  }

  #removePage(page: Page): void {
    page.channel.close();
    page.watch.rest();
    this.#pages.delete(page);
  }

  #receive(page: Page, message: FromPanel): void {
    switch (message.type) {
      case "ready":
        page.watch.rest();
        page.channel.open({ type: "state", state: this.#handlers.state() });
        // A page that is new takes over what another one looked like: the text being typed above all.
        if (!message.restored && this.#savedView) page.channel.send({ type: "view", view: this.#savedView });
        for (const waiting of page.whenOpen.splice(0)) page.channel.send(waiting);
        this.#handlers.onOpen();
        return;
      case "saveView":
        this.#savedView = message.view;
        return;
      case "failed":
        this.#handlers.onTrouble(message);
        return;
      default:
        this.#handlers.onMessage(message, page);
    }
  }
}

/** A page is thrown away when it is hidden, and made anew when it is shown. */
function onVisibility(page: Page, visible: boolean): void {
  if (visible === page.visible) return;
  page.visible = visible;
  if (visible) {
    page.watch.loading();
  } else {
    page.channel.close();
    page.watch.rest();
  }
}

async function focusSidebar(): Promise<void> {
  await vscode.commands.executeCommand(`${chatViewId}.focus`);
}
