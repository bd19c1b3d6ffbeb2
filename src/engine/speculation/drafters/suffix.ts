/**
 * Drafts what followed the last time the text ended like this: the longest suffix of prompt + output that occurred
 * before, continued as it was continued then; and, beside it, the continuation of a copy with changes (editAlignment.ts).
 * Costs microseconds; right wherever text is copied, renamed or quoted.
 */
import type { Draft, Drafter } from "../types.ts";
import { EditAlignment } from "./editAlignment.ts";
import { SuffixAutomaton } from "./suffixAutomaton.ts";

/** Lower ends of the confidence classes of the plain match, in matched tokens. */
const bucketFrom = [1, 2, 3, 4, 6, 9, 14, 24];
/** The classes of the alignment come after those of the plain match. */
const alignmentBuckets = bucketFrom.length;

export class SuffixDrafter implements Drafter {
  readonly name = "suffix";
  readonly cheap = true;
  #automaton = new SuffixAutomaton();
  #alignment = new EditAlignment(this.#automaton.text);

  /** Keeps what is already indexed where the new text begins with it (the next turn of a conversation). */
  begin(tokens: readonly number[]): void {
    const indexed = this.#automaton.text;
    const keeps = indexed.length <= tokens.length && indexed.every((token, i) => token === tokens[i]);
    if (!keeps) {
      this.#automaton = new SuffixAutomaton();
      this.#alignment = new EditAlignment(this.#automaton.text);
    }
    this.commit(tokens.slice(this.#automaton.text.length));
  }

  commit(tokens: readonly number[]): void {
    for (const token of tokens) {
      this.#automaton.push(token);
      this.#alignment.push(this.#automaton.match);
    }
  }

  /** Tokens of the longest earlier match of the end of the text; 0 = none. */
  get matchLength(): number {
    return this.#automaton.match.length;
  }

  draft(maxLength: number): Draft[] {
    if (maxLength <= 0) return [];
    const drafts: Draft[] = [];
    const aligned = this.#alignment.draft(maxLength);
    if (aligned)
      drafts.push({ drafter: this.name, tokens: aligned.tokens, bucket: alignmentBuckets + aligned.confidence });
    const { text, match } = this.#automaton;
    if (match.length === 0) return drafts;
    const tokens: number[] = [];
    // An occurrence that overlaps the end of the text repeats with its period: go on in the draft itself.
    for (let i = match.end + 1; tokens.length < maxLength; i++)
      tokens.push(i < text.length ? text[i]! : tokens[i - text.length]!);
    drafts.push({ drafter: this.name, tokens, bucket: bucketFrom.findLastIndex((from) => match.length >= from) });
    return drafts;
  }
}
