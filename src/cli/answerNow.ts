/** Ends a thought from outside: by a key while it is under way, or after a time that the user has set. */
import type { GenerationEvent } from "../common/protocol.ts";

/** What a key can be read from. */
export interface KeySource {
  /** @returns false when no key can be read at the moment */
  listen(onEnter: () => void): boolean;
  close(): void;
}

export interface AnswerNowOptions {
  /** null: nobody is there to press one. */
  keys: KeySource | null;
  /** Of thinking, from its first token; null: no limit. */
  seconds: number | null;
  answerNow(): void;
  /** Says what a key does at the moment; "" for nothing. */
  offer(hint: string): void;
}

export class AnswerNow {
  readonly #o: AnswerNowOptions;
  #state: "before" | "thinking" | "over" = "before";
  #timer: NodeJS.Timeout | null = null;

  constructor(options: AnswerNowOptions) {
    this.#o = options;
  }

  events(events: readonly GenerationEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case "thoughts":
          this.#begin();
          break;
        case "tokens":
          // The marker that opens a thought belongs to what was before it, and has no text.
          if (event.tokens.some(({ segment, text }) => segment === "answer" && text.trim() !== "")) this.close();
          else if (event.tokens.some(({ segment }) => segment === "thinking")) this.#begin();
          break;
        case "thinkingEnd":
          this.close();
          break;
        case "queue":
        case "prefill":
        case "notice":
          break;
      }
    }
  }

  /** The thought is over, or the generation. */
  close(): void {
    if (this.#state === "thinking") this.#end("");
    this.#state = "over";
  }

  #begin(): void {
    if (this.#state !== "before") return;
    this.#state = "thinking";
    const { keys, seconds } = this.#o;
    if (keys?.listen(() => this.#ask())) this.#o.offer("Enter: answer now");
    if (seconds !== null) this.#timer = setTimeout(() => this.#ask(), seconds * 1000);
  }

  #ask(): void {
    this.#end("the answer follows");
    this.#o.answerNow();
  }

  #end(hint: string): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#o.keys?.close();
    this.#o.offer(hint);
  }
}
