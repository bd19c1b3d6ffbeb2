/**
 * A token sequence on node-llama-cpp's native bindings.
 *
 * The public `controlledEvaluate` builds a sampler object for each call (12 bytes a vocabulary entry, zeroed) and
 * samples every position asked for. Here one sampler lives as long as the sequence, and rows are fetched one by one, so
 * that positions after the first mismatch cost nothing. The bindings are internal to node-llama-cpp: its version is
 * pinned, and `nativeSequenceSupported` checks that what is used exists.
 */
import type { LlamaContext, LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import { HunchError } from "../../../common/errors.ts";
import type { KeptSequence } from "../../cache/prefixStore.ts";
import type { Candidates, TokenSequence } from "../../speculation/types.ts";

/** What is used of node-llama-cpp's AddonContext; times are those of the native work. */
interface NativeContext {
  initBatch(size: number): void;
  addToBatch(sequenceId: number, position: number, tokens: Uint32Array, logitIndexes: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(
    batchIndex: number,
    sampler: NativeSampler,
    probabilities: boolean,
    confidence: boolean,
    logits: [tokens: number[], max: boolean, min: boolean, selected: boolean, top: number],
  ): Promise<[token: number, probabilities: undefined, confidence: undefined, logits: number[]]>;
  disposeSequence(sequenceId: number): void;
  removeTokenCellsFromSequence(sequenceId: number, start: number, end: number): boolean;
  setThreads(threads: number): void;
  /** @returns the file's size in bytes */
  saveSequenceStateToFile(path: string, sequenceId: number, tokens: Uint32Array): Promise<number>;
  /** @returns the tokens that were saved along */
  loadSequenceStateFromFile(path: string, sequenceId: number, maxContextSize: number): Promise<Uint32Array>;
  getThreads(): number;
}
interface NativeSampler {
  applyConfig(config: { temperature: number; topK: number; topP: number; seed: number }): void;
  dispose(): void;
}
interface ModelInternals {
  _model: unknown;
  _llama: { _bindings: { AddonSampler: new (model: unknown) => NativeSampler } };
}

export class NativeSequence implements TokenSequence, KeptSequence {
  readonly contextSize: number;
  readonly vocabularySize: number;
  readonly maxPassSize: number;
  /** Time spent in native calls so far (ms). */
  nativeMs = 0;
  readonly #context: NativeContext;
  /** Held for as long as the KV cache is used: node-llama-cpp empties the cells of a sequence that is collected. */
  readonly #owner: LlamaContextSequence;
  readonly #sequenceId: number;
  readonly #sampler: NativeSampler;
  readonly #tokens: number[] = [];
  #samplerCount = 0;
  #outputs: Uint32Array = new Uint32Array();
  #threads: number;

  constructor(model: LlamaModel, context: LlamaContext, vocabularySize: number) {
    const internals = model as unknown as ModelInternals;
    this.#context = (context as unknown as { _ctx: NativeContext })._ctx;
    this.#owner = context.getSequence();
    this.#sequenceId = (this.#owner as unknown as { _sequenceId: number })._sequenceId;
    this.#sampler = new internals._llama._bindings.AddonSampler(internals._model);
    this.contextSize = context.contextSize;
    this.maxPassSize = context.batchSize;
    this.vocabularySize = vocabularySize;
    this.#threads = this.#context.getThreads();
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /** Threads the next pass uses. */
  set threads(count: number) {
    this.#threads = count;
  }

  async evaluate(tokens: readonly number[], outputs: number): Promise<void> {
    if (tokens.length > this.maxPassSize || this.length + tokens.length > this.contextSize)
      throw new HunchError("internal", `a pass of ${tokens.length} tokens does not fit at position ${this.length}`);
    const before = performance.now();
    if (this.#context.getThreads() !== this.#threads) this.#context.setThreads(this.#threads);
    const asked = Uint32Array.from({ length: outputs }, (_, i) => tokens.length - outputs + i);
    this.#context.initBatch(tokens.length);
    this.#outputs = this.#context.addToBatch(this.#sequenceId, this.length, Uint32Array.from(tokens), asked);
    await this.#context.decodeBatch();
    for (const token of tokens) this.#tokens.push(token);
    this.nativeMs += performance.now() - before;
  }

  async candidates(index: number, count: number): Promise<Candidates> {
    const before = performance.now();
    // A sampler with top-k sorts only the top: as cheap as greedy. Its own choice of a token is not used.
    if (count !== this.#samplerCount) {
      this.#sampler.applyConfig({ temperature: 1, topK: count, topP: 1, seed: 1 });
      this.#samplerCount = count;
    }
    const row = this.#outputs[index]!;
    const [, , , flat] = await this.#context.sampleToken(row, this.#sampler, false, false, [
      [],
      false,
      false,
      false,
      count,
    ]);
    const tokens: number[] = new Array(flat.length / 2);
    const logits: number[] = new Array(flat.length / 2);
    for (let i = 0; i < tokens.length; i++) {
      tokens[i] = flat[2 * i]!;
      logits[i] = flat[2 * i + 1]!;
    }
    this.nativeMs += performance.now() - before;
    return { tokens, logits };
  }

  rollback(length: number): boolean {
    if (length >= this.length) return true;
    if (this.#context.removeTokenCellsFromSequence(this.#sequenceId, length, -1)) {
      this.#tokens.length = length;
      return true;
    }
    this.#context.disposeSequence(this.#sequenceId);
    this.#tokens.length = 0;
    return false;
  }

  save(path: string): Promise<number> {
    return this.#context.saveSequenceStateToFile(path, this.#sequenceId, Uint32Array.from(this.#tokens));
  }

  async restore(path: string, tokens: readonly number[]): Promise<void> {
    this.#tokens.length = 0;
    try {
      const saved = await this.#context.loadSequenceStateFromFile(path, this.#sequenceId, this.contextSize);
      if (saved.length !== tokens.length || saved.some((token, i) => token !== tokens[i]))
        throw new Error("the state is of another text");
      for (const token of tokens) this.#tokens.push(token);
    } catch (error) {
      this.#context.disposeSequence(this.#sequenceId);
      throw error;
    }
  }

  async dispose(): Promise<void> {
    this.#sampler.dispose();
    await this.#owner.dispose();
  }
}

/** Whether this node-llama-cpp has what NativeSequence uses. */
export function nativeSequenceSupported(model: LlamaModel, context: LlamaContext): boolean {
  const native = (context as unknown as { _ctx?: Partial<NativeContext> })._ctx;
  const sampler = (model as unknown as Partial<ModelInternals>)._llama?._bindings?.AddonSampler;
  const methods = [
    "initBatch",
    "addToBatch",
    "decodeBatch",
    "sampleToken",
    "disposeSequence",
    "setThreads",
    "saveSequenceStateToFile",
    "loadSequenceStateFromFile",
  ] as const;
  return (
    typeof sampler === "function" &&
    methods.every((name) => typeof native?.[name] === "function") &&
    typeof native?.removeTokenCellsFromSequence === "function"
  );
}
