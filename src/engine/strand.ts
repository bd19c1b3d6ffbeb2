/**
 * One stream of text under way: a lane of the model, what decodes in it, and what has come out. A generation is one
 * strand; one that thinks several thoughts at once is several, of which one goes on to the answer.
 */

import type { SamplingOptions } from "../common/prompt.ts";
import type { GenerateParams, Notice } from "../common/protocol.ts";
import type { DrafterName } from "../common/segments.ts";
import type { GenerationStats } from "../common/stats.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Lane } from "./backends/embedded/lanes.ts";
import type { OpenModel } from "./backends/embedded/loadModel.ts";
import { Decoding } from "./decoding.ts";
import { Output } from "./output.ts";
import { AcceptanceModel } from "./speculation/acceptance.ts";
import { Controller } from "./speculation/controller.ts";
import { Decoder } from "./speculation/decoder.ts";
import { ModelDrafter } from "./speculation/drafters/draftModel.ts";
import { IndexDrafter } from "./speculation/drafters/indexDrafter.ts";
import { RecyclingDrafter } from "./speculation/drafters/recycling.ts";
import { expectedOf } from "./speculation/expected.ts";
import { Sampler } from "./speculation/sampler.ts";
import type { Drafter } from "./speculation/types.ts";
import type { WorkspaceIndex } from "./speculation/workspaceIndex/workspaceIndex.ts";
import { EchoBan } from "./thinking/echoBan.ts";
import { HesitationDamping } from "./thinking/hesitation.ts";
import type { SegmentStart } from "./thinking/segmenter.ts";

export interface StrandOptions {
  model: EngineModel;
  params: GenerateParams;
  /** Holds all of the prompt but its last token. */
  lane: Lane;
  prompt: readonly number[];
  start: SegmentStart;
  /** Drafted from as well. */
  index?: WorkspaceIndex;
  signal: AbortSignal;
  notify: (notice: Notice) => void;
  /** Waited for before each round. */
  beforeRound: () => Promise<unknown>;
  /** Called after each round, while the pass of the next one runs. */
  onRound: (strand: Strand) => void;
}

export class Strand {
  readonly lane: Lane;
  readonly output: Output;
  readonly decoder: Decoder;
  readonly decoding: Decoding;
  readonly #o: StrandOptions;
  /** What has chosen the tokens, one after the other. */
  readonly #samplers: Sampler[];
  readonly #echoBan: EchoBan;
  /** The draft model, if it is this strand's. */
  readonly #draft: OpenModel | null;
  readonly #nativeBefore: number;

  static async open(options: StrandOptions): Promise<Strand> {
    const { model, params, lane, prompt, start } = options;
    // What is written next is most likely in here.
    model.codec.learn(prompt);
    const output = new Output(model, start);
    const echoBan = new EchoBan(model.codec);
    const sampler = newSampler(model, params, params.sampling, output, echoBan);
    // The draft model samples alike, and what it does not get through is not counted.
    const { drafters, draft } = await openDrafters(
      options,
      newSampler(model, params, params.sampling, output, echoBan),
    );
    const controller = new Controller({
      // A run that begins fresh leaves nothing behind either: the next one of the same prompt would know its answer.
      acceptance: params.freshDrafters ? new AcceptanceModel() : model.acceptance,
      // They change as the text grows.
      get costs() {
        return model.costsAt(lane.sequence.length);
      },
      draftCosts: model.draftCosts ?? undefined,
      allowedSizes: params.speculation === "strict" ? strictSizes(model, params) : null,
      force: forcedDrafter(params.speculation),
    });
    const onPass = (normalisedMs: number) => {
      model.governor.observe(normalisedMs);
      model.useThreads();
    };
    const decoderOptions = {
      ...{ target: lane.sequence, sampler, drafters, controller, onPass },
      get costs() {
        return model.costsAt(lane.sequence.length);
      },
    };
    const decoder = new Decoder(decoderOptions, prompt);
    return new Strand(options, output, decoder, { sampler, echoBan, draft });
  }

  private constructor(
    options: StrandOptions,
    output: Output,
    decoder: Decoder,
    { sampler, echoBan, draft }: { sampler: Sampler; echoBan: EchoBan; draft: OpenModel | null },
  ) {
    const { model, params, lane, signal, notify, beforeRound } = options;
    this.#o = options;
    this.#samplers = [sampler];
    this.#echoBan = echoBan;
    this.#draft = draft;
    this.lane = lane;
    this.output = output;
    this.decoder = decoder;
    const onRound = () => options.onRound(this);
    this.decoding = new Decoding({ model, params, decoder, output, echoBan, signal, notify, beforeRound, onRound });
    this.#nativeBefore = this.#nativeSum;
  }

