/**
 * The words of this folder. A round is one draft, one target pass that verifies it, and the commit:
 *
 *   pass = [lastToken, d1 … dk]      evaluated at once by the target
 *   accepted tokens                  leading drafts equal to what the target samples at their position
 *   correction token                 the target's own token at the first mismatch
 *   bonus token                      the target's token after a fully accepted draft
 *
 * Drafts after a mismatch are rolled back from the KV cache.
 */
import type { DrafterName } from "../../common/segments.ts";

/** The likeliest next tokens at a position, best first, with their raw logits. */
export interface Candidates {
  tokens: readonly number[];
  logits: readonly number[];
}

/** One stream of tokens in a model's KV cache. Positions are 0-based; `length` is the next free one. */
export interface TokenSequence {
  readonly contextSize: number;
  readonly vocabularySize: number;
  readonly length: number;
  /** Evaluated tokens, position by position. */
  readonly tokens: readonly number[];
  /** Most tokens that one pass can take. */
  readonly maxPassSize: number;
  /** Other sequences whose tokens are computed in the same passes. */
  readonly company: number;
  /**
   * One forward pass over `tokens` at positions `length`…; keeps the logits of the last `outputs` of them until the
   * next pass. Takes the time that a pass takes.
   *
   * @param count candidates that will be asked for at the first of these outputs: a hint that spares a wait
   * @param meanwhile called as soon as the pass is under way, if it runs beside this thread
   */
  evaluate(tokens: readonly number[], outputs: number, count?: number, meanwhile?: () => void): Promise<void>;
  /** The `count` likeliest tokens after the `index`-th output (0-based) of the last pass. */
  candidates(index: number, count: number): Promise<Candidates>;
  /** Drops the positions from `length` on. False: the model cannot drop a suffix, the sequence is now empty. */
  rollback(length: number): boolean;
}

export interface Draft {
  drafter: DrafterName;
  tokens: number[];
  /** Which of the drafter's confidence classes this guess is in; acceptance is learnt for each. */
  bucket: number;
  /** Where the tokens were read, if not in this text; for the statistics. */
  source?: "workspace";
}

/** Anything that proposes tokens. No draft is a normal answer, several are alternatives. */
export interface Drafter {
  readonly name: DrafterName;
  /** Whether a draft costs microseconds (then it is made every round, to learn from, even if it is not verified). */
  readonly cheap: boolean;
  /** Starts over with these tokens: the prompt, and what has been generated if a generation is carried on. */
  begin(tokens: readonly number[]): void;
  /** Tokens that were committed to the output, in order. */
  commit(tokens: readonly number[]): void;
  /** Logits that a pass computed after `token`, for drafters that learn from them. */
  observe?(previous: number, token: number, candidates: Candidates): void;
  /** Of a drafter that is not cheap: the longest draft it has room for, 0 beyond its context. */
  readonly room?: number;
  /** Of a drafter that is not cheap: tokens it has to read before it can draft. */
  readonly unread?: number;
  /** Reads them, or a part, if it is stopped; then `unread` is not 0. */
  read?(): Promise<void>;
  draft(maxLength: number): Draft[] | Promise<Draft[]>;
}

/** What the text is at the moment: drafts are right at different rates in each. */
export type TextKind = "thinking" | "prose" | "code";
