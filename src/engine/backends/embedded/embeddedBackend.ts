/** The model in this process, decoded by Hunch's own loop. */
import type { GenerateParams, LoadParams, MeasureParams, Notice } from "../../../common/protocol.ts";
import { Generation } from "../../generation.ts";
import type { Stop } from "../../idleStop.ts";
import type { StateFolder } from "../../stateFolder.ts";
import type { Backend, GenerationHooks, IdleWork, LoadHooks } from "../backend.ts";
import { EngineModel } from "./engineModel.ts";

/**
 * Time without a question before conversations are written to disk (ms): an engine that is killed or has no time at its end
 * loses little then, and whoever asks on at once is not kept waiting by the writing.
 */
const keepIdleMs = 10_000;
/** Time without a question or a key before the long self-test (ms), which learns nothing when it is stopped. */
const longTestIdleMs = 30_000;

export class EmbeddedBackend implements Backend {
  readonly #model: EngineModel;

  /** @param notices what the user is told of the model from the beginning */
  static async load(
    params: LoadParams,
    folder: StateFolder,
    hooks: LoadHooks,
    notices: readonly Notice[] = [],
  ): Promise<EmbeddedBackend> {
    const model = await EngineModel.load(params, folder, hooks, notices);
    await model.settleThreads();
    return new EmbeddedBackend(model);
  }

  private constructor(model: EngineModel) {
    this.#model = model;
  }

  get params() {
    return this.#model.params;
  }

  get info() {
    return this.#model.info;
  }

  get inProcess() {
    return this.#model;
  }

  get idleWork(): readonly IdleWork[] {
    const model = this.#model;
    const { codec } = model;
    return [
      ...(codec.knowsAll ? [] : [{ afterMs: 0, run: (stop: Stop) => codec.learnAll(() => stop() !== false) }]),
      ...(model.lacksCosts ? [{ afterMs: 0, run: (stop: Stop) => model.measureCosts(stop) }] : []),
      ...(model.lacksLongTest ? [{ afterMs: longTestIdleMs, run: (stop: Stop) => model.testLong(stop) }] : []),
      ...(model.hasPromptsToKeep
        ? [{ afterMs: keepIdleMs, run: (stop: Stop) => model.keepIdlePrompts(() => stop() !== false) }]
        : []),
    ];
  }

  get lanes() {
    return this.#model.lanes.most;
  }

  /**
   * Sizes proven exact are those of passes with nobody else in them; and a draft model that was asked for drafts only
   * where nobody waits for it. Several thoughts take several lanes: two generations could wait for each other's.
   */
  runsAlone({ speculation, controls }: GenerateParams) {
    return speculation === "strict" || speculation === "draft" || (controls.thoughts ?? 1) > 1;
  }

  async generation(params: GenerateParams, hooks: GenerationHooks) {
    if (params.speculation === "strict") await this.#model.ensureExactness(() => hooks.signal.aborted);
    return new Generation(this.#model, params, hooks);
  }

  notBegun(params: GenerateParams, queueMs: number) {
    return Generation.notBegun(this.#model, params, queueMs);
  }

  measure(params: MeasureParams) {
    return this.#model.measure(params);
  }

  async countTokens(text: string) {
    return this.#model.codec.encodeText(text).length;
  }

  dispose() {
    return this.#model.dispose();
  }
}
