/**
 * When evaluated prompts go to disk and come back: what another conversation is about to push out of the cache and what is
 * dropped with the model is kept; a prompt that shares a long beginning with something kept is not read again.
 */
import { commonPrefix } from "./prefix.ts";
import type { KeptSequence, PrefixStore } from "./prefixStore.ts";

/** Another conversation's tokens that are given up without being kept: fewer are read again soon enough. */
const mostLost = 1_024;

export class PrefixKeeper {
  readonly #store: PrefixStore;
  /** Whose text a sequence holds; none for what nobody comes back to. */
  readonly #conversations = new Map<KeptSequence, string>();

  constructor(store: PrefixStore) {
    this.#store = store;
  }

  /** Called before `prompt` is read into the sequence, whose content it replaces from where the two differ. */
  async exchange(sequence: KeptSequence, prompt: readonly number[], conversation: string): Promise<void> {
    const held = this.#conversations.get(sequence);
    const lost = sequence.tokens.length - commonPrefix(sequence.tokens, prompt);
    if (held !== undefined && held !== conversation && lost > mostLost) await this.#store.keep(sequence, held);
    await this.#store.restore(sequence, prompt);
    this.#conversations.set(sequence, conversation);
  }

  /** Called before the sequence is used for something that nobody comes back to. */
  forget(sequence: KeptSequence): void {
    this.#conversations.delete(sequence);
  }

  /** Called before the sequences are dropped. */
  async keepAll(): Promise<void> {
    for (const [sequence, conversation] of this.#conversations) await this.#store.keep(sequence, conversation);
  }
}
