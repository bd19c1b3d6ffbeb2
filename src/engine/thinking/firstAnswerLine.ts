/**
 * What the model answers before it thinks, greedily: one short line, and how likely it is. Where calibration has found that
 * such answers are as often right as those behind a thought, a likely one stands, and no thought is written.
 */
import { TrialLine } from "./trialLine.ts";

export class FirstAnswerLine {
  readonly #line = new TrialLine();
  readonly #least: number;
  #product = 1;

  /** @param least a line that is less likely than this (0..1) is not read to its end */
  constructor(least: number) {
    this.#least = least;
  }

  /** @param text what the token adds; @param isEnd it ends the generation; @param probability of the token, 0..1 */
  push(text: string, isEnd: boolean, probability: number): "continue" | "stop" {
    const verdict = this.#line.push(text, isEnd, probability);
    // How a line ends is a choice between tokens that say the same: it is no part of the answer.
    if (!isEnd && !/^[ \t]*\r?\n/.test(text)) this.#product *= probability;
    // With each token a line can only become less likely.
    return this.#product < this.#least ? "stop" : verdict;
  }

  /** The line; "" where it is none that could be compared: a long text, a heading, code, or not read to its end. */
  get text(): string {
    return this.#line.value ?? "";
  }

  /** The line as it was written. */
  get written(): string {
    return this.#line.written;
  }

  /** Product of the probabilities of its tokens, 0..1; 0 where there is no line. */
  get probability(): number {
    return this.text === "" ? 0 : this.#product;
  }
}
