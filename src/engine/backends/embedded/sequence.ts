/**
 * A token sequence on node-llama-cpp's native bindings.
 *
 * The public `controlledEvaluate` builds a sampler object for each call (12 bytes a vocabulary entry, zeroed) and
 * samples every position asked for. Here samplers live as long as the sequence, and rows are fetched in turn, so that
 * positions after the first mismatch cost next to nothing.
 */
import type { LlamaContext, LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import { HunchError } from "../../../common/errors.ts";
import { commonPrefix } from "../../cache/prefix.ts";
import type { KeptSequence } from "../../cache/prefixStore.ts";
import type { Candidates, TokenSequence } from "../../speculation/types.ts";
import { type NativeContext, nativeContext, nativeSequenceId, newSampler } from "./nativeContext.ts";
import { RowReader } from "./rowReader.ts";
import { loadState, type Place, saveState } from "./sequenceState.ts";
import type { SharedBatch } from "./sharedBatch.ts";

/** llama.cpp's rows are not to be read by two threads at once: only where libuv has a single worker (engineProcess.ts). */
const readsAhead = process.env.UV_THREADPOOL_SIZE === "1";

export class NativeSequence implements TokenSequence, KeptSequence {
  readonly contextSize: number;
  readonly vocabularySize: number;
  /** Time spent in native calls so far, the wait for others in the same batch included (ms). */
  nativeMs = 0;
  readonly #batch: SharedBatch;
  readonly #rows: RowReader;
  #context: NativeContext;
  /** Sequences that the context is for. */
  #streams: number;
  /** Held for as long as the KV cache is used: node-llama-cpp empties the cells of a sequence that is collected. */
  #owner: LlamaContextSequence;
  readonly #sequenceId: number;
  readonly #tokens: number[] = [];
  #outputs: Uint32Array = new Uint32Array();

  constructor(model: LlamaModel, context: LlamaContext, batch: SharedBatch, vocabularySize: number) {
    this.#batch = batch;
    this.#context = nativeContext(context);
    this.#streams = context.totalSequences;
    this.#owner = context.getSequence();
    this.#sequenceId = nativeSequenceId(this.#owner);
    this.#rows = new RowReader(() => newSampler(model));
    this.contextSize = context.contextSize;
    this.vocabularySize = vocabularySize;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /** Smaller while others share the batch. */
  get maxPassSize(): number {
    return this.company > 0 ? this.#batch.sharedPassSize : this.#batch.capacity;
  }

  get company(): number {
    return this.#batch.company(this.#sequenceId);
  }

  /** Threads the next pass uses, of every sequence of this context. */
  set threads(count: number) {
    this.#batch.threads = count;
  }

  /** Passes are shared with the other sequences that have entered, until `leave`. To be awaited before it is used. */
  enter(): Promise<void> {
    return this.#batch.enter(this.#sequenceId);
  }

  leave(): void {
    this.#batch.leave(this.#sequenceId);
  }

  async evaluate(tokens: readonly number[], outputs: number, count = 0, meanwhile?: () => void): Promise<void> {
    if (this.length + tokens.length > this.contextSize)
      throw new HunchError("internal", `a pass of ${tokens.length} tokens does not fit at position ${this.length}`);
    const before = performance.now();
    await this.#rows.settle();
    const isReadAhead = readsAhead && count > 0 && outputs > 0 && this.company === 0;
    this.#outputs = await this.#batch.run({
      sequenceId: this.#sequenceId,
      position: this.length,
      tokens,
      outputs,
      // The worker reads the first row right behind the pass, without a word from this thread in between.
      onQueued: ([first]) => {
        if (isReadAhead) this.#rows.readAhead(this.#context, first!, count);
        meanwhile?.();
      },
    });
    for (const token of tokens) this.#tokens.push(token);
    this.nativeMs += performance.now() - before;
  }

  async candidates(index: number, count: number): Promise<Candidates> {
    const before = performance.now();
    // In company the pass of the others may begin before a row that was read ahead has come.
    const next = readsAhead && this.company === 0 ? this.#outputs[index + 1] : undefined;
    const candidates = await this.#rows.read(this.#context, this.#outputs[index]!, count, next);
    this.nativeMs += performance.now() - before;
    return candidates;
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

  /** Takes over what another sequence of this context holds of `text`, from its beginning, where that is more. */
  copyFrom(source: NativeSequence, text: readonly number[]): Promise<void> {
    return this.#batch.between(this.#sequenceId, async (decode) => {
      // It may have been taken for another text by now.
      const common = commonPrefix(source.#tokens, text);
      if (common <= commonPrefix(this.#tokens, text)) return;
      await this.#context.copySequenceStateFromOtherSequence(this.#sequenceId, source.#sequenceId);
      this.#tokens.length = 0;
      for (const token of source.#tokens) this.#tokens.push(token);
      // llama.cpp copies at the beginning of the next pass, over whatever was loaded until then. So there is one at once.
      const last = common - 1;
      this.rollback(last);
      const token = text[last]!;
      await decode({ sequenceId: this.#sequenceId, position: last, tokens: [token], outputs: 0 });
      this.#tokens.push(token);
    });
  }

  save(path: string): Promise<number> {
    return this.#batch.between(this.#sequenceId, () => saveState(this.#place, path, Uint32Array.from(this.#tokens)));
  }

  restore(path: string, tokens: readonly number[]): Promise<void> {
    return this.#batch.between(this.#sequenceId, async () => {
      this.#tokens.length = 0;
      try {
        const saved = await loadState(this.#place, path, this.contextSize);
        if (saved.length !== tokens.length || saved.some((token, i) => token !== tokens[i]))
          throw new Error("the state is of another text");
        for (const token of tokens) this.#tokens.push(token);
      } catch (error) {
        this.#context.disposeSequence(this.#sequenceId);
        throw error;
      }
    });
  }

  /**
   * Goes on in another context of the same model and size, with what the cache holds. Only while no pass runs.
   * @param path of a file for the move. @throws when it cannot move; then it stays
   */
  async moveTo(context: LlamaContext, path: string): Promise<void> {
    await this.#rows.settle();
    const owner = context.getSequence();
    const native = nativeContext(context);
    if (nativeSequenceId(owner) !== this.#sequenceId)
      throw new HunchError("internal", "sequences have to move in the order of their ids");
    if (this.length > 0) {
      await saveState(this.#place, path, Uint32Array.from(this.#tokens));
      const place = { context: native, sequenceId: this.#sequenceId, streams: context.totalSequences };
      await loadState(place, path, this.contextSize);
    }
    this.#owner = owner;
    this.#context = native;
    this.#streams = context.totalSequences;
  }

  get #place(): Place {
    return { context: this.#context, sequenceId: this.#sequenceId, streams: this.#streams };
  }

  async dispose(): Promise<void> {
    await this.#rows.dispose();
    await this.#owner.dispose();
  }
}
