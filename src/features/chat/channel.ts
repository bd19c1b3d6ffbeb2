/**
 * The way to the panel's page: joins the tokens of one frame into one message, keeps the order, and holds back
 * everything until the page said `ready`. A page that was hidden is gone; the next one asks for the whole state.
 */
import type { ToPanel } from "../../common/panel.ts";

/** One message of tokens a frame: more often than a screen draws is wasted work on both sides. */
const frameMs = 16;

export class PanelChannel {
  readonly #post: (message: ToPanel) => void;
  #open = false;
  #pending: (ToPanel & { type: "append" }) | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(post: (message: ToPanel) => void) {
    this.#post = post;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** The page is there and gets `state` first. */
  open(state: ToPanel & { type: "state" }): void {
    this.close();
    this.#open = true;
    this.#post(state);
  }

  /** The page is gone: messages are dropped until `open`, which sends the whole state. */
  close(): void {
    this.#open = false;
    this.#pending = null;
    this.#stopTimer();
  }

  send(message: ToPanel): void {
    if (!this.#open) return;
    // The whole state holds the pending tokens already.
    if (message.type === "state") this.#pending = null;
    if (message.type !== "append") {
      this.#flush();
      this.#post(message);
      return;
    }
    if (this.#pending && this.#pending.turnId !== message.turnId) this.#flush();
    // The newest figures count; the tokens add up.
    const tokens = this.#pending?.tokens ?? [];
    tokens.push(...message.tokens);
    this.#pending = { ...message, tokens };
    this.#timer ??= setTimeout(() => this.#flush(), frameMs);
  }

  #flush(): void {
    this.#stopTimer();
    const pending = this.#pending;
    this.#pending = null;
    if (pending) this.#post(pending);
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
