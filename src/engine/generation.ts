/**
 * One generation, from messages to the last event: chat format → tokens → reused KV prefix → prefill → rounds of
 * speculation (decoding.ts) → segments.
 */
import { HunchError } from "../common/errors.ts";
import type { GenerateParams, GenerationResult, Notice } from "../common/protocol.ts";
import type { DrafterName } from "../common/segments.ts";
import { emptyStats, type GenerationStats } from "../common/stats.ts";
import type { GenerationHooks, RunningGeneration } from "./backends/backend.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Lane } from "./backends/embedded/lanes.ts";
import type { OpenModel } from "./backends/embedded/loadModel.ts";
import { prefill } from "./cache/prefix.ts";
import { type PromptPart, renderChat, startsInside } from "./chat/chatTemplate.ts";
import { Decoding } from "./decoding.ts";
import { Output } from "./output.ts";
import { Controller } from "./speculation/controller.ts";
import { Decoder } from "./speculation/decoder.ts";
import { ModelDrafter } from "./speculation/drafters/draftModel.ts";
import { IndexDrafter } from "./speculation/drafters/indexDrafter.ts";
import { RecyclingDrafter } from "./speculation/drafters/recycling.ts";
import { Sampler } from "./speculation/sampler.ts";
import type { Drafter } from "./speculation/types.ts";
import { HesitationDamping } from "./thinking/hesitation.ts";

/** Context that has to be left for an answer (tokens), or the prompt counts as too long. */
const leastRoom = 64;
const eventIntervalMs = 16;

export class Generation implements RunningGeneration {
  readonly #model: EngineModel;
  readonly #params: GenerateParams;
  readonly #hooks: GenerationHooks;
  readonly #startedAt = performance.now();
  #answerNow = false;
  #decoding: Decoding | null = null;
  /** The draft model, once this generation has it. */
  #draft: OpenModel | null = null;
  #flushedAt = 0;
  #flushing = false;

  constructor(model: EngineModel, params: GenerateParams, hooks: GenerationHooks) {
    this.#model = model;
    this.#params = params;
    this.#hooks = hooks;
  }

