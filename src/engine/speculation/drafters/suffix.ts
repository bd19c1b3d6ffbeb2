/**
 * Drafts what followed the last time the text ended like this: the longest suffix of prompt + output that occurred
 * before, continued as it was continued then; and, beside it, the continuation of a copy with changes (editAlignment.ts).
 * Costs microseconds; right wherever text is copied, renamed or quoted.
 */
import type { Expected } from "../expected.ts";
import type { Draft, Drafter } from "../types.ts";
import { EditAlignment } from "./editAlignment.ts";
import { SuffixAutomaton } from "./suffixAutomaton.ts";

/** Lower ends of the confidence classes of the plain match, in matched tokens. */
const bucketFrom = [1, 2, 3, 4, 6, 9, 14, 24];
/** The classes of the alignment come after those of the plain match. */
const alignmentBuckets = bucketFrom.length;
/**
 * What is expected is put in front of so many tokens of the text, so that the text's own end is what is matched. Few, so
 * that they are none of the code: it would be taken for a copy of what is expected.
 */
const keptEnd = 4;

/** Tokens in the automaton that are none of the text. */
interface Aside {
  at: number;
  length: number;
}

export class SuffixDrafter implements Drafter {
  readonly name = "suffix";
  readonly cheap = true;
  #automaton = new SuffixAutomaton();
  #alignment = new EditAlignment(this.#automaton.text);
  #expected: Expected | null = null;
  #expectedIsIn = true;
  #asides: Aside[] = [];

  /** For the text that is begun next. */
  expect(expected: Expected | null): void {
    this.#expected = expected;
    this.#expectedIsIn = expected === null;
    this.#alignment.expect(null);
  }

  /** Keeps what is already indexed where the new text begins with it (the next turn of a conversation). */
  begin(tokens: readonly number[]): void {
    let held = this.#heldOf(tokens);
    if (held === null) {
      this.#automaton = new SuffixAutomaton();
      this.#alignment = new EditAlignment(this.#automaton.text);
      this.#asides = [];
      this.#expectedIsIn = false;
      held = 0;
    }
    if (!this.#expected || this.#expectedIsIn) {
      this.commit(tokens.slice(held));
      return;
    }
    const { tokens: expected } = this.#expected;
    const before = Math.max(held, tokens.length - keptEnd);
    this.commit(tokens.slice(held, before));
    const start = this.#automaton.text.length;
    this.#asides.push({ at: start, length: expected.length });
    this.commit(expected);
    this.#expectedIsIn = true;
    this.commit(tokens.slice(before));
    this.#alignment.expect({ ...this.#expected, start });
  }

  /** How many of the tokens are indexed; null: another text is. */
  #heldOf(tokens: readonly number[]): number | null {
    const { text } = this.#automaton;
    let held = 0;
    const asides = [...this.#asides, { at: text.length, length: 0 }];
    let from = 0;
    for (const { at, length } of asides) {
      for (let i = from; i < at; i++) if (text[i] !== tokens[held++]) return null;
      from = at + length;
    }
    return held;
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
