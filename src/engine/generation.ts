/**
 * One generation, from messages to the last event: chat format → tokens → reused KV prefix → prefill → rounds of
 * speculation (decoding.ts) → segments.
 */
import type { GenerateParams, GenerationResult } from "../common/protocol.ts";
import type { StopReason } from "../common/segments.ts";
import { emptyStats, type FirstAnswerStats, type GenerationStats } from "../common/stats.ts";
import type { GenerationHooks, RunningGeneration } from "./backends/backend.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Lane } from "./backends/embedded/lanes.ts";
import { keepReplaced } from "./backends/embedded/promptCache.ts";
import { prefill } from "./cache/prefix.ts";
import { tryAnswer, withoutThought } from "./firstAnswer.ts";
import { GenerationEvents } from "./generationEvents.ts";
import type { Output } from "./output.ts";
import { paramsOf, SideBySide, type Thinker, type Thought } from "./parallelThoughts.ts";
import { PromptReader } from "./promptReader.ts";
import { Strand, type StrandOptions } from "./strand.ts";
import { settleThoughts } from "./thinking/savings.ts";
import type { SegmentStart } from "./thinking/segmenter.ts";

export class Generation implements RunningGeneration {
  readonly #model: EngineModel;
  readonly #params: GenerateParams;
  readonly #hooks: GenerationHooks;
  readonly #startedAt = performance.now();
  readonly #events: GenerationEvents;
  #answerNow = false;
  readonly #lanes: Lane[] = [];
  /** What decodes; several while there are several thoughts. */
  #strands: readonly Strand[] = [];
  #sideBySide: SideBySide | null = null;
  /** Of thoughts that were not chosen. */
  #otherOutputs: readonly Output[] = [];
  readonly #reader: PromptReader;
  /** What trying an answer before the thought took; passes and their time only where no strand that goes on has them. */
  readonly #firstTrial = { ms: 0, passes: 0, nativeMs: 0 };
  #firstAnswer: FirstAnswerStats | null = null;
  /** For the end of a pause. */
  #waiting: Promise<number> | null = null;

  constructor(model: EngineModel, params: GenerateParams, hooks: GenerationHooks) {
    this.#model = model;
    this.#params = params;
    this.#hooks = hooks;
    const { contextSize } = model.target.sequence;
    this.#events = new GenerationEvents({ emit: hooks.emit, budget: params.controls.budget, contextSize });
    this.#reader = new PromptReader(model, hooks, (notices) => this.#events.notify(notices));
  }

