/**
 * The embedded backend: target and draft model loaded in this process, and what is learnt about them (costs of passes,
 * acceptance, exact sizes), kept on disk between runs.
 */
import { createHash } from "node:crypto";
import type { Device, LoadParams, MeasureParams, MeasureResult, ModelInfo, Notice } from "../../../common/protocol.ts";
import type { ExactnessResult } from "../../../common/stats.ts";
import type { PrefixKeeper } from "../../cache/prefixKeeper.ts";
import { renderChat, startsInside } from "../../chat/chatTemplate.ts";
import { cutByPause, type Stop } from "../../idleStop.ts";
import { AcceptanceModel } from "../../speculation/acceptance.ts";
import type { CostCurve } from "../../speculation/costCurve.ts";
import type { DraftCosts } from "../../speculation/draftCosts.ts";
import type { StateFile, StateFolder } from "../../stateFolder.ts";
import { detectFormat, familyNamed, type ThinkingFormat } from "../../thinking/formats.ts";
import { ThoughtLengths } from "../../thinking/thoughtLengths.ts";
import { ThreadGovernor, usableCores } from "../../threads.ts";
import type { LoadHooks } from "../backend.ts";
import { arithmeticOf } from "./arithmetic.ts";
import type { Lanes } from "./lanes.ts";
import type { OpenModel } from "./loadModel.ts";
import { type OpenModels, openModels } from "./openModels.ts";
import { type KeptCosts, mostAttempts, PassCosts } from "./passCosts.ts";
import { openPromptCache } from "./promptCache.ts";
import type { Runtime } from "./runtime.ts";
import { SelfTest } from "./selfTest.ts";
import { TextCodec } from "./textCodec.ts";

/** What is kept on disk for one model in one configuration. */
interface Learnt extends KeptCosts {
  exactness?: ExactnessResult;
  /** The arithmetic that it was found with (arithmetic.ts). */
  exactnessOf?: string;
  acceptance?: unknown;
  thoughtLengths?: unknown;
}

export class EngineModel {
  readonly target: OpenModel;
  readonly draft: OpenModel | null;
  readonly codec: TextCodec;
  readonly format: ThinkingFormat;
  readonly chatTemplate: string | null;
  readonly acceptance: AcceptanceModel;
  readonly thoughtLengths: ThoughtLengths;
  readonly lanes: Lanes;
  readonly governor: ThreadGovernor;
  readonly params: LoadParams;
  /** Evaluated prompts on disk; null where none are kept. */
  readonly prefixes: PrefixKeeper | null;
  /** A generation drafts with the draft model, which holds one text. */
  draftIsTaken = false;
  readonly #runtime: Runtime;
  readonly #state: StateFile<Learnt>;
  readonly #notices: Notice[];
  readonly #loadMs: number;
  /** Its prompts begin the thought, so that what a thought is is known from its first token. */
  readonly #opensThought: boolean;
  readonly #passCosts: PassCosts;
  readonly #selfTest: SelfTest;
  readonly #arithmetic: string;
  #selfTestAttempts = 0;

  /** @param told what the user is told of the model from the beginning */
  static async load(
    params: LoadParams,
    folder: StateFolder,
    hooks: LoadHooks,
    told: readonly Notice[] = [],
  ): Promise<EngineModel> {
    // A wrong name is told before gigabytes are read.
    if (params.thinkingFormat !== undefined) familyNamed(params.thinkingFormat);
    const opened = await openModels(params, hooks);
    opened.notices.unshift(...told);
    const prefixes = await openPromptCache(params, opened.target, opened.runtime, folder, hooks.log);
    return new EngineModel(params, opened, prefixes, folder);
  }

