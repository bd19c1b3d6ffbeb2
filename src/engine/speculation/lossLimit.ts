/**
 * The most that guessing may cost a text. Estimates can be wrong for as long as a text lasts, and where passes are dear a
 * few long drafts that fail are worth many tokens; so what speculation has won and lost is added up, and a draft is left
 * out that could bring a text below plain decoding by more than a few passes and a hundredth of its tokens. What it has
 * won it may lose again, all of it with one draft: with a text that goes well, nothing is held back.
 *
 * A draft model has to read the text before it can guess. That is an outlay which pays over many tokens, so where what is
 * known of it promises more than that, as much as is promised may be spent beyond the limit, once a text.
 *
 * Unit: single-token passes of the target. With T(n) as it is, a text of N tokens takes at most 1.01 N + `stake` of them,
 * and what was promised.
 */

/** Passes that a text may lose; below some, long drafts that win most texts most would never begin. */
const stake = 7;
/** More of them for each token of the text. */
const stakePerToken = 0.01;
/**
 * Of what is left of the stake, the share that one draft may cost: a long one that fails must not silence all that follow.
 * On traces with an H100's costs of passes, the worst edit of a session is sped up 1.65 times so, 1.13 with all of it.
 */
const shareOfADraft = 0.8;
/**
 * This times the gain that a draft promises over plain decoding is its share, where that is less: one of which little is
 * hoped is not to spend what a better one would need, as one stakes in proportion to the edge (J. L. Kelly, 1956). On
 * traces with the costs of an Intel with AMX, four long drafts of two-token matches, 12 to 37 % each, left nothing to a text
 * that a fixed rule sped up 1.4 times.
 */
const shareByGain = 3;

export class LossLimit {
  #balance = stake;
  /** Spent on promises. */
  #advanced = 0;

  /**
   * @param cost of a draft's verification beside that of a single token, T(n) - 1
   * @param gain it promises, in tokens per second over those of no draft; not told: enough
   */
  allows(cost: number, gain = Number.POSITIVE_INFINITY): boolean {
    const won = Math.max(0, this.#balance - stake);
    const share = Math.min(shareOfADraft, shareByGain * Math.max(0, gain - 1));
    return cost <= won + share * Math.min(this.#balance, stake);
  }

  /** @param cost of what promises nothing, and is done to learn */
  allowsTrying(cost: number): boolean {
    return cost <= shareOfADraft * Math.min(this.#balance, stake);
  }

  /** @param accepted tokens that were guessed right in a round. @param cost of it beside that of a single token */
  observe(accepted: number, cost: number): void {
    this.#balance += accepted - cost + stakePerToken * (accepted + 1);
  }

  /** @param cost of reading. @param promised gain from it */
  allowsReading(cost: number, promised: number): boolean {
    return cost <= Math.max(0, this.#balance) + this.#advance(promised);
  }

  /** Time that brought no token yet: of reading, or of a model's draft. @param promised as `allowsReading` was told */
  spend(cost: number, promised = 0): void {
    const advance = Math.min(cost, this.#advance(promised));
    this.#advanced += advance;
    this.#balance -= cost - advance;
  }

  #advance(promised: number): number {
    return Math.max(0, promised - this.#advanced);
  }
}
