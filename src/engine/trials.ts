/**
 * Trial answers while a thought is under way (thinking/earlyExit.ts says when they are made and what they settle) and
 * before it (thinking/firstAnswer.ts): made by the decoder behind the text as it stands, which stays as it is.
 */
import type { CodeOpening, EarlyExitMode } from "../common/protocol.ts";
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
  /** Probability (0..1) from which an answer before the thought stands, above 1 none does; absent: none is made. */
  answerFirst?: number;
  /** What begins it; absent: {@link answerOpener}. */
  answerFirstIn?: CodeOpening;
}

export class Trials {
  /** Time of all trials so far (ms). */
  ms = 0;
  /** What the model answered before it thought; null: it was not asked. */
  first: FirstAnswerStats | null = null;
  /** What the answer begins with where that stands; "" where it is written as if nothing had been asked before. */
  firstText = "";
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
   * @returns true when that answer stands: the thought may end where it begins
   */
  async answersFirst(isInterrupted: () => boolean): Promise<boolean> {
    this.#hasAskedFirst = true;
    const { model, decoder, answerFirst: least = Number.POSITIVE_INFINITY, answerFirstIn: code } = this.#o;
    const lead = this.#lead("", code?.lead);
    const hasRoom = decoder.room >= lead.length + 2 * longestTrial;
    if (!model.target.canRollBack || !hasRoom || isInterrupted()) return false;
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
    if (isInterrupted()) return false;
    const { text: line, probability } = answer;
    this.first = { text: line, probability, stands: line !== "" && probability >= least };
    if (code && this.first.stands) this.firstText = code.lead + answer.written + code.close;
    return this.first.stands;
  }

  /** What ends the thought and begins a short answer. */
  #lead(thought: string, opener = answerOpener): number[] {
    const { codec, format } = this.#o.model;
    return [...codec.encodeBehind(wrapUp(format, "earlyExit", thought)), ...codec.encodeText(opener)];
  }
}