  private constructor(params: LoadParams, opened: OpenModels, prefixes: PrefixKeeper | null, folder: StateFolder) {
    const { runtime, target, draft, threads } = opened;
    this.params = params;
    this.#runtime = runtime;
    this.target = target;
    this.lanes = opened.lanes;
    this.draft = draft;
    this.prefixes = prefixes;
    this.#notices = opened.notices;
    this.#loadMs = opened.loadMs;
    this.codec = new TextCodec(target.model, target.sequence.vocabularySize);
    const { metadata } = target.model.fileInfo;
    this.chatTemplate = metadata.tokenizer?.chat_template ?? null;
    const facts = {
      architecture: metadata.general.architecture,
      name: metadata.general.name ?? params.target.id,
      chatTemplate: this.chatTemplate,
    };
    const { thinkingFormat } = params;
    this.format = detectFormat(facts, thinkingFormat === undefined ? undefined : familyNamed(thinkingFormat));
    const { parts } = renderChat([{ role: "user", content: "?" }], {
      template: this.chatTemplate,
      format: this.format,
      thinking: "on",
      tokens: this.codec.markers,
    });
    this.#opensThought = startsInside(parts, this.format);
    this.governor = new ThreadGovernor(threads);
    this.#state = folder.file<Learnt>({
      model: params.target.sha256 ?? `${params.target.path}:${target.sizeBytes}`,
      draft: draft ? (draft.ref.sha256 ?? draft.ref.path) : null,
      device: runtime.device,
      threads,
      kvType: target.kvType,
      flashAttention: target.flashAttention,
    });
    const learnt = this.#state.read() ?? {};
    this.#passCosts = new PassCosts(target, draft, learnt);
    this.acceptance = AcceptanceModel.fromJSON(learnt.acceptance);
    this.thoughtLengths = ThoughtLengths.fromJSON(learnt.thoughtLengths);
    this.#arithmetic = arithmeticOf(runtime, target);
    const { exactness = null, exactnessOf } = learnt;
    this.#selfTest = new SelfTest(target.sequence, this.governor, exactnessOf === this.#arithmetic ? exactness : null);
    target.batch.onSharedPass = (ms, parts) => {
      this.governor.observe(ms / parts.reduce((sum, size) => sum + this.costs.relative(size), 0));
      this.useThreads();
    };
  }

  /** Names the vocabulary: two models with the same one can share what is kept as tokens. */
  get vocabulary(): string {
    const { tokens } = this.target.model.fileInfo.metadata.tokenizer.ggml;
    const { sha256, path } = this.target.ref;
    return createHash("sha256")
      .update(tokens.length > 0 ? tokens.join("\n") : (sha256 ?? path))
      .digest("hex");
  }

  /** T(n) at the length of what the main sequence holds. */
  get costs(): CostCurve {
    return this.#passCosts.target;
  }

  /** T(n) with so many tokens in the cache. */
  costsAt(length: number): CostCurve {
    return this.#passCosts.at(length);
  }

  /** Of the draft model; null without one. */
  get draftCosts(): DraftCosts | null {
    return this.#passCosts.draft;
  }

  /** What this machine's runtime offers, with the memory that is free. */
  devices(): Promise<Device[]> {
    return this.#runtime.devices();
  }

  /** What the self-test found; null when it has not been made. */
  get exactness(): ExactnessResult | null {
    return this.#selfTest.result;
  }

  /** Pass sizes proven bit-equal to n = 1; null when not measured. */
  get exactSizes(): readonly number[] | null {
    return this.exactness?.exactSizes ?? null;
  }

  get info(): ModelInfo {
    const { ref, model, sequence, sizeBytes, kvType, flashAttention } = this.target;
    return {
      id: ref.id,
      path: ref.path,
      sha256: ref.sha256 ?? null,
      name: model.fileInfo.metadata.general.name ?? ref.id,
      architecture: model.fileInfo.metadata.general.architecture,
      sizeBytes,
      contextSize: sequence.contextSize,
      lanes: this.lanes.most,
      ...(this.#opensThought && this.target.canRollBack ? { thoughts: this.lanes.most } : {}),
      trainContextSize: model.trainContextSize,
      vocabularySize: sequence.vocabularySize,
      backend: "embedded",
      device: this.#runtime.device,
      gpuLayers: model.gpuLayers,
      kvType,
      flashAttention,
      ...(this.exactSizes ? { exactSizes: this.exactSizes } : {}),
      threads: { free: usableCores(), used: this.governor.threads },
      thinking: {
        family: this.format.family,
        native: this.format.native,
        canDisable: this.format.canDisable,
        instructions: this.format.instructions,
        sampling: this.format.sampling,
      },
      draft: this.draft ? { id: this.draft.ref.id, path: this.draft.ref.path } : null,
      notices: this.#notices,
      ...(this.params.backendReason ? { backendReason: this.params.backendReason } : {}),
      loadMs: Math.round(this.#loadMs),
    };
  }

  /** Finds the thread count that is fastest beside what else runs on the machine now; leaves the sequence as it was. */
  async settleThreads(): Promise<void> {
    const { sequence } = this.target;
    const start = sequence.length;
    if (this.#runtime.device !== "cpu" || !this.target.canRollBack) return;
    const pass = async (threads: number): Promise<number> => {
      sequence.threads = threads;
      const before = performance.now();
      await sequence.evaluate([0], 1);
      const ms = performance.now() - before;
      sequence.rollback(start);
      return ms;
    };
    await pass(1); // the first pass after a load touches the weights for the first time
    await this.governor.settle(pass);
    this.useThreads();
  }

  /** Passes from now on use what the governor says. */
  useThreads(): void {
    this.target.sequence.threads = this.governor.threads;
    if (this.draft) this.draft.sequence.threads = this.governor.threads;
  }

  /** What passes cost is left to measure while nobody waits. */
  get lacksCosts(): boolean {
    return !this.#passCosts.areKnown;
  }

  /** @param stop asked between passes */
  async measureCosts(stop: Stop): Promise<void> {
    if (!this.lacksCosts) return;
    await this.#passCosts.ensure(stop);
    this.save();
  }

  /** The test that strict mode makes while nobody waits. @param stop asked between passes: then nothing is learnt */
  async testLong(stop: Stop): Promise<void> {
    if (!this.lacksLongTest) return;
    this.#selfTestAttempts++;
    const isPaused = await cutByPause(stop, async (stop) => {
      // The test empties the cache; what it holds comes back from disk.
      await this.keepPrompts();
      // Now it is known what that takes there.
      if (this.#canLosePrompt && !stop()) await this.#selfTest.run("long", stop);
    });
    if (isPaused) this.#selfTestAttempts--;
    this.useThreads();
    this.save();
  }

  /** It is left to make, and costs no prompt. */
  get lacksLongTest(): boolean {
    if (!this.params.strict || !this.target.canRollBack || this.#selfTestAttempts >= mostAttempts) return false;
    return this.#canLosePrompt && !this.#selfTest.isDone("long");
  }

  /** What the cache holds comes back from disk. */
  get #canLosePrompt(): boolean {
    const { length } = this.target.sequence;
    return length === 0 || (this.prefixes?.holds(length) ?? false);
  }

  /** The self-test strict mode rests on; its result is kept on disk. @param stop asked between passes: then nothing is learnt */
  async ensureExactness(stop: () => boolean): Promise<void> {
    if (!this.target.canRollBack || this.#selfTest.isDone("quick")) return;
    await this.#selfTest.run("quick", stop);
    this.save();
  }

  async measure(params: MeasureParams): Promise<MeasureResult> {
    const sequence = this.target.sequence;
    sequence.rollback(0);
    sequence.threads = this.governor.threads;
    let fresh: CostCurve | null = null;
    let draftCost: number | null = null;
    if (params.costCurve && this.target.canRollBack) {
      fresh = await this.#passCosts.measure(3);
      draftCost = this.draftCosts?.token ?? null;
    }
    if (params.exactness && this.target.canRollBack) {
      await this.#selfTest.run("thorough");
    }
    this.save();
    return {
      costCurve: fresh?.ratios() ?? null,
      passMs: fresh?.passMs(1) ?? null,
      draftCost,
      exactness: params.exactness ? this.#selfTest.result : null,
    };
  }

  /** Writes what was learnt; a full disk or a read-only folder costs the learning, not the answer. */
  save(): void {
    this.#state.write({
      ...this.#passCosts.kept,
      ...(this.#selfTest.toKeep ? { exactness: this.#selfTest.toKeep, exactnessOf: this.#arithmetic } : {}),
      acceptance: this.acceptance.toJSON(),
      thoughtLengths: this.thoughtLengths.toJSON(),
    });
  }

  /** Writes evaluated prompts to disk, before they are dropped. */
  async keepPrompts(): Promise<void> {
    await this.prefixes?.keepAll();
  }

  /** Of evaluated prompts on disk (bytes); more than it was loaded with is not to be had. */
  limitPrompts(bytes: number): void {
    this.prefixes?.limit(bytes);
  }

  /** A conversation has gone on by so much that it should be kept while nobody asks. */
  get hasPromptsToKeep(): boolean {
    return this.prefixes?.isBehind ?? false;
  }

  /** Writes the conversations that have gone on. @param stop asked between two: somebody waits */
  async keepIdlePrompts(stop: () => boolean): Promise<void> {
    await this.prefixes?.keepIdle(stop);
  }

  async dispose(): Promise<void> {
    this.save();
    await this.keepPrompts();
    await this.draft?.dispose();
    await this.lanes.dispose();
    await this.target.dispose();
    await this.#runtime.llama.dispose();
  }
}
