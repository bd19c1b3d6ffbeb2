/**
 * Notices that a thought or an answer goes round in circles. Two signs, both of exact repetition, since lists, tables and traces are
 * full of similar lines:
 * - the last tokens are one and the same sequence over and over;
 * - a run of words comes back again and again, with other text in between.
 */

/** Longest sequence whose immediate repetition is noticed (tokens). */
const maxPeriod = 160;
/** Repetition has to cover this many tokens; sequences without words (zeros, rules of a table) need more. */
const leastTokens = 64;
const leastTokensWithoutWords = 320;
/** Inside a code fence, data may repeat. */
const fenceFactor = 3;
const leastRepeats = 4;
/** A sequence this long (tokens) needs one repetition less. */
const longPeriod = 16;

/** Words of a run, and the window in which its occurrences count (words). */
const runWords = 12;
const windowWords = 1_200;

export interface LoopGuardOptions {
  /** Occurrences of a run of words that make a loop. */
  leastOccurrences: number;
  /** Runs count inside code fences too. */
  runsInFences: boolean;
}

const forThoughts: LoopGuardOptions = { leastOccurrences: 5, runsInFences: true };
/** Answers describe similar things in similar words, and code of a kind repeats itself. */
export const forAnswers: LoopGuardOptions = { leastOccurrences: 10, runsInFences: false };

export class LoopGuard {
  readonly #o: LoopGuardOptions;
  #tokens: string[] = [];
  /** For each period p (index): how many of the last tokens equal the one p places before. */
  readonly #matches = new Uint32Array(maxPeriod + 1);
  #word = "";
  #words: string[] = [];
  #wordCount = 0;
  readonly #runs = new Map<string, { count: number; at: number }>();

  constructor(options: LoopGuardOptions = forThoughts) {
    this.#o = options;
  }

  /**
   * @param text what one token added
   * @param inFence the text is inside a code fence
   * @returns true when the text repeats itself
   */
  push(text: string, inFence: boolean): boolean {
    const repeats = this.#repeatsAtOnce(text, inFence);
    const recurs = inFence && !this.#o.runsInFences ? false : this.#runRecurs(text);
    return recurs || repeats;
  }

  #repeatsAtOnce(text: string, inFence: boolean): boolean {
    let found = false;
    for (let period = 1; period <= Math.min(maxPeriod, this.#tokens.length); period++) {
      if (this.#tokens[this.#tokens.length - period] !== text) {
        this.#matches[period] = 0;
        continue;
      }
      const matched = (this.#matches[period] ?? 0) + 1;
      this.#matches[period] = matched;
      found ||= this.#isLoop(period, matched + period, inFence);
    }
    this.#tokens.push(text);
    if (this.#tokens.length > 2 * maxPeriod) this.#tokens = this.#tokens.slice(-maxPeriod);
    return found;
  }

  /** @param covered tokens that the repetition covers, its first round included */
  #isLoop(period: number, covered: number, inFence: boolean): boolean {
    if (covered < leastTokens || covered < period * (period >= longPeriod ? leastRepeats - 1 : leastRepeats))
      return false;
    const hasWords = this.#tokens.slice(-period).some((text) => /\p{L}{2}/u.test(text));
    return covered >= (hasWords ? leastTokens : leastTokensWithoutWords) * (inFence ? fenceFactor : 1);
  }

  #runRecurs(text: string): boolean {
    let found = false;
    for (const char of text) {
      if (char.trim() !== "") this.#word += char;
      else if (this.#word !== "") {
        found = this.#endWord() || found;
        this.#word = "";
      }
    }
    return found;
  }

  #endWord(): boolean {
    this.#words.push(this.#word);
    this.#wordCount++;
    if (this.#words.length < runWords) return false;
    if (this.#words.length > runWords) this.#words.shift();
    // Too few different words: a table's row or a row of numbers, which the other sign is for.
    if (new Set(this.#words.filter((word) => /\p{L}{2}/u.test(word))).size < runWords / 2) return false;
    const key = this.#words.join(" ");
    const seen = this.#runs.get(key);
    if (!seen || this.#wordCount - seen.at > windowWords) {
      this.#runs.set(key, { count: 1, at: this.#wordCount });
      if (this.#runs.size > 2 * windowWords) this.#forgetOld();
      return false;
    }
    seen.count++;
    seen.at = this.#wordCount;
    return seen.count >= this.#o.leastOccurrences;
  }

  #forgetOld(): void {
    for (const [key, seen] of this.#runs) if (this.#wordCount - seen.at > windowWords) this.#runs.delete(key);
  }
}
