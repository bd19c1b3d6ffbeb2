/**
 * Follows a copy with changes: "return the whole code with `items` renamed". The plain suffix match loses its place at
 * every change, and finds it again only after some tokens. Here the place in the source is kept over substitutions,
 * insertions and deletions, and substitutions are learnt: after `items` became `stock` once, the draft says `stock` where
 * the source says `items`.
 *
 * Example: source "a b c d b e", output "a X c d": in step again after "c"; b → X is learnt; the draft is "X e".
 */

/** A match of this many tokens begins a copy. */
const leastMatch = 4;
/** Copies followed at once: the edited text itself, and passages of it or of the output that it resembles. */
const mostCursors = 4;
/** Tokens a change may take on either side before the copy counts as lost. */
const longestGap = 24;
/** Tokens of a language's name behind a fence. */
const longestLanguage = 3;
/** Tokens looked ahead in the source for the place to go on. */
const lookAhead = 16;
/** Tokens of a substitution, on either side, that is worth learning. */
const longestSubstitution = 8;
/** A copy that has followed the output for this many tokens is most likely the text being edited. */
const trustedCopy = 24;

/** One copy that is being followed. */
interface Cursor {
  /** Next source position to be copied. */
  at: number;
  /** Tokens copied since the last change. */
  inStep: number;
  /** Tokens copied in all. */
  copied: number;
  /** Where a change began, in the source and in the output; null while in step. */
  gap: { source: number; output: number } | null;
  /** Begins a block that is expected: the output has just opened its fence, and names this language there, or another. */
  opens: readonly number[] | null;
}

interface Substitution {
  from: number[];
  to: number[];
  /** Times it was seen, less the times the source stood unchanged; used while above 0. */
  score: number;
}

/** A block of code that the text holds at `start`, as it will be written behind a fence and a language. */
interface ExpectedBlock {
  opener: number;
  language: readonly number[];
  start: number;
}

export interface AlignedDraft {
  tokens: number[];
  /** 0, 1: in the middle of a change; 2 to 4: in step, the longer the surer; 5 to 7: the same of a trusted copy. */
  confidence: number;
}

export class EditAlignment {
  readonly #text: readonly number[];
  #cursors: Cursor[] = [];
  #expected: ExpectedBlock | null = null;
  readonly #substitutions = new Map<number, Substitution[]>();

  /** @param text the tokens so far, the prompt first; the caller appends to it, then calls `push`. */
  constructor(text: readonly number[]) {
    this.#text = text;
  }

  /** From now on the next block is most likely this one; null: nothing is known. */
  expect(block: ExpectedBlock | null): void {
    this.#expected = block;
  }

