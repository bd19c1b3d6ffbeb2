/** The engine's own parts in the test's process, where passes can be watched and something can happen during one. */
import { inject, vi } from "vitest";
import type {
  GeneratedToken,
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  LoadParams,
} from "../../../src/common/protocol.ts";
import { EngineModel } from "../../../src/engine/backends/embedded/engineModel.ts";
import { NativeSequence } from "../../../src/engine/backends/embedded/sequence.ts";
import { Generation } from "../../../src/engine/generation.ts";
import { StateFolder } from "../../../src/engine/stateFolder.ts";
import { generateParams, loadParams } from "./engine.ts";

/** @param name of the folder in which it keeps what it learns */
export async function loadModel(name: string, path: string, options: Partial<LoadParams> = {}): Promise<EngineModel> {
  const failed = (message: string) => {
    throw new Error(message);
  };
  const folder = new StateFolder(`${inject("scratch")}/${name}`, failed);
  const model = await EngineModel.load(loadParams(path, options), folder, { onProgress() {}, log() {} });
  await model.settleThreads();
  return model;
}

export interface Running {
  generation: Generation;
  abort: AbortController;
  events: GenerationEvent[];
}

/** Runs one generation to its end. @param onEvent called for each event, as it is emitted */
export async function generate(
  model: EngineModel,
  options: Partial<GenerateParams>,
  onStart: (running: Running) => void = () => {},
  onEvent: (event: GenerationEvent, running: Running) => void = () => {},
): Promise<GenerationResult & { tokens: GeneratedToken[] }> {
  const abort = new AbortController();
  const events: GenerationEvent[] = [];
  const running: Running = {
    generation: new Generation(model, generateParams(options), {
      emit: (batch) => {
        events.push(...batch);
        for (const event of batch) onEvent(event, running);
      },
      signal: abort.signal,
      queueMs: 0,
    }),
    abort,
    events,
  };
  onStart(running);
  const result = await running.generation.run();
  return { ...result, tokens: events.flatMap((event) => (event.type === "tokens" ? event.tokens : [])) };
}

export interface Pass {
  sequence: NativeSequence;
  tokens: readonly number[];
  /** Positions at which a token is chosen; 0: the pass only reads. */
  outputs: number;
}

/** Tells of each pass of any sequence when it begins, until `vi.restoreAllMocks()`. The passes themselves run as ever. */
export function watchPasses(onPass: (pass: Pass) => void): void {
  const evaluate = NativeSequence.prototype.evaluate;
  vi.spyOn(NativeSequence.prototype, "evaluate").mockImplementation(function (this: NativeSequence, tokens, outputs) {
    onPass({ sequence: this, tokens, outputs });
    return evaluate.call(this, tokens, outputs);
  });
}
