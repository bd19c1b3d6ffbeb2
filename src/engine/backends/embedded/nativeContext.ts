/**
 * What is used of node-llama-cpp's native bindings. They are internal to node-llama-cpp: its version is pinned, and
 * `nativeContextSupported` checks that what is used exists.
 */
import type { LlamaContext, LlamaContextSequence, LlamaModel } from "node-llama-cpp";

/** The part that makes and runs batches. */
export interface BatchContext {
  initBatch(size: number): void;
  /** @returns where in the batch the rows asked for are */
  addToBatch(sequenceId: number, position: number, tokens: Uint32Array, logitIndexes: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  removeTokenCellsFromSequence(sequenceId: number, start: number, end: number): boolean;
  setThreads(threads: number): void;
  getThreads(): number;
}

export interface NativeContext extends BatchContext {
  sampleToken(
    batchIndex: number,
    sampler: NativeSampler,
    probabilities: boolean,
    confidence: boolean,
    logits: [tokens: number[], max: boolean, min: boolean, selected: boolean, top: number],
  ): Promise<[token: number, probabilities: undefined, confidence: undefined, logits: number[]]>;
  disposeSequence(sequenceId: number): void;
  /** Replaces what the target holds; the cells are copied at the beginning of the next decode. */
  copySequenceStateFromOtherSequence(targetSequenceId: number, sourceSequenceId: number): Promise<number>;
  saveSequenceStateToFile(path: string, sequenceId: number, tokens: Uint32Array): Promise<number>;
  loadSequenceStateFromFile(path: string, sequenceId: number, maxContextSize: number): Promise<Uint32Array>;
}

export interface NativeSampler {
  applyConfig(config: { temperature: number; topK: number; topP: number; seed: number }): void;
  dispose(): void;
}

interface ModelInternals {
  _model: { getTokenString?: (token: number) => string | undefined };
  _llama: { _bindings: { AddonSampler: new (model: unknown) => NativeSampler } };
}

const methods = [
  "initBatch",
  "addToBatch",
  "decodeBatch",
  "sampleToken",
  "disposeSequence",
  "removeTokenCellsFromSequence",
  "copySequenceStateFromOtherSequence",
  "saveSequenceStateToFile",
  "loadSequenceStateFromFile",
  "setThreads",
  "getThreads",
] as const satisfies readonly (keyof NativeContext)[];

export function nativeContext(context: LlamaContext): NativeContext {
  return (context as unknown as { _ctx: NativeContext })._ctx;
}

export function nativeSequenceId(sequence: LlamaContextSequence): number {
  return (sequence as unknown as { _sequenceId: number })._sequenceId;
}

export function newSampler(model: LlamaModel): NativeSampler {
  const internals = model as unknown as ModelInternals;
  return new internals._llama._bindings.AddonSampler(internals._model);
}

/** How the vocabulary has a token, which is not its text; undefined: it is not to be had. */
export function nativeTokenText(model: LlamaModel, token: number): string | undefined {
  return (model as unknown as Partial<ModelInternals>)._model?.getTokenString?.(token);
}

/** Whether this node-llama-cpp has what a sequence needs. */
export function nativeContextSupported(model: LlamaModel, context: LlamaContext): boolean {
  const native = (context as unknown as { _ctx?: Partial<NativeContext> })._ctx;
  const sampler = (model as unknown as Partial<ModelInternals>)._llama?._bindings?.AddonSampler;
  return typeof sampler === "function" && methods.every((name) => typeof native?.[name] === "function");
}
