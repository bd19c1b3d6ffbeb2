/**
 * One generation, from messages to the last event: chat format → tokens → reused KV prefix → prefill → rounds of
 * speculation (decoding.ts) → segments.
 */
import { HunchError } from "../common/errors.ts";
import type { GenerateParams, GenerationResult } from "../common/protocol.ts";
import type { StopReason } from "../common/segments.ts";
import { emptyStats, type GenerationStats } from "../common/stats.ts";
import type { GenerationHooks, RunningGeneration } from "./backends/backend.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Lane } from "./backends/embedded/lanes.ts";
import { exchangePrompt } from "./backends/embedded/promptCache.ts";
import { prefill } from "./cache/prefix.ts";
import { type PromptPart, renderChat, startsInside } from "./chat/chatTemplate.ts";
import { GenerationEvents } from "./generationEvents.ts";
import type { Output } from "./output.ts";
import { paramsOf, SideBySide, type Thinker, type Thought } from "./parallelThoughts.ts";
import { Strand, type StrandOptions } from "./strand.ts";
import { settleThoughts } from "./thinking/savings.ts";
import type { SegmentStart } from "./thinking/segmenter.ts";

/** Context that has to be left for an answer (tokens), or the prompt counts as too long. */
const leastRoom = 64;

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

  constructor(model: EngineModel, params: GenerateParams, hooks: GenerationHooks) {
    this.#model = model;
    this.#params = params;
    this.#hooks = hooks;
    const { contextSize } = model.target.sequence;
    this.#events = new GenerationEvents({ emit: hooks.emit, budget: params.controls.budget, contextSize });
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
    const { parts, inside, resumedText } = this.#render();
    const prompt = this.#model.codec.encode(parts);
    this.#checkLength(prompt.length);
    try {
      return await this.#write(prompt, { startsInside: inside, resumedText });
    } finally {
      for (const strand of this.#strands) strand.close();
      for (const lane of this.#lanes) this.#model.lanes.release(lane);
    }
  }

  async #write(prompt: number[], start: SegmentStart): Promise<GenerationResult> {
    const lane = await this.#takeLane(prompt);
    const prefillStart = performance.now();
    const cachedTokens = await this.#prefill(lane, prompt);
    let prefillMs = performance.now() - prefillStart;

    this.#events.decodingSince = performance.now();
    const thought = await this.#thinkSideBySide(lane, prompt, start);
    const strand = thought?.strand ?? (await this.#open(lane, prompt, start));
    if (!thought) {
      // A draft model that was asked for has read the prompt as well.
      this.#events.decodingSince = performance.now();
      prefillMs = this.#events.decodingSince - prefillStart;
    }
    const { output, decoder } = strand;
    this.#strands = [strand];
    if (this.#answerNow && !thought) strand.decoding.answerNow();
    const stopReason = thought?.end ?? (await strand.decoding.run());
    const decodeMs = performance.now() - this.#events.decodingSince;
    output.end();
    this.#events.flush(strand);

    const { counts } = decoder;
    const passes = counts.targetPasses;
    const { chosenTokens } = output;
    const costs = this.#model.costsAt(decoder.text.length);
    const plainMs = costs.passMs(1);
    const costCurve = costs.withRounds(counts.roundsBySize);
    const { budget } = this.#params.controls;
    const stats: GenerationStats = {
      promptTokens: prompt.length,
      cachedTokens,
      thinkingTokens: output.thinkingTokens,
      answerTokens: output.answerTokens,
      targetPasses: passes,
      sharedPasses: counts.sharedPasses,
      draftedTokens: counts.draftedTokens,
      acceptedTokens: counts.acceptedTokens,
      meanAcceptanceLength: counts.roundsWithDraft > 0 ? 1 + counts.acceptedTokens / counts.roundsWithDraft : 0,
      tokensPerPass: passes > 0 ? chosenTokens / passes : 0,
      queueMs: this.#hooks.queueMs,
      prefillMs,
      timeToFirstTokenMs: output.firstTokenAt === null ? 0 : output.firstTokenAt - this.#startedAt,
      decodeMs,
      tokensPerSecond: decodeMs > 0 ? (chosenTokens * 1000) / decodeMs : 0,
      plainTokensPerSecond: plainMs > 0 ? 1000 / plainMs : 0,
      overheadMsPerPass: passes > 0 ? (decodeMs - strand.nativeMs) / passes : 0,
      thinkingMs: output.thinkingMs,
      otherThinkingTokens: (thought?.others ?? []).reduce((sum, { tokens }) => sum + tokens, 0),
      thinkingTokensSaved: this.#learnThoughts(output, stopReason),
      ...strand.decoding.stats,
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
    const lane = await this.#model.lanes.take(prompt);
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
      // Of several thoughts none is shown before one is chosen.
      onRound: (strand) =>
        this.#strands.length === 1 ? this.#events.flushSoon(strand) : this.#events.tellThoughts(this.#strands),
      ...own,
    });
  }

  /** Several thoughts at once, where they are wanted and can be had; the chosen one is ready for its answer. */
  async #thinkSideBySide(first: Lane, prompt: number[], start: SegmentStart): Promise<Thought | null> {
    const { controls, prompt: asked, sampling } = this.#params;
    const { lanes, target } = this.#model;
    const { thoughts: wanted = 1 } = controls;
    if (wanted <= 1 || !start.startsInside || asked.kind !== "chat" || !target.canRollBack) return null;
    // Nobody waits for several any more.
    if (this.#hooks.signal.aborted || this.#answerNow) return null;
    await lanes.open();
    const count = Math.min(wanted, lanes.most);
    if (count <= 1) return null;
    const thinkers: Thinker[] = [];
    for (let i = 0; i < count; i++) {
      // The others take over what the first has read; nobody waits for them meanwhile.
      for (const { sequence } of this.#lanes) sequence.leave();
      const lane = i === 0 ? first : await this.#takeLane(prompt);
      lane.sequence.leave();
      if (i > 0) await prefill(lane.sequence, prompt, { signal: this.#hooks.signal, onProgress() {}, onPass() {} });
      const stop = new AbortController();
      const signal = AbortSignal.any([this.#hooks.signal, stop.signal]);
      const strand = await this.#open(lane, prompt, start, { params: paramsOf(this.#params, i), signal });
      thinkers.push({ strand, stop });
    }
    for (const { sequence } of this.#lanes) sequence.enter();
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

  #render(): { parts: PromptPart[]; inside: boolean; resumedText: string } {
    const { prompt, controls } = this.#params;
    const { chatTemplate, format, codec } = this.#model;
    if (prompt.kind === "raw") {
      const inside = format.open.some((marker) => prompt.text.trimEnd().endsWith(marker.trimEnd()));
      return { parts: [{ text: prompt.text, special: true }], inside, resumedText: "" };
    }
    const { parts, resumedText, notices } = renderChat(prompt.messages, {
      template: chatTemplate,
      format,
      thinking: prompt.thinking,
      budget: controls.budget,
      partial: prompt.kind === "continue" ? prompt.partial : undefined,
      tokens: codec.markers,
    });
    if (notices.length > 0) this.#events.notify(notices);
    return { parts, inside: startsInside(parts, format), resumedText };
  }

  #checkLength(tokens: number): void {
    const { contextSize } = this.#model.target.sequence;
    if (tokens === 0)
      throw new HunchError("emptyInput", "The prompt is empty.", { hint: "Ask a question or select some code." });
    if (tokens + leastRoom > contextSize)
      throw new HunchError(
        "promptTooLong",
        `The prompt has ${tokens} tokens; the context holds ${contextSize}, and an answer needs room too.`,
        { hint: "Select less code, start a new chat, or raise the context size (hunch.contextSize, --context)." },
      );
  }

  async #prefill({ sequence }: Lane, prompt: number[]): Promise<number> {
    const { governor, costs } = this.#model;
    const { emit, signal } = this.#hooks;
    await exchangePrompt(this.#model.prefixes, sequence, prompt, this.#params);
    this.#model.useThreads();
    const cached = await prefill(sequence, prompt, {
      signal,
      onProgress: (processedTokens, cachedTokens) =>
        emit([{ type: "prefill", processedTokens, totalTokens: prompt.length, cachedTokens }]),
      onPass: (ms, size) => {
        // Only full passes are comparable with each other, and those that nobody else had a part in.
        if (size === sequence.maxPassSize && sequence.company === 0) governor.observe(ms / costs.relative(size));
        this.#model.useThreads();
      },
    });
    return cached;
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
