/**
 * One native batch for several sequences of one context. Weights are read once a pass however many sequences it
 * serves, so four generations side by side take far less time than one after another.
 *
 * A barrier: the sequences that take part (`enter` … `leave`) each submit their next pass; when all have, the batch is
 * computed, and the next one begins when all have read their rows and submitted again or left. There is no timer and no
 * scheduler: a sequence alone goes straight to the native call, and one among several waits only for what the others do
 * between two passes.
 *
 * Each sequence has its own cells in the KV cache, so the batch is computed in parts of equal length: passes of 5, 1 and
 * 1 tokens become one part of 3 × 1 and one of 4 (`partsOf`). Only neighbours, in rising order, can share a part: sequences
 * 0, 2 and 3 make two of them. (Giving the idle 1 a token too was measured to gain nothing on a CPU.)
 */
import { HunchError } from "../../../common/errors.ts";
import type { BatchContext } from "./nativeContext.ts";

export interface Pass {
  sequenceId: number;
  /** Of the first token. */
  position: number;
  tokens: readonly number[];
  /** Rows wanted, of the last tokens. */
  outputs: number;
  /** Told where the rows will be as soon as the native call is queued. */
  onQueued?: (rows: Uint32Array) => void;
}

export interface SharedBatchOptions {
  context: BatchContext;
  /** Most tokens of one native batch. */
  capacity: number;
  /** Most tokens that one sequence may submit while others take part: a long prompt must not hold them up. */
  sharedPassSize: number;
  threads: number;
  /** Told of a pass of several sequences in which every token's row was wanted: its time, and its parts' sizes. */
  onSharedPass?: (ms: number, parts: readonly number[]) => void;
}

interface WaitingPass {
  pass: Pass;
  /** A batch that it was in failed: it goes by itself now. */
  alone: boolean;
  resolve: (rows: Uint32Array) => void;
  reject: (error: unknown) => void;
}

export class SharedBatch {
  readonly capacity: number;
  readonly sharedPassSize: number;
  /** Threads of the next pass. */
  threads: number;
  onSharedPass: SharedBatchOptions["onSharedPass"];
  #context: BatchContext;
  readonly #members = new Set<number>();
  #waiting: WaitingPass[] = [];
  /** Work on the context that no pass may run beside. */
  #works: { sequenceId: number | null; run: () => Promise<void> }[] = [];
  #running = false;
  /** Works under way. */
  #working: Promise<void> | null = null;

  constructor({ context, capacity, sharedPassSize, threads, onSharedPass }: SharedBatchOptions) {
    this.#context = context;
    this.capacity = capacity;
    this.sharedPassSize = sharedPassSize;
    this.threads = threads;
    this.onSharedPass = onSharedPass;
  }

  /**
   * The others wait for this sequence's passes from now on. @returns resolves when no work is under way that began before:
   * until then its cells are not to be touched, which may be moving to another context
   */
  async enter(sequenceId: number): Promise<void> {
    this.#members.add(sequenceId);
    await this.#working;
  }

  /** The sequence has nothing to submit for a while. */
  leave(sequenceId: number): void {
    this.#members.delete(sequenceId);
    this.#check();
  }

  /** Other sequences whose passes are computed with this one's. */
  company(sequenceId: number): number {
    return this.#members.size - (this.#members.has(sequenceId) ? 1 : 0);
  }

  /** Takes another context from now on; only inside of {@link between}. */
  moveTo(context: BatchContext): void {
    this.#context = context;
  }

