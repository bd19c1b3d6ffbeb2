import type { DrafterName } from "./segments.ts";

/** What one drafter did in a generation: raw counts, ratios are computed on read. */
export interface DrafterStats {
  /** Rounds in which this drafter's guess was verified. */
  rounds: number;
  draftedTokens: number;
  acceptedTokens: number;
  /** Time spent guessing (ms). */
  draftMs: number;
  /** Accepted tokens by draft position (index 0 = first guessed token). */
  acceptedPerPosition: number[];
  /** Of the accepted tokens, those that the workspace index had guessed; absent: none. */
  acceptedFromWorkspace?: number;
}

/** Figures of one generation. Times in ms, `tokensPerSecond` is of the decode phase. */
export interface GenerationStats {
  promptTokens: number;
  /** Prompt tokens whose KV cache was reused. */
  cachedTokens: number;
  thinkingTokens: number;
  answerTokens: number;
  targetPasses: number;
  /** Of them, those computed together with passes of other generations. */
  sharedPasses: number;
  draftedTokens: number;
  acceptedTokens: number;
  /** 1 + accepted / rounds with a draft; 0 when nothing was drafted. */
  meanAcceptanceLength: number;
  /** Output tokens / target passes. */
  tokensPerPass: number;
  queueMs: number;
  prefillMs: number;
  /** From the request to the first output token. */
  timeToFirstTokenMs: number;
  decodeMs: number;
  tokensPerSecond: number;
  /** What plain decoding would have reached: 1 / the measured time of a single-token pass. 0 when not known. */
  plainTokensPerSecond: number;
  /** Our own time between two native calls, per target pass. */
  overheadMsPerPass: number;
  thinkingMs: number;
  /** Tokens of thoughts beside the one that is shown; 0 unless there were several. */
  otherThinkingTokens: number;
  /**
   * Thinking tokens not generated because thoughts were ended early, those side by side included: an estimate from how
   * far thoughts of this purpose went on (engine/thinking/thoughtLengths.ts); 0 also where too little is known.
   */
  thinkingTokensSaved: number;
  /** Time of trial answers (early exit, first answer), a part of `decodeMs`; absent: none was made. */
  trialMs?: number;
  /** What the model answered before it thought; absent: it was not asked (`ThinkingControls.answerFirst`). */
  firstAnswer?: FirstAnswerStats;
  /** Tokens that would have been words of hesitation without their damping; absent: it was off. */
  dampedTokens?: number;
  /** What "answer now" took; absent: nobody asked for it, or the thought had ended before. */
  answerNow?: AnswerNowStats;
  /** Budget of the thought (tokens); absent: it had none. */
  thinkingBudget?: number;
  contextUsedTokens: number;
  contextSize: number;
  byDrafter: Partial<Record<DrafterName, DrafterStats>>;
  /** T(n) as the controller knew it at the end, by size; absent: not known, as of passes on a server. */
  costCurve?: PassCost[];
  /**
   * Which pass sizes compute what single-token passes do, as known at the end; null: not tested in this configuration.
   * Absent: passes that nothing can be guessed in, or on a server.
   */
  exactness?: ExactnessResult | null;
}

/** A pass of the target over `size` tokens. */
export interface PassCost {
  size: number;
  /** Time of one (ms). */
  ms: number;
  /** How many of this size the generation took. */
  passes: number;
}

/** What the exactness self-test found in one configuration: model, device, threads, cache. */
export interface ExactnessResult {
  /** Pass sizes whose logits are bit-equal to n = 1 at every length tried. */
  exactSizes: number[];
  /** Context lengths tried (tokens). */
  lengths: number[];
  /** Largest logit difference from n = 1 by pass size, over all lengths. */
  maxDifference: Record<string, number>;
}

/** From the request to the first word of the answer. */
export interface AnswerNowStats {
  /** Target passes, the reading of the wrap-up aside. */
  passes: number;
  /** Length of the wrap-up, which is read before the answer (tokens). */
  wrapUpTokens: number;
  ms: number;
}

/** A trial answer before the thought. */
export interface FirstAnswerStats {
  /** One line, without ornaments; "" where it was none that is short, or became too unlikely to stand. */
  text: string;
  /** Product of the probabilities of its tokens, 0..1; 0 where there is no line. */
  probability: number;
  /** It was likely enough: no thought was written. */
  stands: boolean;
}

/** Figures of a generation that never began. */
export const emptyStats: GenerationStats = {
  promptTokens: 0,
  cachedTokens: 0,
  thinkingTokens: 0,
  answerTokens: 0,
  targetPasses: 0,
  sharedPasses: 0,
  draftedTokens: 0,
  acceptedTokens: 0,
  meanAcceptanceLength: 0,
  tokensPerPass: 0,
  queueMs: 0,
  prefillMs: 0,
  timeToFirstTokenMs: 0,
  decodeMs: 0,
  tokensPerSecond: 0,
  plainTokensPerSecond: 0,
  overheadMsPerPass: 0,
  thinkingMs: 0,
  otherThinkingTokens: 0,
  thinkingTokensSaved: 0,
  contextUsedTokens: 0,
  contextSize: 0,
  byDrafter: {},
};

/** Figures of a generation under way, sent with each batch of tokens. */
export interface LiveStats {
  /** Of all thoughts, while there are several. */
  thinkingTokens: number;
  answerTokens: number;
  /** Thoughts under way side by side; absent: one. */
  thoughts?: number;
  /** Thinking budget (tokens), of all thoughts together; null when there is none. */
  thinkingBudget: number | null;
  elapsedMs: number;
  tokensPerSecond: number;
  draftedTokens: number;
  acceptedTokens: number;
  contextUsedTokens: number;
  contextSize: number;
}

/** accepted / drafted, 0..1; null when nothing was drafted. */
export function acceptanceRate(counts: { draftedTokens: number; acceptedTokens: number }): number | null {
  return counts.draftedTokens > 0 ? counts.acceptedTokens / counts.draftedTokens : null;
}

/** From this share of shared passes on, the time of a generation is not its own. */
const mostShared = 0.1;

/**
 * How many times faster than plain decoding on this machine; null when the plain speed is not known, or when the machine
 * was busy with other generations too.
 */
export function speedUp(stats: GenerationStats): number | null {
  if (stats.sharedPasses > mostShared * stats.targetPasses) return null;
  return stats.plainTokensPerSecond > 0 && stats.tokensPerSecond > 0
    ? stats.tokensPerSecond / stats.plainTokensPerSecond
    : null;
}
