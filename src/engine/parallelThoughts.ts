/**
 * Several thoughts about one question, side by side in one batch: each with its own seed, none seen while it is written.
 * When one has ended, the model is made to answer from it on trial; as soon as more than half of them have come to the
 * same, the rest is ended. One is chosen by vote (trialLine.ts) and goes on to the answer; at once where the user wants it.
 */

import type { SamplingOptions } from "../common/prompt.ts";
import type { GenerateParams, Notice, OtherThought } from "../common/protocol.ts";
import type { StopReason, ThoughtFate } from "../common/segments.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Strand } from "./strand.ts";
import { answerOpener } from "./thinking/budget.ts";
import { isSettled, longestLine, TrialLine, type Verdict, vote } from "./thinking/trialLine.ts";

/** Thoughts have to differ to be worth a vote. */
const temperature = 0.7;
const topP = 0.95;

/** A strand and what ends it alone. */
export interface Thinker {
  strand: Strand;
  stop: AbortController;
}

export interface Thought {
  strand: Strand;
  /** Why it ended before an answer could begin; null: one can. */
  end: StopReason | null;
  others: readonly OtherThought[];
  notice: Notice;
}

/** What is asked of the `index`-th thought: another seed; and the vote ends it, not trials of its own. */
export function paramsOf(params: GenerateParams, index: number): GenerateParams {
  const { sampling, controls } = params;
  const own: SamplingOptions = { ...sampling, temperature, topP, seed: sampling.seed + index };
  return { ...params, sampling: own, controls: { ...controls, earlyExit: "off", answerFirst: undefined } };
}

/** Thoughts under way side by side; {@link run} gives the one that goes on to the answer. */
export class SideBySide {
  readonly #model: EngineModel;
  readonly #thinkers: readonly Thinker[];
  readonly #signal: AbortSignal;
  /** By thought: what it came to; why it ended before an answer could begin, null where one can. */
  readonly #lines: (TrialLine | null)[];
  readonly #ends: (StopReason | null)[];
  /** Thoughts that have ended, whether or not it is known what they came to. */
  readonly #ended = new Set<Thinker>();
  /** The one that alone is gone on with, since the answer was wanted before any had come to something. */
  #kept: Thinker | null = null;
  #answerIsWanted = false;

  constructor(model: EngineModel, thinkers: readonly Thinker[], signal: AbortSignal) {
    this.#model = model;
    this.#thinkers = thinkers;
    this.#signal = signal;
    this.#lines = thinkers.map(() => null);
    this.#ends = thinkers.map(() => "cancelled");
  }

  /**
   * The thoughts that have come to something decide, without further trials. Where none has, the one that got furthest
   * alone is ended with a wrap-up, so that the others' passes are not waited for.
   */
  answerNow(): void {
    if (this.#answerIsWanted) return;
    this.#answerIsWanted = true;
    if (this.#lines.every((line) => line === null)) {
      const reached = this.#thinkers.map((thinker, i) => {
        if (this.#ended.has(thinker)) return Number.POSITIVE_INFINITY;
        return this.#ends[i] === "cancelled" ? thinker.strand.output.thinkingTokens : -1;
      });
      this.#kept = this.#thinkers[reached.indexOf(Math.max(...reached))]!;
      this.#kept.strand.decoding.answerNow();
    }
    this.#stopOpen();
  }

