/**
 * Drafts what followed the last time the text ended like this: the longest suffix of prompt + output that occurred
 * before, continued as it was continued then. Costs microseconds; right wherever text is copied, renamed or quoted.
 */
import type { Draft, Drafter } from "../types.ts";
import { SuffixAutomaton } from "./suffixAutomaton.ts";

/** Lower ends of the confidence classes, in matched tokens. */
const bucketFrom = [1, 2, 3, 4, 6, 9, 14, 24];

export class SuffixDrafter implements Drafter {
  readonly name = "suffix";
  readonly cheap = true;
  #automaton = new SuffixAutomaton();

  /** Keeps what is already indexed where the new text begins with it (the next turn of a conversation). */
  begin(tokens: readonly number[]): void {
    const indexed = this.#automaton.text;
    const keeps = indexed.length <= tokens.length && indexed.every((token, i) => token === tokens[i]);
    if (!keeps) this.#automaton = new SuffixAutomaton();
    for (let i = this.#automaton.text.length; i < tokens.length; i++) this.#automaton.push(tokens[i]!);
  }

  commit(tokens: readonly number[]): void {
    for (const token of tokens) this.#automaton.push(token);
  }

  draft(maxLength: number): Draft | null {
    const { text, match } = this.#automaton;
    if (match.length === 0 || maxLength <= 0) return null;
    const tokens: number[] = [];
    // An occurrence that overlaps the end of the text repeats with its period: go on in the draft itself.
    for (let i = match.end + 1; tokens.length < maxLength; i++)
      tokens.push(i < text.length ? text[i]! : tokens[i - text.length]!);
    return { drafter: this.name, tokens, bucket: bucketFrom.findLastIndex((from) => match.length >= from) };
  }
}