  /** Ends the thought at the next token; remembered when it has not begun. */
  answerNow(): void {
    this.#answerNow = true;
    if (this.#sideBySide) this.#sideBySide.answerNow();
    else for (const { decoding } of this.#strands) decoding.answerNow();
  }

  /** The result of a generation that was given up before its turn came: the model is not touched. */
  static notBegun(model: EngineModel, params: GenerateParams, queueMs: number): GenerationResult {
    const stats = { ...emptyStats, queueMs, contextSize: model.target.sequence.contextSize };
    return {
      thinking: "",
      answer: "",
      stopReason: "cancelled",
      thinkingEnd: "none",
      stats,
      model: model.info,
      threads: model.governor.threads,
      seed: params.sampling.seed,
    };
  }

  async run(): Promise<GenerationResult> {
    const { prompt, start } = this.#reader.render(this.#params);
    this.#reader.checkLength(prompt.length);
    try {
      return await this.#write(prompt, start);
    } finally {
      for (const strand of this.#strands) strand.close();
      for (const lane of this.#lanes) this.#model.lanes.release(lane);
    }
  }

  async #write(prompt: number[], start: SegmentStart): Promise<GenerationResult> {
    const lane = await this.#takeLane(prompt);
    const direct = await this.#answerFirst(lane);
    if (!direct) {
      await this.#reader.read(lane, prompt, this.#params, this.#pauseOver);
      this.#events.decodingSince = performance.now();
    }
    const thought = direct ? null : await this.#thinkSideBySide(lane, prompt, start);
    const strand = direct ?? thought?.strand ?? (await this.#openReading(lane, prompt, start));
    const { output, decoder } = strand;
    this.#strands = [strand];
    if (this.#answerNow && !thought) strand.decoding.answerNow();
    const stopReason = thought?.end ?? (await strand.decoding.run());
    const decodeMs = performance.now() - this.#events.decodingSince + this.#firstTrial.ms;
    output.end();
    this.#events.flush(strand);

    const { counts } = decoder;
    const passes = counts.targetPasses + this.#firstTrial.passes;
    const { chosenTokens } = output;
    const costs = this.#model.costsAt(decoder.text.length);
    const plainMs = costs.passMs(1);
    const costCurve = costs.withRounds(counts.roundsBySize);
    const { budget } = this.#params.controls;
    const { trialMs: thoughtTrialMs = 0, ...endings } = strand.decoding.stats;
    const trialMs = thoughtTrialMs + this.#firstTrial.ms;
    const stats: GenerationStats = {
      promptTokens: this.#reader.promptTokens,
      cachedTokens: this.#reader.cachedTokens,
      thinkingTokens: output.thinkingTokens,
      answerTokens: output.answerTokens,
      targetPasses: passes,
      sharedPasses: counts.sharedPasses,
      draftedTokens: counts.draftedTokens,
      acceptedTokens: counts.acceptedTokens,
      meanAcceptanceLength: counts.roundsWithDraft > 0 ? 1 + counts.acceptedTokens / counts.roundsWithDraft : 0,
      tokensPerPass: passes > 0 ? chosenTokens / passes : 0,
      queueMs: this.#hooks.queueMs,
      prefillMs: this.#reader.ms,
      timeToFirstTokenMs: output.firstTokenAt === null ? 0 : output.firstTokenAt - this.#startedAt,
      decodeMs,
      tokensPerSecond: decodeMs > 0 ? (chosenTokens * 1000) / decodeMs : 0,
      plainTokensPerSecond: plainMs > 0 ? 1000 / plainMs : 0,
      overheadMsPerPass: passes > 0 ? (decodeMs - strand.nativeMs - this.#firstTrial.nativeMs) / passes : 0,
      thinkingMs: output.thinkingMs,
      otherThinkingTokens: (thought?.others ?? []).reduce((sum, { tokens }) => sum + tokens, 0),
      thinkingTokensSaved: this.#learnThoughts(output, stopReason),
      ...endings,
      ...(trialMs > 0 ? { trialMs } : {}),
      ...(this.#firstAnswer ? { firstAnswer: this.#firstAnswer } : {}),
      ...(budget === null ? {} : { thinkingBudget: budget }),
      ...strand.stats,
      contextUsedTokens: decoder.text.length,
      contextSize: lane.sequence.contextSize,
      byDrafter: counts.byDrafter,
      ...(costCurve.length > 0 ? { costCurve } : {}),
      ...(this.#model.target.canRollBack ? { exactness: this.#model.exactness } : {}),
    };
    this.#model.save();
    return {
      thinking: output.thinking,
      answer: output.answer,
      stopReason,
      thinkingEnd: output.thinkingEnd,
      stats,
      model: this.#model.info,
      threads: this.#model.governor.threads,
      seed: this.#params.sampling.seed,
      ...(thought ? { otherThoughts: [...thought.others] } : {}),
    };
  }

  /** Lanes are given back when the generation ends. */
  async #takeLane(prompt: readonly number[]): Promise<Lane> {
    const { lanes, prefixes } = this.#model;
    const lane = await lanes.take(prompt, (sequence) => keepReplaced(prefixes, sequence, prompt, this.#params));
    this.#lanes.push(lane);
    return lane;
  }

  #open(lane: Lane, prompt: readonly number[], start: SegmentStart, own: Partial<StrandOptions> = {}): Promise<Strand> {
    return Strand.open({
      model: this.#model,
      params: this.#params,
      lane,
      prompt,
      start,
      index: this.#hooks.index,
      signal: this.#hooks.signal,
      notify: (notice) => this.#events.notify([notice]),
      beforeRound: this.#pauseOver,
      // Of several thoughts none is shown before one is chosen.
      onRound: (strand) =>
        this.#strands.length === 1 ? this.#events.flushIfDue(strand) : this.#events.tellThoughts(this.#strands),
      ...own,
    });
  }

  /** Opens a strand; a draft model that was asked for reads the prompt as well. */
  async #openReading(
    lane: Lane,
    prompt: readonly number[],
    start: SegmentStart,
    own: Partial<StrandOptions> = {},
  ): Promise<Strand> {
    const before = performance.now();
    const strand = await this.#open(lane, prompt, start, own);
    this.#events.decodingSince = performance.now();
    this.#reader.ms += this.#events.decodingSince - before;
    return strand;
  }

  /** Where an answer before the thought is wanted and stands, the strand that goes on behind it. */
  async #answerFirst(lane: Lane): Promise<Strand | null> {
    const params = withoutThought(this.#params);
    const { answerFirst } = this.#params.controls;
    if (!params || !answerFirst || !this.#model.target.canRollBack || this.#isInterrupted) return null;
    const { prompt, start } = this.#reader.render(params);
    await this.#reader.read(lane, prompt, this.#params, this.#pauseOver);
    if (this.#isInterrupted) return null;
    const strand = await this.#openReading(lane, prompt, start, { params });
    this.#strands = [strand];
    const before = performance.now();
    const answer = await tryAnswer(this.#model, strand, answerFirst, () => this.#isInterrupted);
    this.#firstTrial.ms = performance.now() - before;
    this.#firstAnswer = answer?.stats ?? null;
    if (answer?.stats.stands) {
      this.#events.decodingSince = performance.now();
      await strand.decoding.answerDirectly(answer);
      return strand;
    }
    this.#firstTrial.passes = strand.decoder.counts.targetPasses;
    this.#firstTrial.nativeMs = strand.nativeMs;
    strand.close();
    this.#strands = [];
    return null;
  }

  /** Resolves when nobody types, at once where that takes nothing of what computes. @returns time waited (ms) */
  readonly #pauseOver = async (): Promise<number> => {
    const { pause, signal } = this.#hooks;
    if (!pause?.isOn || this.#model.info.device !== "cpu") return 0;
    // What has been written is not to wait.
    const [strand, ...others] = this.#strands;
    if (strand && others.length === 0) this.#events.flush(strand);
    // Of strands side by side all wait, and the time passes once.
    this.#waiting ??= pause.over(signal).then((ms) => {
      this.#waiting = null;
      this.#events.decodingSince += ms;
      return ms;
    });
    return this.#waiting;
  };

  /** The user waits: for the answer, or for the end. */
  get #isInterrupted(): boolean {
    return this.#answerNow || this.#hooks.signal.aborted;
  }

  /** Several thoughts at once, where they are wanted and can be had; the chosen one is ready for its answer. */
  async #thinkSideBySide(first: Lane, prompt: number[], start: SegmentStart): Promise<Thought | null> {
    const { controls, prompt: asked, sampling } = this.#params;
    const { lanes, prefixes, target } = this.#model;
    const { thoughts: wanted = 1 } = controls;
    if (wanted <= 1 || !start.startsInside || asked.kind !== "chat" || !target.canRollBack) return null;
    // Nobody waits for several any more.
    if (this.#isInterrupted) return null;
    // They are made between two passes of all that take part, and this one submits none meanwhile.
    first.sequence.leave();
    try {
      await lanes.open();
    } finally {
      await first.sequence.enter();
    }
    const count = Math.min(wanted, lanes.most);
    if (count <= 1) return null;
    const thinkers: Thinker[] = [];
    for (let i = 0; i < count; i++) {
      // The others take over what the first has read; nobody waits for them meanwhile.
      for (const { sequence } of this.#lanes) sequence.leave();
      const lane = i === 0 ? first : await this.#takeLane(prompt);
      lane.sequence.leave();
      // Nobody comes back to a thought that is not chosen.
      if (i > 0) prefixes?.forget(lane.sequence);
      if (i > 0) await prefill(lane.sequence, prompt, { signal: this.#hooks.signal, onProgress() {}, onPass() {} });
      const stop = new AbortController();
      const signal = AbortSignal.any([this.#hooks.signal, stop.signal]);
      const strand = await this.#open(lane, prompt, start, { params: paramsOf(this.#params, i), signal });
      thinkers.push({ strand, stop });
    }
    for (const { sequence } of this.#lanes) await sequence.enter();
    this.#strands = thinkers.map(({ strand }) => strand);
    this.#sideBySide = new SideBySide(this.#model, thinkers, this.#hooks.signal);
    if (this.#answerNow) this.#sideBySide.answerNow();
    const thought = await this.#sideBySide.run();
    this.#sideBySide = null;
    const others = this.#strands.filter((strand) => strand !== thought.strand);
    for (const strand of others) strand.close();
    this.#otherOutputs = others.map(({ output }) => output);
    thought.strand.sampleBy(sampling);
    this.#events.notify([thought.notice]);
    return thought;
  }

  /** Notes how long the thoughts were. @returns what ending them early has saved (tokens), 0 if not known */
  #learnThoughts(output: Output, stopReason: StopReason): number {
    const { purpose, prompt } = this.#params;
    // The beginning of a thought that is carried on was counted before; what the user stopped, nobody saved.
    if (purpose === undefined || prompt.kind === "continue" || output.thinkingEnd === "none") return 0;
    const others = stopReason === "cancelled" ? [] : this.#otherOutputs;
    return settleThoughts(this.#model.thoughtLengths, purpose, [output, ...others]);
  }
}
