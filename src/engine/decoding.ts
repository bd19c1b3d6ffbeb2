/**
 * The decode phase of a generation: rounds of speculation until the output ends, and what ends a thought on the way:
 * the budget, "answer now", a loop, an early exit. Whatever ended it, the thought is closed and an answer follows. An
 * answer that goes in circles is ended too.
 */
import type { GenerateParams, Notice } from "../common/protocol.ts";
import type { StopReason, ThinkingEnd, TokenOrigin } from "../common/segments.ts";
import type { AnswerNowStats, GenerationStats } from "../common/stats.ts";
import { AskedForm } from "./askedForm.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { FirstAnswer } from "./firstAnswer.ts";
import type { Output } from "./output.ts";
import type { Decoder } from "./speculation/decoder.ts";
import { answerOpener, hardFactor, sentenceOf, ThoughtMonitor, wrapUp } from "./thinking/budget.ts";
import type { EchoBan } from "./thinking/echoBan.ts";
import { forAnswers, LoopGuard } from "./thinking/loopGuard.ts";
import { Trials } from "./trials.ts";

/** Tokens of `maxTokens` kept for the answer: a thought that eats them is wrapped up. */
const answerReserve = 384;

export interface DecodingOptions {
  model: EngineModel;
  params: GenerateParams;
  decoder: Decoder;
  output: Output;
  echoBan: EchoBan;
  signal: AbortSignal;
  notify: (notice: Notice) => void;
  /** Waited for before each round. */
  beforeRound: () => Promise<unknown>;
  /** Called after each round, while the pass of the next one runs. */
  onRound: () => void;
}

export class Decoding {
  readonly #o: DecodingOptions;
  readonly #monitor: ThoughtMonitor;
  readonly #trials: Trials;
  readonly #form: AskedForm;
  #answerGuard: LoopGuard | null = null;
  /** When the answer was wanted now. */
  #asked: { at: number; passes: number } | null = null;
  #answerNowStats: AnswerNowStats | null = null;
  /** Passes and tokens of what Hunch wrote, since the answer was wanted. */
  readonly #forced = { passes: 0, tokens: 0 };
  /** What the round under way came to. */
  #ended = false;
  #thoughtEnd: ThinkingEnd | null = null;
  #answerLoops = false;
  #openerForced = false;
  #isOpen = false;
  #isWhole = false;
  /** A round ends where the answer begins. */
  #onlyThinks = false;

