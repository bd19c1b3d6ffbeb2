/**
 * When a thought has to end, and what is written to end it well. A hard cut gives empty or broken answers: so at the
 * budget a thought is ended at the next sentence, with a sentence of its own, and only 25 % later wherever it is.
 */
import type { ThinkingEnd } from "../../common/segments.ts";
import type { ThinkingFormat } from "./formats.ts";
import { LoopGuard } from "./loopGuard.ts";
import { TextContext } from "./textContext.ts";

/** What makes Hunch end a thought. */
export type EndReason = Extract<ThinkingEnd, "budget" | "answerNow" | "loop">;

export interface MonitorOptions {
  /** Thinking tokens after which the thought ends at the next sentence; null = no limit. */
  budget: number | null;
  loopGuard: boolean;
  /** Tokens after which it ends as at a budget, those written earlier aside; absent: no limit. */
  room?: number;
  /** What was written of the thought before it was interrupted, and its length (tokens): it counts towards the budget. */
  earlier?: { text: string; tokens: number };
}

/** A thought over its budget ends at once when it has this many times the budget's tokens. */
export const hardFactor = 1.25;

export class ThoughtMonitor {
  readonly #softLimit: number;
  readonly #hardLimit: number;
  readonly #loopGuard: LoopGuard | null;
  readonly #context = new TextContext();
  /** The end of the last words, enough to see whether a sentence ends. */
  #tail = "";
  #tokens = 0;
  #asked = false;

  constructor(options: MonitorOptions) {
    const { room = Number.POSITIVE_INFINITY, earlier = { text: "", tokens: 0 } } = options;
    const budget = options.budget ?? Number.POSITIVE_INFINITY;
    this.#softLimit = Math.min(budget, earlier.tokens + room);
    this.#hardLimit = Math.min(Math.ceil(budget * hardFactor), earlier.tokens + Math.ceil(room * hardFactor));
    this.#loopGuard = options.loopGuard ? new LoopGuard() : null;
    this.#tokens = earlier.tokens;
    this.#read(earlier.text);
  }

  /** The user wants the answer: the thought ends with its next token. */
  answerNow(): void {
    this.#asked = true;
  }

  /**
   * To be called for every token of the thought.
   * @param text what the token added to the thought; may be empty
   * @param isLineEnd the token ends a line, which `text` does not show: white space is held back until something follows
   * @returns why the thought has to end here; null when it may go on
   */
  observe(text: string, isLineEnd: boolean): EndReason | null {
    this.#tokens++;
    const loops = this.#read(text);
    if (this.#asked) return "answerNow";
    if (this.#tokens >= this.#hardLimit) return "budget";
    if (this.#tokens >= this.#softLimit && this.#atSentenceEnd(isLineEnd)) return "budget";
    return loops ? "loop" : null;
  }

  /** @returns true when the text repeats itself */
  #read(text: string): boolean {
    this.#context.feed(text);
    this.#tail = (this.#tail + text).slice(-24);
    return this.#loopGuard?.push(text, this.#context.inFence) ?? false;
  }

  #atSentenceEnd(isLineEnd: boolean): boolean {
    if (this.#context.inFence) return false;
    if (isLineEnd) return true;
    if (this.#context.inInlineCode) return false;
    // A word of two letters or more, or a closing bracket, before the full stop: not "3.", "e.g." or "x.".
    return (
      /(\p{L}{2}|[)\]}`"'’”])[.!?…。！？]["')\]’”*]*\s*$/u.test(this.#tail) && !/\b(etc|vs|cf)\.$/.test(this.#tail)
    );
  }
}

/**
 * Begins a trial answer, and the answer of a model that closed its thought and then stopped without one. No space at its
 * end: tokens begin with their space, and behind a lone one a model says other things than it would (of 100 CRUXEval-O
 * questions the 1.5B had 14 right with the space, 22 without, and was surer of the right ones).
 */
export const answerOpener = "Answer:";

/**
 * First person, since it continues the model's own thought; short, since it is prefilled while the user waits. "I" seldom
 * begins an answer, which can do without the sentence's first word (echoBan.ts).
 */
const sentences: Readonly<Record<EndReason, string>> = {
  budget: "I have thought enough; now I write the answer.",
  answerNow: "I am asked for the answer now, so I write it with what I have.",
  loop: "I am repeating myself, so I write the answer with what I have.",
};

/** The sentence that a thought is ended with; "" where it ends without one. */
export function sentenceOf(reason: ThinkingEnd): string {
  return reason === "budget" || reason === "answerNow" || reason === "loop" ? sentences[reason] : "";
}

/**
 * The text that ends a thought and begins the answer: a sentence of its own, the closing marker, and the answer's opener
 * where the family has one. To be tokenised with special tokens on.
 * @param reason "model" (it stopped inside its thought) and "earlyExit" close without a sentence
 * @param thought what has been thought so far: an open code fence is closed first
 */
export function wrapUp(format: ThinkingFormat, reason: ThinkingEnd, thought = ""): string {
  const context = new TextContext();
  context.feed(thought);
  const fence = context.fence === null || !context.inFence ? "" : `\n${context.fence}`;
  const sentence = sentenceOf(reason);
  const lead = sentence === "" ? fence : `${fence}\n\n${sentence}`;
  return lead + (fence !== "" && !format.text.close.startsWith("\n") ? "\n" : "") + format.text.close;
}
