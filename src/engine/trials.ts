/**
 * Trial answers while a thought is under way (thinking/earlyExit.ts says when they are made and what they settle): made by
 * the decoder behind the text as it stands, which stays as it is.
 */
import type { EarlyExitMode } from "../common/thinkingControls.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Output } from "./output.ts";
import type { Decoder } from "./speculation/decoder.ts";
import { answerOpener, wrapUp } from "./thinking/budget.ts";
import { canTryHere, EarlyExit, longestTrial, rowCosts, TrialAnswer } from "./thinking/earlyExit.ts";

export interface TrialsOptions {
  model: EngineModel;
  decoder: Decoder;
  output: Output;
  mode: EarlyExitMode;
}

export class Trials {
  /** Time of all trials so far (ms). */
  ms = 0;
  readonly #o: TrialsOptions;
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

  /** What ends the thought and begins a short answer. */
  #lead(thought: string): number[] {
    const { codec, format } = this.#o.model;
    return [...codec.encodeBehind(wrapUp(format, "earlyExit", thought)), ...codec.encodeText(answerOpener)];
  }
}