  /** @throws what one of them throws, when all have ended */
  async run(): Promise<Thought> {
    const outcomes = await Promise.allSettled(this.#thinkers.map((thinker, i) => this.#think(thinker, i)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    const verdict = this.#verdict();
    const message = this.#kept
      ? `${this.#thinkers.length} thoughts, none at an end when the answer was wanted: the one that had got furthest is shown.`
      : this.#canVote
        ? tell(verdict, this.#thinkers.length, this.#ends)
        : tellLongest(this.#thinkers.length, this.#ends);
    const { strand } = this.#thinkers[verdict.chosen]!;
    await strand.lane.sequence.enter();
    const others = this.#thinkers.flatMap(({ strand: { output } }, i): OtherThought[] => {
      if (i === verdict.chosen) return [];
      const [line = null, end = null] = [this.#lines[i], this.#ends[i]];
      const fate = fateOf(line, end, verdict);
      return [{ text: output.thinking.trim(), tokens: output.thinkingTokens, trial: line?.value ?? null, fate }];
    });
    return { strand, end: this.#ends[verdict.chosen]!, others, notice: { code: "parallelThoughts", message } };
  }

  async #think(thinker: Thinker, index: number): Promise<void> {
    const { strand, stop } = thinker;
    try {
      const end = await strand.decoding.think();
      if (end === null) this.#ended.add(thinker);
      const line = end === null ? await this.#tryAnswer(thinker) : null;
      // One that was ended meanwhile has no vote: it could not go on.
      if (stop.signal.aborted) return;
      this.#ends[index] = end;
      this.#lines[index] = line;
    } finally {
      strand.lane.sequence.leave();
    }
    if (isSettled(this.#lines, this.#thinkers.length)) this.#stopOpen();
  }

  /** Ends the thoughts of which it is not known what they come to. */
  #stopOpen(): void {
    for (const [i, thinker] of this.#thinkers.entries())
      if (this.#lines[i] === null && thinker !== this.#kept) thinker.stop.abort();
  }

  #verdict(): Verdict {
    if (this.#kept) return { chosen: this.#thinkers.indexOf(this.#kept), value: null, agreeing: 1 };
    return this.#canVote ? vote(this.#lines) : longest(this.#thinkers);
  }

  /** Of one at least it is known what it came to, and nobody has stopped them. */
  get #canVote(): boolean {
    return !this.#signal.aborted && this.#lines.some((line) => line !== null);
  }

  /**
   * The answer's first line as the model would write it now; the text stays as it is. Null where there is no room, or
   * where nobody waits for it any more.
   */
  async #tryAnswer({ strand: { decoder }, stop }: Thinker): Promise<TrialLine | null> {
    const { codec } = this.#model;
    const isWanted = () => !this.#answerIsWanted && !this.#signal.aborted && !stop.signal.aborted;
    const lead = codec.encodeBehind(answerOpener);
    if (!isWanted() || decoder.room < lead.length + 2 * longestLine) return null;
    const line = new TrialLine();
    const text = codec.streamDecoder();
    let isWhole = true;
    await decoder.probe(
      lead,
      [],
      (token, probability) => line.push(text.push(token), codec.isEndOfGeneration(token), probability),
      () => {
        isWhole = isWanted();
        return isWhole;
      },
    );
    return isWhole ? line : null;
  }
}

function fateOf(line: TrialLine | null, end: StopReason | null, { value, agreeing }: Verdict): ThoughtFate {
  if (line === null) return end === "cancelled" ? "stopped" : "unfinished";
  if (line.value !== null && line.value === value) return "agrees";
  if (agreeing > 1) return line.value === null ? "incomparable" : "outvoted";
  return "lessSure";
}

/** There is no vote: the one that got furthest. */
function longest(thinkers: readonly Thinker[]): Verdict {
  const lengths = thinkers.map(({ strand }) => strand.output.thinkingTokens);
  return { chosen: lengths.indexOf(Math.max(...lengths)), value: null, agreeing: 1 };
}

/** Without a vote nothing is known of how sure the model was. */
function tellLongest(thoughts: number, ends: readonly (StopReason | null)[]): string {
  const why = ends.includes(null) ? "which were not compared" : "none of which came to an end";
  return `${thoughts} thoughts, ${why}: the one that had got furthest is shown.`;
}

function tell({ value, agreeing }: Verdict, thoughts: number, ends: readonly (StopReason | null)[]): string {
  const stopped = ends.filter((end) => end === "cancelled").length;
  const early = stopped > 0 && value !== null ? `; ${stopped} ended early` : "";
  if (value === null)
    return `${thoughts} thoughts, which cannot be compared: the one the model was surest of is shown.`;
  return `${agreeing} of ${thoughts} thoughts came to ${value}${early}.`;
}