  /** Time spent in native calls since it was opened (ms). */
  get nativeMs(): number {
    return this.#nativeSum - this.#nativeBefore;
  }

  /** Samples like this from now on. */
  sampleBy(sampling: SamplingOptions): void {
    const { model, params } = this.#o;
    const sampler = newSampler(model, params, sampling, this.output, this.#echoBan);
    this.#samplers.push(sampler);
    this.decoder.useSampler(sampler);
  }

  /** Tokens that would have been words of hesitation; absent: their damping is off. */
  get stats(): Pick<GenerationStats, "dampedTokens"> {
    const counts = this.#samplers.map(({ dampedTokens }) => dampedTokens);
    return counts.every((count) => count !== null)
      ? { dampedTokens: counts.reduce((sum, count) => sum + count, 0) }
      : {};
  }

  /** Others may draft with the draft model again, and what was put off is done. */
  close(): void {
    this.decoder.settle();
    if (this.#draft) this.#o.model.draftIsTaken = false;
  }

  get #nativeSum(): number {
    return this.lane.sequence.nativeMs + (this.#draft?.sequence.nativeMs ?? 0);
  }
}

/** Pass sizes of strict mode: those proven equal are of passes that nothing shares, and several thoughts share theirs. */
export function strictSizes(
  { exactSizes }: Pick<EngineModel, "exactSizes">,
  { controls }: Pick<GenerateParams, "controls">,
): readonly number[] {
  return (controls.thoughts ?? 1) > 1 ? [1] : (exactSizes ?? [1]);
}

function newSampler(
  { codec }: EngineModel,
  { controls }: GenerateParams,
  sampling: SamplingOptions,
  output: Output,
  echoBan: EchoBan,
): Sampler {
  const penalty = controls.hesitationPenalty ?? 0;
  const inThought = () => output.segment === "thinking";
  return new Sampler(sampling, penalty > 0 ? new HesitationDamping({ penalty, codec, inThought }) : null, echoBan);
}

async function openDrafters(
  { model, params, lane, prompt, index, signal, notify }: StrandOptions,
  sampler: Sampler,
): Promise<{ drafters: Drafter[]; draft: OpenModel | null }> {
  const { speculation, freshDrafters } = params;
  const { target, draft } = model;
  const { sequence, suffix } = lane;
  const recycling = freshDrafters ? new RecyclingDrafter() : lane.recycling;
  if (speculation === "off" || !target.canRollBack) return { drafters: [], draft: null };
  const wanted = (name: DrafterName) => speculation === "auto" || speculation === "strict" || speculation === name;
  const drafters: Drafter[] = [];
  if (wanted("suffix")) {
    suffix.expect(expectedOf(params.prompt, model.codec));
    drafters.push(suffix, ...(index ? [new IndexDrafter(index, suffix)] : []));
  }
  if (wanted("recycling")) drafters.push(recycling);
  if (speculation === "draft" && !draft)
    notify({ code: "noDraft", message: "No draft model is loaded, so nothing is guessed." });
  if (!wanted("draft") || !draft || model.draftIsTaken) return { drafters, draft: null };
  model.draftIsTaken = true;
  // Nobody waits while the draft model reads.
  const whileReading = async (read: () => Promise<void>) => {
    sequence.leave();
    try {
      await read();
    } finally {
      await sequence.enter();
    }
  };
  const drafter = new ModelDrafter({ sequence: draft.sequence, sampler, whileReading, signal });
  drafter.begin(prompt);
  if (speculation === "draft") await readAtOnce(drafter, draft, model, notify);
  return { drafters: [...drafters, drafter], draft };
}

/** Where it drafts in any case, the draft model reads the prompt when the target does, and not when the first token is due. */
async function readAtOnce(
  drafter: ModelDrafter,
  { ref, sequence }: OpenModel,
  model: EngineModel,
  notify: StrandOptions["notify"],
): Promise<void> {
  if (drafter.room === 0) {
    const message = `The prompt does not fit into the context of ${ref.id} (${sequence.contextSize} tokens), so nothing is guessed.`;
    notify({ code: "noDraft", message });
    return;
  }
  try {
    await drafter.read();
  } catch (error) {
    model.draftIsTaken = false;
    throw error;
  }
}

/** The drafter that a speculation mode prescribes; auto and strict leave it to the controller. */
function forcedDrafter(mode: GenerateParams["speculation"]): DrafterName | undefined {
  return mode === "auto" || mode === "strict" || mode === "off" ? undefined : mode;
}