  /** Ends the thought at the next token; remembered when it has not begun. */
  answerNow(): void {
    this.#answerNow = true;
    this.#decoding?.answerNow();
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
    const output = new Output(this.#model, { startsInside: inside, resumedText });
    const lane = await this.#model.lanes.take(prompt);
    try {
      return await this.#runIn(lane, prompt, output);
    } finally {
      this.#model.lanes.release(lane);
      if (this.#draft) this.#model.draftIsTaken = false;
    }
  }

  async #runIn(lane: Lane, prompt: number[], output: Output): Promise<GenerationResult> {
    const prefillStart = performance.now();
    const cachedTokens = await this.#prefill(lane, prompt);
    const prefillMs = performance.now() - prefillStart;

    const decoder = await this.#openDecoder(lane, prompt, output);
    const nativeBefore = this.#nativeMs(lane);
    const decodeStart = performance.now();
    this.#decoding = new Decoding({
      model: this.#model,
      params: this.#params,
      decoder,
      output,
      signal: this.#hooks.signal,
      notify: (notice) => this.#notify([notice]),
      onRound: () => this.#flushSoon(decoder, output, decodeStart),
    });
    if (this.#answerNow) this.#decoding.answerNow();
    const stopReason = await this.#decoding.run();
    const decodeMs = performance.now() - decodeStart;
    output.end();
    this.#flush(decoder, output, decodeStart);
    const thinkingTokensSaved = this.#learnThought(output);
    this.#model.save();

    const { counts } = decoder;
    const passes = counts.targetPasses;
    const { chosenTokens } = output;
    const plainMs = this.#model.costs.passMs(1);
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
      overheadMsPerPass: passes > 0 ? (decodeMs - (this.#nativeMs(lane) - nativeBefore)) / passes : 0,
      thinkingMs: output.thinkingMs,
      thinkingTokensSaved,
      contextUsedTokens: decoder.text.length,
      contextSize: lane.sequence.contextSize,
      byDrafter: counts.byDrafter,
    };
    return {
      thinking: output.thinking,
      answer: output.answer,
      stopReason,
      thinkingEnd: output.thinkingEnd,
      stats,
      model: this.#model.info,
      threads: this.#model.governor.threads,
      seed: this.#params.sampling.seed,
    };
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
    if (notices.length > 0) this.#notify(notices);
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
    const { prompt: asked, conversationId } = this.#params;
    // A raw prompt is a program's: it does not come back to it.
    if (asked.kind === "raw") this.#model.prefixes?.forget(sequence);
    else await this.#model.prefixes?.exchange(sequence, prompt, conversationId);
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

  async #openDecoder(lane: Lane, prompt: number[], output: Output): Promise<Decoder> {
    const { costs, acceptance, governor } = this.#model;
    const penalty = this.#params.controls.hesitationPenalty ?? 0;
    const inThought = () => output.segment === "thinking";
    const damping = penalty > 0 ? new HesitationDamping({ penalty, codec: this.#model.codec, inThought }) : null;
    const sampler = new Sampler(this.#params.sampling, damping);
    const controller = new Controller({
      acceptance,
      costs,
      allowedSizes: this.#params.speculation === "strict" ? (this.#model.exactSizes ?? [1]) : null,
      force: forcedDrafter(this.#params.speculation),
    });
    const onPass = (normalisedMs: number) => {
      governor.observe(normalisedMs);
      this.#model.useThreads();
    };
    const drafters = await this.#drafters(lane, sampler, prompt);
    return new Decoder({ target: lane.sequence, sampler, drafters, controller, costs, onPass }, prompt);
  }

  async #drafters(lane: Lane, sampler: Sampler, prompt: number[]): Promise<Drafter[]> {
    const { speculation, freshDrafters } = this.#params;
    const { target, draft, index } = this.#model;
    const { sequence, suffix } = lane;
    const recycling = freshDrafters ? new RecyclingDrafter() : lane.recycling;
    if (speculation === "off" || !target.canRollBack) return [];
    const wanted = (name: DrafterName) => speculation === "auto" || speculation === "strict" || speculation === name;
    const drafters: Drafter[] = [];
    if (wanted("suffix")) drafters.push(suffix, ...(index ? [new IndexDrafter(index, suffix)] : []));
    if (wanted("recycling")) drafters.push(recycling);
    if (wanted("draft") && draft && !this.#model.draftIsTaken) {
      this.#model.draftIsTaken = true;
      this.#draft = draft;
      const drafter = new ModelDrafter(draft.sequence, sampler);
      drafter.begin(prompt);
      // Nobody waits while the draft model reads the prompt.
      sequence.leave();
      try {
        await drafter.catchUp(this.#hooks.signal);
      } finally {
        sequence.enter();
      }
      drafters.push(drafter);
    }
    if (speculation === "draft" && !draft)
      this.#notify([{ code: "noDraft", message: "No draft model is loaded, so nothing is guessed." }]);
    return drafters;
  }

  /** Notes the length of a thought that was let be. @returns what ending it early has saved (tokens), 0 if not known */
  #learnThought({ thinkingEnd, thinkingTokens }: Output): number {
    const { purpose, prompt } = this.#params;
    const { thoughtLengths } = this.#model;
    // The beginning of a thought that is carried on was counted before.
    if (purpose === undefined || prompt.kind === "continue" || thinkingEnd === "none") return 0;
    if (thinkingEnd !== "model") return thoughtLengths.saved(purpose, thinkingTokens) ?? 0;
    thoughtLengths.observe(purpose, thinkingTokens);
    return 0;
  }

  /** Sends events while the next pass runs: writing to the client's pipe costs a third of a millisecond. */
  #flushSoon(decoder: Decoder, output: Output, decodeStart: number): void {
    if (this.#flushing || performance.now() - this.#flushedAt < eventIntervalMs) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush(decoder, output, decodeStart);
    });
  }

  #flush(decoder: Decoder, output: Output, decodeStart: number): void {
    this.#flushedAt = performance.now();
    const events = output.takeEvents(() => ({
      thinkingTokens: output.thinkingTokens,
      answerTokens: output.answerTokens,
      thinkingBudget: this.#params.controls.budget,
      elapsedMs: this.#flushedAt - this.#startedAt,
      tokensPerSecond: ((output.thinkingTokens + output.answerTokens) * 1000) / (this.#flushedAt - decodeStart),
      draftedTokens: decoder.counts.draftedTokens,
      acceptedTokens: decoder.counts.acceptedTokens,
      contextUsedTokens: decoder.text.length,
      contextSize: this.#model.target.sequence.contextSize,
    }));
    if (events.length > 0) this.#hooks.emit(events);
  }

  #notify(notices: Notice[]): void {
    this.#hooks.emit(notices.map((notice) => ({ type: "notice", notice })));
  }

  #nativeMs({ sequence }: Lane): number {
    return sequence.nativeMs + (this.#draft?.sequence.nativeMs ?? 0);
  }
}

/** The drafter that a speculation mode prescribes; auto and strict leave it to the controller. */
function forcedDrafter(mode: GenerateParams["speculation"]): DrafterName | undefined {
  return mode === "auto" || mode === "strict" || mode === "off" ? undefined : mode;
}
