/**
 * Chooses a token from logits: greedy, or Gumbel-max keyed by (seed, position, token).
 *
 * Gumbel-max: argmax over tokens of logit/T + g, with g = -ln(-ln u) and u uniform in (0,1), is a sample from
 * softmax(logit/T). Here u is a hash of (seed, position, token), so a token's noise does not depend on how the logits
 * came about: the text at T > 0 is the same whatever was drafted, and speculation is lossless at any temperature
 * (the coupling of arXiv 2408.07978, with both sides sharing the noise).
 *
 * Order of the filters, as in llama.cpp: bans, damping, repetition penalty, top-k, top-p, min-p, temperature.
 */
import type { SamplingOptions } from "../../common/prompt.ts";
import type { Candidates } from "./types.ts";

/** Tokens looked at when top-k is off: the native call sorts what it returns, and the rest has next to no weight. */
const unlimitedCandidates = 256;
/** How many of the last tokens the repetition penalty looks at. */
export const penaltyWindow = 64;

/** Tokens that are made less likely at some places, told by the text alone. */
export interface Damping {
  readonly tokens: ReadonlySet<number>;
  /** Logits taken off these tokens behind the token `previous`; 0 = none. */
  penaltyAfter(previous: number | undefined): number;
}

/** Tokens that may not be chosen at some places, told by the text alone. */
export interface TokenBan {
  /** Tokens that it forbids at one place, at most. */
  readonly most: number;
  /** Those forbidden at `position`; null: none. @param recent the tokens before it, as in `Sampler.sample` */
  bannedAt(position: number, recent: readonly number[]): ReadonlySet<number> | null;
}

export class Sampler {
  readonly options: SamplingOptions;
  /** How many of the likeliest tokens `sample` needs to see. */
  readonly candidateCount: number;
  readonly #damping: Damping | null;
  readonly #ban: TokenBan | null;
  #dampedTokens = 0;

  constructor(options: SamplingOptions, damping: Damping | null = null, ban: TokenBan | null = null) {
    this.options = options;
    this.#damping = damping;
    this.#ban = ban;
    const kept = options.temperature <= 0 ? 1 : options.topK > 0 ? options.topK : unlimitedCandidates;
    // A penalty moves at most `penaltyWindow` tokens down the list: with that many more, none is missed.
    const penalised = options.repetitionPenalty === 1 ? 0 : penaltyWindow;
    this.candidateCount = kept + penalised + (damping ? damping.tokens.size : 0) + (ban ? ban.most : 0);
  }

  /** How many tokens would have been others without the damping; null: there is none. */
  get dampedTokens(): number | null {
    return this.#damping && this.#dampedTokens;
  }

  /**
   * The token at `position`.
   * @param recent the tokens before this position; only the last `penaltyWindow` matter.
   */
  sample(all: Candidates, position: number, recent: readonly number[]): number {
    const undamped = this.#allowed(all, position, recent);
    const candidates = this.#damped(undamped, recent);
    const token = this.#choose(candidates, position, recent);
    if (candidates !== undamped && token !== this.#choose(undamped, position, recent)) this.#dampedTokens++;
    return token;
  }

  #choose(candidates: Candidates, position: number, recent: readonly number[]): number {
    const { temperature, repetitionPenalty, seed } = this.options;
    if (temperature <= 0 && repetitionPenalty === 1) return candidates.tokens[0]!;
    const { tokens, logits } = this.#filtered(candidates, recent);
    if (temperature <= 0) return tokens[0]!;
    let best = tokens[0]!;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < tokens.length; i++) {
      const score = logits[i]! / temperature + gumbel(seed, position, tokens[i]!);
      if (score > bestScore) {
        bestScore = score;
        best = tokens[i]!;
      }
    }
    return best;
  }

  #allowed(candidates: Candidates, position: number, recent: readonly number[]): Candidates {
    const banned = this.#ban?.bannedAt(position, recent);
    if (!banned || !candidates.tokens.some((token) => banned.has(token))) return candidates;
    const kept = candidates.tokens.map((_, i) => i).filter((i) => !banned.has(candidates.tokens[i]!));
    return { tokens: kept.map((i) => candidates.tokens[i]!), logits: kept.map((i) => candidates.logits[i]!) };
  }

  #damped(candidates: Candidates, recent: readonly number[]): Candidates {
    const damping = this.#damping;
    const penalty = damping?.penaltyAfter(recent.at(-1)) ?? 0;
    if (!damping || penalty === 0) return candidates;
    const entries = candidates.tokens.map((token, i) => {
      const logit = candidates.logits[i]!;
      return { token, logit: damping.tokens.has(token) ? logit - penalty : logit };
    });
    entries.sort((a, b) => b.logit - a.logit || a.token - b.token);
    return { tokens: entries.map((entry) => entry.token), logits: entries.map((entry) => entry.logit) };
  }

  /** The candidates that pass the filters, best first. */
  #filtered(candidates: Candidates, recent: readonly number[]): { tokens: number[]; logits: number[] } {
    const { topK, topP, minP, temperature } = this.options;
    const sorted = this.#penalised(candidates, recent);
    let keep = temperature <= 0 ? 1 : topK > 0 ? Math.min(topK, sorted.length) : sorted.length;
    const top = sorted[0]!.logit;
    if (topP < 1) {
      const weights = sorted.slice(0, keep).map((entry) => Math.exp(entry.logit - top));
      const limit = topP * weights.reduce((sum, weight) => sum + weight, 0);
      let sum = 0;
      keep = weights.findIndex((weight) => {
        sum += weight;
        return sum >= limit;
      });
      keep = keep < 0 ? weights.length : keep + 1;
    }
    if (minP > 0) {
      const floor = top + Math.log(minP);
      const below = sorted.slice(0, keep).findIndex((entry) => entry.logit < floor);
      if (below > 0) keep = below;
    }
    const kept = sorted.slice(0, keep);
    return { tokens: kept.map((entry) => entry.token), logits: kept.map((entry) => entry.logit) };
  }

  #penalised(candidates: Candidates, recent: readonly number[]): { token: number; logit: number }[] {
    const entries = candidates.tokens.map((token, i) => ({ token, logit: candidates.logits[i]! }));
    const penalty = this.options.repetitionPenalty;
    if (penalty === 1) return entries;
    const seen = new Set(recent.slice(-penaltyWindow));
    for (const entry of entries)
      if (seen.has(entry.token)) entry.logit = entry.logit > 0 ? entry.logit / penalty : entry.logit * penalty;
    return entries.sort((a, b) => b.logit - a.logit || a.token - b.token);
  }
}

/** Standard Gumbel noise of (seed, position, token): the same for the same three, as good as independent otherwise. */
export function gumbel(seed: number, position: number, token: number): number {
  const high = mix(mix(mix(mix(seed) ^ Math.floor(seed / 0x1_0000_0000)) ^ position) ^ token);
  const low = mix(high ^ Math.imul(token + 1, 0x9e3779b1));
  // 53 bits, moved off 0 and 1.
  const uniform = ((high >>> 5) * 0x400_0000 + (low >>> 6) + 0.5) / 0x20_0000_0000_0000;
  return -Math.log(-Math.log(uniform));
}

/** A 32-bit finaliser (murmur3's) run twice: every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value | 0;
  for (let i = 0; i < 2; i++) {
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    x = (x + 0x9e3779b9) | 0;
  }
  return x >>> 0;
}