  constructor(options: DecodingOptions) {
    this.#o = options;
    const { model, params, decoder, output } = options;
    const { controls, maxTokens } = params;
    const limit = Math.min(maxTokens, decoder.room);
    const thoughtLimit = Math.floor((limit - Math.min(answerReserve, Math.ceil(limit / 3))) / hardFactor);
    const text = output.earlierThought;
    this.#monitor = new ThoughtMonitor({
      budget: controls.budget,
      room: Math.max(1, thoughtLimit),
      loopGuard: controls.loopGuard,
      earlier: { text, tokens: model.codec.encodeText(text).length },
    });
    this.#watchAnswer();
    this.#trials = new Trials({ model, decoder, output, mode: controls.earlyExit });
    this.#form = new AskedForm({ model, params, decoder, output, force: (text) => this.#force(text) });
  }

  /** Ends the thought at the next token. */
  answerNow(): void {
    this.#asked ??= { at: performance.now(), passes: this.#o.decoder.counts.targetPasses };
    this.#monitor.answerNow();
  }

  /** What the ways of ending a thought have cost; each is absent where it was not used. */
  get stats(): Pick<GenerationStats, "trialMs" | "answerNow"> {
    return {
      ...(this.#trials.ms > 0 ? { trialMs: this.#trials.ms } : {}),
      ...(this.#answerNowStats ? { answerNow: this.#answerNowStats } : {}),
    };
  }

  /**
   * Begins the output with this answer, which stands in place of a thought, and ends it where that is whole and lacks
   * nothing of the form.
   */
  async answerDirectly({ text: { lead, line, close }, isWhole }: FirstAnswer): Promise<void> {
    const { model, output, onRound } = this.#o;
    this.#isOpen = true;
    output.declareThoughtEnd("earlyExit", "");
    if (isWhole && this.#form.isMetBy(lead + line + close)) {
      // Nothing is decoded behind it, so it need not be evaluated.
      const put = (text: string, isForced: boolean) => {
        for (const token of model.codec.encodeText(text)) output.push(token, "target", isForced);
      };
      put(lead, true);
      put(line, false);
      put(close.trimEnd(), true);
      this.#isWhole = true;
    } else await this.#force(lead + line + close);
    onRound();
  }

  /** Writes thought and answer, or what is left of them after {@link think}. */
  async run(): Promise<StopReason> {
    this.#onlyThinks = false;
    if (this.#isWhole) return "stop";
    while (true) {
      const end = await this.#round();
      if (end) return end;
    }
  }

  /** Thinks up to where the answer begins. @returns why it ended before that; null: it got there */
  async think(): Promise<StopReason | null> {
    this.#onlyThinks = true;
    while (this.#o.output.segment === "thinking") {
      const end = await this.#round();
      if (end) return end;
    }
    return null;
  }

  /** One round, and what it came to. @returns why the generation ends; null: it goes on */
  async #round(): Promise<StopReason | null> {
    const { decoder, output, signal, notify, beforeRound, onRound } = this.#o;
    await beforeRound();
    // Stopped while the prompt was read, the rest of it is not: what follows would evaluate it.
    if (signal.aborted) return "cancelled";
    await this.#open();
    if (this.#form.left <= 0 && !(await this.#beginForm(true))) return decoder.room > 0 ? "length" : "contextFull";
    this.#ended = false;
    this.#thoughtEnd = null;
    await decoder.round(output.kind, this.#form.left, this.#onToken);
    if (signal.aborted) return "cancelled";
    const thoughtEnd = output.segment === "thinking" ? await this.#whyThoughtEnds() : null;
    if (thoughtEnd) await this.#endThought(thoughtEnd);
    else if (this.#ended || this.#answerLoops) {
      if ((await this.#beginForm(this.#answerLoops)) || (await this.#beginAnswer())) return null;
      if (this.#ended) return "stop";
      notify({ code: "answerLoop", message: "The answer was ended because it repeated itself." });
      return "stop";
    } else if (this.#form.isDone) return "stop";
    decoder.defer(onRound);
    return null;
  }

  /** Closes the thought for the model. */
  async #endThought(reason: ThinkingEnd): Promise<void> {
    const { model, decoder, output, echoBan } = this.#o;
    const sentence = this.#unasked(sentenceOf(reason));
    output.declareThoughtEnd(reason, sentence);
    await this.#force("", wrapUp(model.format, reason, output.thought));
    echoBan.begin(sentence, decoder.text.length);
  }

  /** The sentence, unless the prompt has it: then an answer may well quote it. */
  #unasked(sentence: string): string {
    const { prompt } = this.#o.params;
    const texts = prompt.kind === "raw" ? [prompt.text] : prompt.messages.map(({ content }) => content);
    return texts.some((text) => text.includes(sentence)) ? "" : sentence;
  }

  /**
   * Begins the answer of a model that closed its thought and stopped, or goes in circles with nothing to show.
   * @returns false when it has been tried, or need not be
   */
  async #beginAnswer(): Promise<boolean> {
    const { output } = this.#o;
    if (!output.answerIsEmpty || output.thinkingTokens === 0 || this.#openerForced) return false;
    this.#openerForced = true;
    await this.#force(answerOpener);
    this.#watchAnswer();
    return true;
  }

  /** From here on, the answer is looked at for circles anew. */
  #watchAnswer(): void {
    this.#answerLoops = false;
    if (this.#o.params.controls.loopGuard) this.#answerGuard = new LoopGuard(forAnswers);
  }

  /** Begins what the answer lacks of the form. @returns false when it lacks nothing, or got it already */
  async #beginForm(isCut: boolean): Promise<boolean> {
    const hasBegun = await this.#form.begin(isCut);
    if (hasBegun) this.#watchAnswer();
    return hasBegun;
  }

  readonly #onToken = (token: number, origin: TokenOrigin): "continue" | "stop" => {
    const { model, output, signal } = this.#o;
    if (model.codec.isEndOfGeneration(token)) {
      this.#ended = true;
      output.settleAnswer();
      this.#noteFirstWord();
      return "stop";
    }
    const inside = output.segment === "thinking";
    const text = output.push(token, origin);
    if (signal.aborted) return "stop"; // the rest of an accepted draft is not wanted any more
    this.#noteFirstWord();
    if (inside && output.segment === "thinking") {
      this.#thoughtEnd = this.#monitor.observe(text, output.atLineEnd);
      if (this.#trials.isDue) return "stop";
    } else if (this.#answerGuard?.push(output.lastText, output.kind === "code")) {
      this.#answerLoops = true;
    }
    if (this.#onlyThinks && output.segment === "answer") return "stop";
    return this.#thoughtEnd || this.#answerLoops || this.#form.isDone || this.#form.left <= 0 ? "stop" : "continue";
  };

  async #whyThoughtEnds(): Promise<ThinkingEnd | null> {
    if (this.#ended) return "model"; // stopped inside the thought: close it, so that there is an answer
    if (this.#thoughtEnd) return this.#thoughtEnd;
    if (this.#asked !== null) return "answerNow";
    if (this.#trials.isDue && (await this.#trials.settle(() => this.#isInterrupted))) return "earlyExit";
    // Asked for during the trial, the answer does not wait for a further token.
    return this.#asked === null ? null : "answerNow";
  }

  /** The user waits: for the answer, or for the end. */
  get #isInterrupted(): boolean {
    return this.#asked !== null || this.#o.signal.aborted;
  }

  #noteFirstWord(): void {
    const { decoder, output } = this.#o;
    if (!this.#asked || this.#answerNowStats || output.thinkingEnd !== "answerNow" || output.answerIsEmpty) return;
    const { at, passes } = this.#asked;
    this.#answerNowStats = {
      passes: decoder.counts.targetPasses - passes - this.#forced.passes,
      wrapUpTokens: this.#forced.tokens,
      ms: performance.now() - at,
    };
  }

  /** Begins thought or answer in the form that is wanted: a small model goes on in a form more surely than it follows words. */
  async #open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const { params, output } = this.#o;
    const { prompt } = params;
    if (prompt.kind !== "chat" || !prompt.opening) return;
    if (output.segment === "thinking" || prompt.thinking === "off") await this.#force(prompt.opening);
  }

  /**
   * Puts text into the output that the model did not choose, in place of an end that it chose.
   * @param text may have been the user's: what looks like a marker in it is none. @param closing comes first, its markers as tokens
   */
  async #force(text: string, closing = ""): Promise<void> {
    const { model, decoder, output } = this.#o;
    const { codec } = model;
    const all = [...codec.encodeBehind(closing), ...codec.encodeText(text)];
    const tokens = all.slice(0, Math.max(0, decoder.room - 1));
    const before = decoder.counts.targetPasses;
    await decoder.force(tokens, this.#ended);
    if (this.#asked) {
      this.#forced.passes += decoder.counts.targetPasses - before;
      this.#forced.tokens += tokens.length;
    }
    if (tokens.length > 0) output.breakOff();
    for (const token of tokens) output.push(token, "target", true);
  }
}