  /**
   * Computes a pass, at once or with those of the others. @returns where the rows are, valid until the next pass of this
   * sequence. @throws what the native call throws; the others are not harmed
   */
  async run(pass: Pass): Promise<Uint32Array> {
    if (pass.tokens.length > this.capacity)
      throw new HunchError("internal", `a pass of ${pass.tokens.length} tokens is larger than ${this.capacity}`);
    const isAlone = this.company(pass.sequenceId) === 0 && this.#waiting.length === 0 && this.#works.length === 0;
    if (!isAlone || this.#running)
      return new Promise((resolve, reject) => {
        this.#waiting.push({ pass, alone: false, resolve, reject });
        this.#check();
      });
    this.#running = true;
    try {
      const [rows] = await this.#decode([pass]);
      return rows!;
    } finally {
      this.#running = false;
    }
  }

  /**
   * Does `work` on the context while no pass runs and nobody reads rows.
   * @param sequenceId the member that waits for it. @param work is given what computes a pass that belongs to it
   */
  between<T>(sequenceId: number | null, work: (decode: (pass: Pass) => Promise<unknown>) => Promise<T>): Promise<T> {
    const decode = (pass: Pass) => this.#decode([pass]);
    return new Promise((resolve, reject) => {
      this.#works.push({ sequenceId, run: () => work(decode).then(resolve, reject) });
      this.#check();
    });
  }

  /** Begins when every member has said what it wants. */
  #check(): void {
    if (this.#running || (this.#waiting.length === 0 && this.#works.length === 0)) return;
    const ready = new Set<number | null>([
      ...this.#waiting.map(({ pass }) => pass.sequenceId),
      ...this.#works.map(({ sequenceId }) => sequenceId),
    ]);
    for (const member of this.#members) if (!ready.has(member)) return;
    this.#running = true;
    if (this.#works.length > 0) this.#working = this.#work();
    else void this.#pass();
  }

  async #work(): Promise<void> {
    for (const { run } of this.#works.splice(0)) await run();
    this.#running = false;
    this.#working = null;
    this.#check();
  }

  async #pass(): Promise<void> {
    const due = this.#takeDue();
    const passes = due.map(({ pass }) => pass);
    const before = performance.now();
    try {
      const rows = await this.#decode(passes);
      if (due.length > 1 && passes.every(({ tokens, outputs }) => tokens.length === outputs))
        this.onSharedPass?.(performance.now() - before, partsOf(passes));
      this.#running = false;
      for (const [i, { resolve }] of due.entries()) resolve(rows[i]!);
    } catch (error) {
      this.#running = false;
      if (due.length === 1) due[0]!.reject(error);
      else this.#separate(due);
    }
  }

  /** First come first served, as many as the batch holds; then in the order of their cells. */
  #takeDue(): WaitingPass[] {
    const [first, ...others] = this.#waiting;
    const due = [first!];
    let size = first!.pass.tokens.length;
    if (!first!.alone)
      for (const other of others) {
        if (other.alone || size + other.pass.tokens.length > this.capacity) break;
        due.push(other);
        size += other.pass.tokens.length;
      }
    this.#waiting = this.#waiting.slice(due.length);
    return due.sort((a, b) => a.pass.sequenceId - b.pass.sequenceId);
  }

  /** A batch failed, and it cannot be told for whom: each pass goes by itself, so that only the one at fault fails. */
  #separate(failed: WaitingPass[]): void {
    for (const entry of failed) {
      entry.alone = true;
      this.#context.removeTokenCellsFromSequence(entry.pass.sequenceId, entry.pass.position, -1);
    }
    this.#waiting.unshift(...failed);
    this.#check();
  }

  /** @param passes by rising sequence id. @returns their rows, in the same order */
  async #decode(passes: readonly Pass[]): Promise<Uint32Array[]> {
    const context = this.#context;
    if (context.getThreads() !== this.threads) context.setThreads(this.threads);
    context.initBatch(passes.reduce((sum, { tokens }) => sum + tokens.length, 0));
    const rows = passes.map(({ sequenceId, position, tokens, outputs }) => {
      const asked = Uint32Array.from({ length: outputs }, (_, i) => tokens.length - outputs + i);
      return context.addToBatch(sequenceId, position, Uint32Array.from(tokens), asked);
    });
    const decoded = context.decodeBatch();
    for (const [i, { onQueued }] of passes.entries()) onQueued?.(rows[i]!);
    await decoded;
    return rows;
  }
}

/**
 * The sizes (tokens) of the parts that a batch is computed in: neighbouring sequences together, as many tokens of each
 * as the shortest has, then what is left likewise.
 *
 *   sequences 0, 1, 2 with 5, 1, 1 tokens → 3 (one of each), 4 (the rest of the first)
 */
export function partsOf(passes: readonly { sequenceId: number; tokens: readonly unknown[] }[]): number[] {
  const left = passes.map(({ sequenceId, tokens }) => ({ sequenceId, length: tokens.length }));
  const parts: number[] = [];
  for (let open = left.filter(({ length }) => length > 0); open.length > 0; open = left.filter((l) => l.length > 0)) {
    const group = [open[0]!];
    for (const next of open.slice(1)) {
      if (next.sequenceId !== group.at(-1)!.sequenceId + 1) break;
      group.push(next);
    }
    const shortest = Math.min(...group.map(({ length }) => length));
    for (const member of group) member.length -= shortest;
    parts.push(shortest * group.length);
  }
  return parts;
}
