/**
 * When evaluated prompts go to disk and come back: what another conversation is about to push out of the cache, what has
 * been left alone for a while and what is dropped with the model is kept; a prompt that shares a long beginning with
 * something kept is not read again.
 */
import { commonPrefix } from "./prefix.ts";
import { type KeptSequence, leastTokens, type PrefixStore } from "./prefixStore.ts";

/**
 * Tokens that may be given up without being kept: fewer are read again soon enough. It bounds what is written too, since a
 * snapshot is written as a whole: while a conversation goes on, not more often than once in so many of its tokens.
 */
const mostLost = 1_024;

export class PrefixKeeper {
  readonly #store: PrefixStore;
  /** Whose text a sequence holds; none for what nobody comes back to. */
  readonly #conversations = new Map<KeptSequence, string>();
  /** What of a sequence's text is on disk, as far as this process has seen. */
  readonly #kept = new Map<KeptSequence, readonly number[]>();

  constructor(store: PrefixStore) {
    this.#store = store;
  }

  /** Called before the sequence takes over from another what that holds of `prompt`. */
  async keepReplaced(sequence: KeptSequence, prompt: readonly number[], conversation: string): Promise<void> {
    const held = this.#conversations.get(sequence);
    const lost = sequence.tokens.length - commonPrefix(sequence.tokens, prompt);
    if (held !== undefined && held !== conversation && lost > mostLost) await this.#keep(sequence, held, leastTokens);
  }

  /** Called before `prompt` is read into the sequence, whose content it replaces from where the two differ. */
  async exchange(sequence: KeptSequence, prompt: readonly number[], conversation: string): Promise<void> {
    await this.keepReplaced(sequence, prompt, conversation);
    if (await this.#store.restore(sequence, prompt)) this.#kept.set(sequence, [...sequence.tokens]);
    if (this.#store.holds(0)) this.#conversations.set(sequence, conversation);
    else this.forget(sequence);
  }

  /** Called before the sequence is used for something that nobody comes back to. */
  forget(sequence: KeptSequence): void {
    this.#conversations.delete(sequence);
    this.#kept.delete(sequence);
  }

  /** So much text can be kept, as far as it is known what it takes (tokens). */
  holds(tokens: number): boolean {
    return this.#store.holds(tokens);
  }

  /** A conversation has gone on by so much since it was kept that it should not be lost, and can be kept. */
  get isBehind(): boolean {
    return [...this.#conversations.keys()].some(
      (sequence) => this.#store.holds(sequence.tokens.length) && this.#unkept(sequence) > mostLost,
    );
  }

  /** Called while nobody asks. @param stop asked between two conversations: somebody waits */
  async keepIdle(stop: () => boolean): Promise<void> {
    for (const [sequence, conversation] of this.#conversations) {
      if (stop()) return;
      if (this.#unkept(sequence) > mostLost) await this.#keep(sequence, conversation, mostLost);
    }
  }

  /** Called before the sequences are dropped. */
  async keepAll(): Promise<void> {
    for (const [sequence, conversation] of this.#conversations) await this.#keep(sequence, conversation, leastTokens);
  }

  /**
   * Of what is on disk (bytes). What is said while none is wanted does not go there later either, unless its conversation
   * goes on.
   */
  limit(bytes: number): void {
    this.#store.limit(bytes);
    if (bytes > 0) return;
    this.#conversations.clear();
    this.#kept.clear();
  }

  /** @param most tokens that may stay unkept */
  async #keep(sequence: KeptSequence, conversation: string, most: number): Promise<void> {
    const tokens = [...sequence.tokens];
    const count = await this.#store.keep(sequence, conversation, most);
    this.#kept.set(sequence, tokens.slice(0, count));
  }

  /** Tokens that would have to be read again; all where nothing was kept. */
  #unkept(sequence: KeptSequence): number {
    return sequence.tokens.length - commonPrefix(sequence.tokens, this.#kept.get(sequence) ?? []);
  }
}
