/**
 * Reads the rows that a pass has computed, the likeliest tokens of each. Copying and sorting a row of 150,000 logits takes
 * 0.1 to 0.5 ms on a worker thread, and handing it there and back as long again; so the first row is asked for along with
 * the pass, and each next one is read while the one before it is on its way. On an H100 the rows of a pass over 16 tokens
 * took longer than the pass (bench/results/gpu).
 *
 * Not more than one ahead: rows after the first mismatch are not wanted, and the worker has one thread (engineProcess.ts).
 */
import type { Candidates } from "../../speculation/types.ts";
import type { NativeContext, NativeSampler } from "./nativeContext.ts";

type Sampling = Pick<NativeContext, "sampleToken">;

/** A row on its way. */
interface Reading {
  row: number;
  count: number;
  candidates: Promise<Candidates>;
}

export class RowReader {
  /** The one that reads and the one that reads ahead take turns: a sampler has one row at a time. */
  readonly #samplers: readonly [Sampler, Sampler];
  #turn: 0 | 1 = 0;
  #ahead: Reading | null = null;

  /** @param newSampler makes a native sampler; two are made. */
  constructor(newSampler: () => NativeSampler) {
    this.#samplers = [new Sampler(newSampler()), new Sampler(newSampler())];
  }

  /**
   * The `count` likeliest tokens of a row.
   * @param row where in the batch it is. @param next the row that is probably wanted then, if any
   */
  async read(context: Sampling, row: number, count: number, next?: number): Promise<Candidates> {
    let reading = this.#ahead;
    if (reading?.row !== row || reading.count !== count) {
      await this.settle();
      reading = this.#begin(context, row, count);
    }
    this.#ahead = next === undefined ? null : this.#begin(context, next, count);
    return reading.candidates;
  }

  /** Queues the read of a row that the pass under way is about to compute. What else was read ahead is given up. */
  readAhead(context: Sampling, row: number, count: number): void {
    this.#ahead = this.#begin(context, row, count);
  }

  /** To be awaited before the rows change, or whatever they are read with ends. */
  async settle(): Promise<void> {
    const reading = this.#ahead;
    this.#ahead = null;
    // Nobody wants this row any more; one that can not be read fails where it is asked for.
    await reading?.candidates.catch(() => {});
  }

  async dispose(): Promise<void> {
    await this.settle();
    for (const sampler of this.#samplers) sampler.dispose();
  }

  #begin(context: Sampling, row: number, count: number): Reading {
    const candidates = this.#samplers[this.#turn].read(context, row, count);
    this.#turn = this.#turn === 0 ? 1 : 0;
    candidates.catch(() => {}); // it is looked at later, or never
    return { row, count, candidates };
  }
}

class Sampler {
  readonly #native: NativeSampler;
  #count = 0;

  constructor(native: NativeSampler) {
    this.#native = native;
  }

  async read(context: Sampling, row: number, count: number): Promise<Candidates> {
    // A sampler with top-k sorts only the top: as cheap as greedy. Its own choice of a token is not used.
    if (count !== this.#count) {
      this.#native.applyConfig({ temperature: 1, topK: count, topP: 1, seed: 1 });
      this.#count = count;
    }
    const [, , , flat] = await context.sampleToken(row, this.#native, false, false, [[], false, false, false, count]);
    const tokens: number[] = new Array(flat.length / 2);
    const logits: number[] = new Array(flat.length / 2);
    for (let i = 0; i < tokens.length; i++) {
      tokens[i] = flat[2 * i]!;
      logits[i] = flat[2 * i + 1]!;
    }
    return { tokens, logits };
  }

  dispose(): void {
    this.#native.dispose();
  }
}
