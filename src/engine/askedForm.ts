/**
 * Sees to it that an answer has the form that was asked for: keeps tokens for it, begins what the model left out, where the
 * answer would end, and knows when that is complete.
 */
import type { GenerateParams } from "../common/protocol.ts";
import type { AnswerForm } from "../common/thinkingControls.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Output } from "./output.ts";
import type { Decoder } from "./speculation/decoder.ts";
import { completesForm, formReserve, holdsForm, missingPart } from "./thinking/answerForm.ts";

export interface AskedFormOptions {
  model: EngineModel;
  params: GenerateParams;
  decoder: Decoder;
  output: Output;
  /** Puts text into the output that the model did not choose. */
  force: (text: string) => Promise<void>;
}

export class AskedForm {
  readonly #o: AskedFormOptions;
  /** Length of the answer when Hunch began the part that was missing; null: it has not. */
  #from: number | null = null;
  #holds = false;

  constructor(options: AskedFormOptions) {
    this.#o = options;
  }

  /** What Hunch began is complete, and nothing is wanted behind it. */
  get isDone(): boolean {
    const form = this.#form;
    if (form === undefined || this.#from === null) return false;
    const answer = this.#answer;
    return completesForm(answer.slice(this.#from), answer, form);
  }

  /** An answer that is this text has what was asked for. */
  isMetBy(answer: string): boolean {
    const form = this.#form;
    return form === undefined || holdsForm(answer, form);
  }

  /** Tokens that the model may still choose; some are kept for what the answer has to hold, until it does. */
  get left(): number {
    const { params, output, decoder } = this.#o;
    const { maxTokens } = params;
    const form = this.#form;
    const left = Math.min(maxTokens - output.limitedTokens, decoder.room);
    if (!form || this.#holds || this.#from !== null || this.#isInBlock) return left;
    const kept = Math.min(formReserve[form.kind], Math.floor(maxTokens / 6));
    if (left > kept) return left - kept;
    this.#holds = holdsForm(output.answer, form);
    return this.#holds ? left : 0;
  }

  /**
   * Begins the part that the answer lacks at its end.
   * @param isCut the model did not end it: it goes in circles, or has no tokens left
   * @returns false when it lacks none, or got it already
   */
  async begin(isCut: boolean): Promise<boolean> {
    const { output, force } = this.#o;
    const form = this.#form;
    // A block that was cut stays open, so that nobody takes it for whole, and the answer can be carried on inside it.
    if (isCut && this.#isInBlock) return false;
    if (!form || output.segment === "thinking" || holdsForm(output.answer, form)) return false;
    const isFirst = this.#from === null;
    // Once more only to end what the model did not: a block that it left open.
    if (!isFirst && form.kind === "line") return false;
    const before = output.answer.length;
    await force(missingPart(this.#answer, form));
    if (!isFirst || holdsForm(output.answer, form)) return false;
    await this.#beginVisibly();
    this.#from = before;
    return true;
  }

  /** The answer, with the end of a line that is held back until something follows. */
  get #answer(): string {
    const { answer, atLineEnd } = this.#o.output;
    return atLineEnd ? `${answer}\n` : answer;
  }

  /** The block that is asked for is being written, and nothing is kept for it any more. */
  get #isInBlock(): boolean {
    const form = this.#form;
    return form?.kind === "codeBlock" && form.onlyIfCut === true && this.#o.output.kind === "code";
  }

  /** The form that the answer has to have; undefined where it may have any. */
  get #form(): AnswerForm | undefined {
    const { params, output } = this.#o;
    const isCut = output.thinkingEnd !== "none" && output.thinkingEnd !== "model";
    return params.answerForm?.onlyIfCut && !isCut ? undefined : params.answerForm;
  }

  /**
   * The next token is the likeliest that shows something: what was begun for the model must not end at once, nor with a
   * marker.
   */
  async #beginVisibly(): Promise<void> {
    const { model, decoder, output } = this.#o;
    const { codec } = model;
    const shows = (token: number) => {
      const text = codec.decode([token], []);
      return codec.kindOf(token) === "text" && /[^\s`~*_]/.test(text) && !output.beginsMarker(text);
    };
    const token = decoder.room > 0 ? await decoder.likeliest(shows) : null;
    if (token === null) return;
    await decoder.force([token]);
    output.push(token, "target");
  }
}
