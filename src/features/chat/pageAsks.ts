/**
 * Asks what a page sent, in the conversation that it was sent from. The page cleared its question when it sent it; what
 * can not be asked comes back to it.
 */

import type { Log } from "../../host/log.ts";
import { showError } from "../../host/notify.ts";
import { attachedTo } from "./attachedCode.ts";
import type { Library } from "./library.ts";
import { newWords, type PageQuestion, pageQuestion } from "./pageQuestion.ts";
import type { ChatSession } from "./session.ts";
import type { ChatView, Page } from "./view.ts";

export interface PageAsksServices {
  library: Library;
  view: ChatView;
  log: Log;
}

export class PageAsks {
  readonly #services: PageAsksServices;

  constructor(services: PageAsksServices) {
    this.#services = services;
  }

  async ask(asked: PageQuestion, page: Page): Promise<void> {
    const { text, references } = asked;
    await this.#ask({
      read: () => pageQuestion(asked),
      ask: (session, question) => session.ask(question),
      giveBack: () => this.#services.view.focus({ text, references }, page),
    });
  }

  /** Asks an earlier question in other words. */
  async askAgain({ turnId, text }: { turnId: string; text: string }, page: Page): Promise<void> {
    const giveBack = () => this.#services.view.show({ type: "editQuestion", editing: { turnId, text } }, page);
    await this.#ask({
      read: ({ conversation: { turns }, conversation }) => {
        const at = turns.findIndex(({ id }) => id === turnId);
        const [user, answer] = turns.slice(at, at + 2);
        const before = user?.role === "user" ? user.text : "";
        return newWords(text, { text: before, code: answer ? attachedTo(conversation, answer.id) : [] });
      },
      ask: (session, words) => {
        // Another version of the chat, without this question, may be shown by now.
        const isThere = session.conversation.turns.some(({ id }) => id === turnId);
        return isThere ? session.resend(turnId, text, words) : giveBack();
      },
      giveBack,
    });
  }

  /**
   * What can not be asked comes back: when its code can not be asked about, when another question of the conversation
   * came first, or when that was deleted and brought back.
   */
  async #ask<T>(work: {
    read(session: ChatSession): Promise<T>;
    ask(session: ChatSession, question: T): Promise<void>;
    giveBack(): Promise<void>;
  }): Promise<void> {
    const { library, log } = this.#services;
    const session = library.current;
    // Putting it together may take a while, in which another chat is opened: the answer comes in this one all the same.
    await library.hold(session, async () => {
      let question: T;
      try {
        question = await work.read(session);
      } catch (error) {
        showError(log, "attach the code", error);
        return work.giveBack();
      }
      if (session.running) return work.giveBack();
      if (library.isOpen(session)) return work.ask(session, question);
      // Deleted, brought back and opened meanwhile: the chat on screen is this one, in another session.
      if (session.conversation.id === library.current.conversation.id) return work.giveBack();
    });
  }
}
