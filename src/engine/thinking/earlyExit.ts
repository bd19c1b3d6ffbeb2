/**
 * Ends a thought whose result has stopped changing. At the end of a line the model is made to answer on trial; when two
 * trial answers in a row are the same and the model was sure of both, thinking on would not change the answer (the idea
 * of DEER, arXiv 2504.15895, and Dynasor, arXiv 2412.20993). The last trial answer is the draft of the next, so that
 * one pass tells whether they agree.
 *
 * Only answers of one short line can be compared. Where the model begins a long one, nothing is ended.
 *
 * When to try is decided by counting tokens, never by a clock: the same seed gives the same text on a busy machine.
 */
import { TextContext } from "./textContext.ts";

/** Tokens that a trial answer may have. */
export const longestTrial = 24;
/** Probing may cost this share of what thinking costs. */
const probeShare = 0.05;
/** Thoughts shorter than this are let be, and between two trials there has to be some thought (tokens). */
const leastThought = 64;
const leastGap = 48;
/** A trial answer counts when each of its tokens is likelier than not, and all of them on (geometric) average this likely. */
const leastTokenProbability = 0.5;
const leastConfidence = 0.9;
/** Answer tokens that have to be affordable before a first trial is made. */
const usualAnswerTokens = 4;

/** What became of a trial answer. */
export type TrialOutcome =
  /** A short line, and the model was sure of it. */
  | "answer"
  /** The model was not sure: it goes on thinking. */
  | "unsure"
  /** No short line: a long text, a heading, code. */
  | "none"
  /** Cut off, since it would have cost too much now. */
  | "unfinished";

export class TrialAnswer {
  /** With the token that ended the line. */
  readonly tokens: number[] = [];
  outcome: TrialOutcome = "unfinished";
  #text = "";
  #logSum = 0;
  #counted = 0;

  /**
   * @param text what the token adds; @param isEnd it ends the generation; @param probability of the token, 0..1
   * @returns "stop" when nothing more has to be known
   */
  push(token: number, text: string, isEnd: boolean, probability: number): "continue" | "stop" {
    this.tokens.push(token);
    const isFull = this.tokens.length >= longestTrial;
    const lineEnd = isEnd ? 0 : text.indexOf("\n");
    const visible = lineEnd < 0 ? text : text.slice(0, lineEnd);
    // A line break in front of the line is none at its end.
    if (!isEnd && text.trim() === "" && this.#text.trim() === "") return isFull ? this.#stop("none") : "continue";
    // How a line ends is a choice between tokens that say the same: it is no part of the confidence.
    if (lineEnd < 0 || visible.trim() !== "") {
      if (probability < leastTokenProbability) return this.#stop("unsure");
      this.#logSum += Math.log(probability);
      this.#counted++;
    }
    this.#text += visible;
    if (lineEnd >= 0) return this.#stop(this.#verdict());
    return isFull ? this.#stop("none") : "continue";
  }

  #stop(outcome: TrialOutcome): "stop" {
    this.outcome = outcome;
    return "stop";
  }

  #verdict(): TrialOutcome {
    const line = this.#text.trim();
    // What leads over to an answer below is none: "Here is why:", "## Result", "```python".
    if (!/[\p{L}\p{N}]/u.test(line) || line.endsWith(":") || /^(#|```|~~~)/.test(line)) return "none";
    return Math.exp(this.#logSum / this.#counted) >= leastConfidence ? "answer" : "unsure";
  }
}

export interface EarlyExitOptions {
  /** "auto" gives up at the first sign that the answer is not a short one. */
  mode: "auto" | "on";
  /** What a further token in a pass costs, in passes of one token: much on a CPU, next to nothing on a GPU. */
  rowCost: number;
}

/** `rowCost` by kind of device; on CPUs a little above what was measured (T(16) = 5.5 to 6.8). */
export const rowCosts = { cpu: 0.45, gpu: 0.03 } as const;

export class EarlyExit {
  readonly #o: EarlyExitOptions;
  /** Cost of all trials so far, in passes of one token. */
  #spent = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  #last: TrialAnswer | null = null;
  /** Trials that showed no short answer. */
  #misses = 0;

  constructor(options: EarlyExitOptions) {
    this.#o = options;
  }

  /** What the next trial is compared with: to be submitted as its draft. */
  get draft(): readonly number[] {
    return this.#last?.tokens ?? [];
  }

  /** A trial may be made at the next end of a line. @param leadTokens what has to be written in front of the answer */
  isDue(thoughtTokens: number, leadTokens: number): boolean {
    if (thoughtTokens < leastThought || thoughtTokens - this.#triedAt < leastGap) return false;
    if (this.#misses > 0 && this.#o.mode === "auto") return false;
    const fresh = this.draft.length === 0 ? usualAnswerTokens : 1;
    const expected = this.#passCost(leadTokens + this.draft.length) + fresh;
    return expected * 2 ** this.#misses <= this.#left(thoughtTokens);
  }

  /** A trial begins; its first pass takes the lead and the draft. */
  begin(thoughtTokens: number, leadTokens: number): void {
    this.#triedAt = thoughtTokens;
    this.#spent += this.#passCost(leadTokens + this.draft.length);
  }

  /** The trial wants one more pass. @returns false when that would cost too much */
  spendPass(): boolean {
    if (this.#left(this.#triedAt) < 1) return false;
    this.#spent += 1;
    return true;
  }

  /** @returns true when this trial settles it: the thought may end */
  settles(trial: TrialAnswer): boolean {
    const last = this.#last;
    this.#last = trial;
    if (trial.outcome === "none") this.#misses++;
    if (trial.outcome !== "answer" || last?.outcome !== "answer") return false;
    return trial.tokens.length === last.tokens.length && trial.tokens.every((token, i) => token === last.tokens[i]);
  }

  #left(thoughtTokens: number): number {
    return probeShare * thoughtTokens - this.#spent;
  }

  #passCost(furtherTokens: number): number {
    return 1 + this.#o.rowCost * furtherTokens;
  }
}

/** A trial answer can be written here: not inside a code block of the thought. */
export function canTryHere(thought: string): boolean {
  const context = new TextContext();
  context.feed(thought);
  return !context.inFence;
}