  /** The last token of the text is new. @param match longest earlier suffix (SuffixAutomaton.match) */
  push(match: { length: number; end: number }): void {
    const index = this.#text.length - 1;
    const token = this.#text[index]!;
    for (const cursor of this.#cursors)
      if (cursor.gap === null) this.#step(cursor, index, token);
      else this.#seekStep(cursor, cursor.gap, index, token);
    const at = match.end + 1;
    if (match.length >= leastMatch && !this.#cursors.some((cursor) => cursor.gap === null && cursor.at === at))
      this.#cursors.push({ at, inStep: match.length, copied: match.length, gap: null, opens: null });
    if (token === this.#expected?.opener && !this.#cursors.some(({ gap }) => gap === null)) {
      const { start, language } = this.#expected;
      const gap = { source: start, output: index + 1 };
      this.#cursors.push({ at: start, inStep: 0, copied: trustedCopy, gap, opens: language });
    }
    if (this.#cursors.length > 0) this.#cursors = this.#kept(index);
  }

  /** The longest followed first; of two that have met at one place the one that has been followed longer. */
  #kept(index: number): Cursor[] {
    const kept: Cursor[] = [];
    for (const cursor of this.#cursors.sort((a, b) => b.copied - a.copied)) {
      const { gap, opens, at } = cursor;
      const isLost = gap !== null && index - gap.output > (opens ? longestLanguage : longestGap);
      const isDouble = gap === null && kept.some((other) => other.gap === null && other.at === at);
      if (!isLost && !isDouble) kept.push(cursor);
      if (kept.length === mostCursors) break;
    }
    return kept;
  }

  /** What comes next if the copy goes on: the copy followed longest, those in step first, then code that is expected. */
  draft(maxLength: number): AlignedDraft | null {
    const inStep = this.#cursors.find((cursor) => cursor.gap === null && cursor.inStep >= 2);
    const cursor = inStep ?? this.#cursors.find(({ opens }) => opens) ?? this.#cursors[0];
    return cursor ? this.#draftAt(cursor, maxLength) : null;
  }

  #draftAt(cursor: Cursor, maxLength: number): AlignedDraft | null {
    const tokens: number[] = [];
    let position = cursor.at;
    let confidence = (cursor.inStep < 3 ? 2 : cursor.inStep < 8 ? 3 : 4) + (cursor.copied >= trustedCopy ? 3 : 0);
    if (cursor.gap) {
      const written = this.#text.slice(cursor.gap.output);
      const known = this.#knownAt(cursor.gap.source, written);
      if (known) {
        tokens.push(...known.to.slice(written.length));
        position = cursor.gap.source + known.from.length;
        confidence = 1;
      } else if (cursor.opens) {
        const isLanguage = written.every((token, i) => cursor.opens![i] === token);
        if (isLanguage) tokens.push(...cursor.opens.slice(written.length));
        if (tokens.length === 0 && written.length === 0) return null; // it will name one, but which?
        position = cursor.gap.source;
        confidence = 5;
      } else if (written.length === 1) {
        position = cursor.gap.source + 1; // one token for one token, most likely
        confidence = 0;
      } else return null;
    }
    while (tokens.length < maxLength && position < this.#text.length) {
      const known = this.#knownAt(position, []);
      if (known) {
        tokens.push(...known.to);
        position += known.from.length;
      } else tokens.push(this.#text[position++]!);
    }
    tokens.length = Math.min(tokens.length, maxLength);
    return tokens.length > 0 ? { tokens, confidence } : null;
  }

  #step(cursor: Cursor, index: number, token: number): void {
    if (this.#text[cursor.at] !== token) {
      cursor.gap = { source: cursor.at, output: index };
      cursor.inStep = 0;
      cursor.opens = null;
      return;
    }
    // The block is being written: the next fence is another's.
    if (cursor.opens) this.#expected = null;
    cursor.opens = null;
    for (const one of this.#substitutions.get(token) ?? []) if (this.#matches(one.from, cursor.at)) one.score--;
    cursor.at++;
    cursor.inStep++;
    cursor.copied++;
  }

  /** Looks whether the output goes on in the source, somewhere behind the change. */
  #seekStep(cursor: Cursor, gap: { source: number; output: number }, index: number, token: number): void {
    const written = index - gap.output;
    const before = this.#text[index - 1];
    const last = Math.min(lookAhead, gap.output - gap.source - 1);
    for (let skipped = 0; skipped <= last; skipped++) {
      // One token in place of one, and the next as in the source; else two tokens in a row have to fit.
      const swapped = skipped === 1 && written === 1 && this.#text[gap.source + 1] === token;
      const opened = skipped === 0 && cursor.opens && this.#text[gap.source] === token;
      const pair =
        written >= 2 && this.#text[gap.source + skipped] === before && this.#text[gap.source + skipped + 1] === token;
      if (!swapped && !opened && !pair) continue;
      this.#learn(gap, skipped, swapped ? index : index - 1);
      const copied = swapped || opened ? 1 : 2;
      cursor.inStep = opened ? 2 : copied;
      cursor.at = gap.source + skipped + copied;
      cursor.copied += copied;
      cursor.gap = null;
      return;
    }
  }

  /** The source's `length` tokens became the output up to `outputEnd`. */
  #learn(gap: { source: number; output: number }, length: number, outputEnd: number): void {
    const from = this.#text.slice(gap.source, gap.source + length);
    const to = this.#text.slice(gap.output, outputEnd);
    if (from.length === 0 || from.length > longestSubstitution || to.length > longestSubstitution) return;
    const list = this.#substitutions.get(from[0]!) ?? [];
    const known = list.find((one) => same(one.from, from) && same(one.to, to));
    if (known) known.score = Math.min(known.score + 1, 3);
    else list.push({ from, to, score: 1 });
    this.#substitutions.set(from[0]!, list);
  }

  /** The longest substitution that fits the source there, and what has been written of it. */
  #knownAt(position: number, written: readonly number[]): Substitution | undefined {
    return this.#substitutions
      .get(this.#text[position]!)
      ?.filter(
        (one) =>
          one.score > 0 &&
          this.#matches(one.from, position) &&
          one.to.length >= written.length &&
          written.every((token, i) => one.to[i] === token),
      )
      .sort((a, b) => b.from.length - a.from.length || b.score - a.score)[0];
  }

  #matches(tokens: readonly number[], position: number): boolean {
    return tokens.every((token, i) => this.#text[position + i] === token);
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}
