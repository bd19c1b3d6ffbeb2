/**
 * Trial answers while a thought is under way (thinking/earlyExit.ts says when they are made and what they settle) and
 * before it (thinking/firstAnswer.ts): made by the decoder behind the text as it stands, which stays as it is.
 */
import type { EarlyExitMode, FirstAnswerControl } from "../common/protocol.ts";
import type { FirstAnswerStats } from "../common/stats.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Output } from "./output.ts";
import type { Decoder } from "./speculation/decoder.ts";
import { answerOpener, wrapUp } from "./thinking/budget.ts";
import { canTryHere, EarlyExit, longestTrial, rowCosts, TrialAnswer } from "./thinking/earlyExit.ts";
import { FirstAnswer } from "./thinking/firstAnswer.ts";

export interface TrialsOptions {
  model: EngineModel;
  decoder: Decoder;
  output: Output;
  mode: EarlyExitMode;
  /** Absent: no answer is made before the thought. */
  answerFirst?: FirstAnswerControl;
}

export class Trials {
  /** Time of all trials so far (ms). */
  ms = 0;
  /** What the model answered before it thought; null: it was not asked. */
  first: FirstAnswerStats | null = null;
  readonly #o: TrialsOptions;
  #hasAskedFirst = false;
  readonly #earlyExit: EarlyExit | null;
  /** Length of what a trial writes in front of its answer (tokens), an open code block of the thought aside. */
  readonly #leadTokens: number;

  constructor(options: TrialsOptions) {
    this.#o = options;
    const { model, mode } = options;
    this.#earlyExit =
      mode === "off" || !model.target.canRollBack
        ? null
        : new EarlyExit({ mode, rowCost: rowCosts[model.info.device === "cpu" ? "cpu" : "gpu"] });
    this.#leadTokens = this.#lead("").length;
  }

  get isDue(): boolean {
    const { output } = this.#o;
    return output.atLineEnd && (this.#earlyExit?.isDue(output.thinkingTokens, this.#leadTokens) ?? false);
  }

  /**
   * Makes the model answer on trial.
   * @param isInterrupted asked before each further pass: the user waits for something else
   * @returns true when the thought has come to its result
   */
  async settle(isInterrupted: () => boolean): Promise<boolean> {
    const { model, decoder, output } = this.#o;
    const earlyExit = this.#earlyExit;
    if (!earlyExit || !canTryHere(output.thought)) return false;
    const lead = this.#lead(output.thought);
    if (decoder.room < lead.length + 2 * longestTrial) return false;
    earlyExit.begin(output.thinkingTokens, lead.length);
    const trial = new TrialAnswer();
    const before = performance.now();
    const text = model.codec.streamDecoder();
    await decoder.probe(
      lead,
      earlyExit.draft,
      (token, probability) => trial.push(token, text.push(token), model.codec.isEndOfGeneration(token), probability),
      () => !isInterrupted() && earlyExit.spendPass(),
    );
    this.ms += performance.now() - before;
    return !isInterrupted() && earlyExit.settles(trial);
  }

  /** A thought begins here, and the model is to answer before it. */
  get isFirstDue(): boolean {
    const { output, answerFirst } = this.#o;
    return !this.#hasAskedFirst && answerFirst !== undefined && output.segment === "thinking" && output.answerIsEmpty;
  }

  /**
   * Makes the model answer before it thinks, once.
   * @param isInterrupted as for {@link settle}
   * @returns where that answer stands, so that the thought may end where it begins, what is kept of it: "" where it is
   *   written as if nothing had been asked before; null where it does not stand
   */
  async answerFirst(isInterrupted: () => boolean): Promise<string | null> {
    this.#hasAskedFirst = true;
    const { model, decoder, answerFirst } = this.#o;
    if (!answerFirst) return null;
    const { least, opening } = answerFirst;
    const lead = this.#lead("", opening?.lead);
    const hasRoom = decoder.room >= lead.length + 2 * longestTrial;
    if (!model.target.canRollBack || !hasRoom || isInterrupted()) return null;
    const answer = new FirstAnswer(least > 1 ? 0 : least);
    const text = model.codec.streamDecoder();
    const before = performance.now();
    await decoder.probe(
      lead,
      [],
      (token, probability) => answer.push(text.push(token), model.codec.isEndOfGeneration(token), probability),
      () => !isInterrupted(),
    );
    this.ms += performance.now() - before;
    if (isInterrupted()) return null;
    const { text: line, probability } = answer;
    this.first = { text: line, probability, stands: line !== "" && probability >= least };
    if (!this.first.stands) return null;
    return opening ? opening.lead + answer.written + opening.close : "";
  }

  /** What ends the thought and begins a short answer. */
  #lead(thought: string, opener = answerOpener): number[] {
    const { codec, format } = this.#o.model;
    return [...codec.encodeBehind(wrapUp(format, "earlyExit", thought)), ...codec.encodeText(opener)];
  }
}
