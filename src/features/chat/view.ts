/**
 * The webview of the chat: its page, its security, and the way of messages. The page is thrown away whenever it is
 * hidden and asks for the whole state when it comes back, so nothing here is kept for it.
 */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { chatViewId } from "../../common/commands.ts";
import type { FromPanel, PanelState, ToPanel } from "../../common/panel.ts";
import { PanelChannel } from "./channel.ts";
import { panelHtml } from "./html.ts";

export interface ChatViewHandlers {
  state(): PanelState;
  /** A page is there and has the state. */
  onOpen(): void;
  onMessage(message: Exclude<FromPanel, { type: "ready" }>): void;
}

export class ChatView implements vscode.WebviewViewProvider {
  readonly #assets: vscode.Uri;
  readonly #handlers: ChatViewHandlers;
  readonly #channel = new PanelChannel((message) => this.#view?.webview.postMessage(message));
  #view: vscode.WebviewView | null = null;
  #whenOpen: (() => void)[] = [];

  constructor(extensionUri: vscode.Uri, handlers: ChatViewHandlers) {
    this.#assets = vscode.Uri.joinPath(extensionUri, "dist", "webview");
    this.#handlers = handlers;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [this.#assets] };
    view.webview.onDidReceiveMessage((message: FromPanel) => this.#receive(message));
    view.onDidChangeVisibility(() => {
      if (!view.visible) this.#channel.close();
    });
    view.onDidDispose(() => {
      if (this.#view !== view) return;
      this.#view = null;
      this.#channel.close();
    });
    view.webview.html = panelHtml({
      cspSource: view.webview.cspSource,
      scriptUri: view.webview.asWebviewUri(vscode.Uri.joinPath(this.#assets, "panel.js")).toString(),
      styleUri: view.webview.asWebviewUri(vscode.Uri.joinPath(this.#assets, "panel.css")).toString(),
      nonce: randomBytes(16).toString("base64url"),
    });
  }

  /** Dropped while there is no page. */
  send(message: ToPanel): void {
    this.#channel.send(message);
  }

  sendState(): void {
    this.send({ type: "state", state: this.#handlers.state() });
  }

  /** Shows the view, with the keyboard focus in the question and `text` in it. */
  async focus(text?: string): Promise<void> {
    await vscode.commands.executeCommand(`${chatViewId}.focus`);
    const message: ToPanel = text === undefined ? { type: "focusInput" } : { type: "focusInput", text };
    if (this.#channel.isOpen) this.send(message);
    else this.#whenOpen.push(() => this.send(message));
  }

  #receive(message: FromPanel): void {
    if (message.type !== "ready") {
      this.#handlers.onMessage(message);
      return;
    }
    this.#channel.open({ type: "state", state: this.#handlers.state() });
    for (const send of this.#whenOpen.splice(0)) send();
    this.#handlers.onOpen();
  }
}
