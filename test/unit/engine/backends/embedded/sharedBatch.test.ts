import { describe, expect, it } from "vitest";
import type { BatchContext } from "../../../../../src/engine/backends/embedded/nativeContext.ts";
import { partsOf, SharedBatch } from "../../../../../src/engine/backends/embedded/sharedBatch.ts";
import { seededRandom } from "../../../support/random.ts";

const poison = 666;
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

/**
 * A context with a KV cache that forgives nothing: positions have to follow each other, a batch has to fit, and nothing
 * may be touched while it decodes. A batch with the poisoned token fails after its first sequence has been written.
 */
class ToyContext implements BatchContext {
  /** Sequence ids and sizes of each batch, "0:1 1:5". */
  readonly batches: string[] = [];
  readonly cells = new Map<number, number[]>();
  #batch: { sequenceId: number; position: number; tokens: number[]; asked: number[] }[] = [];
  #size = 0;
  #decoding = false;
  #threads = 1;

  initBatch(size: number): void {
    if (this.#decoding) throw new Error("it is decoding");
    if (size > 64) throw new Error("too large");
    this.#size = size;
    this.#batch = [];
  }

  addToBatch(sequenceId: number, position: number, tokens: Uint32Array, asked: Uint32Array): Uint32Array {
    const before = this.#batch.reduce((sum, entry) => sum + entry.tokens.length, 0);
    if (before + tokens.length > this.#size) throw new Error("the batch is full");
    this.#batch.push({ sequenceId, position, tokens: [...tokens], asked: [...asked] });
    return asked.map((index) => before + index);
  }

  async decodeBatch(): Promise<void> {
    this.#decoding = true;
    await new Promise((resolve) => setImmediate(resolve));
    this.#decoding = false;
    this.batches.push(this.#batch.map(({ sequenceId, tokens }) => `${sequenceId}:${tokens.length}`).join(" "));
    for (const { sequenceId, position, tokens } of this.#batch) {
      const cells = this.cells.get(sequenceId) ?? [];
      if (cells.length !== position) throw new Error(`position ${position} after ${cells.length} cells`);
      if (tokens.includes(poison)) throw new Error("poisoned");
      this.cells.set(sequenceId, [...cells, ...tokens]);
    }
  }

  removeTokenCellsFromSequence(sequenceId: number, start: number): boolean {
    if (this.#decoding) throw new Error("it is decoding");
    this.cells.set(sequenceId, (this.cells.get(sequenceId) ?? []).slice(0, start));
    return true;
  }

  /** What the row says: all the tokens up to it. */
  row(index: number): string {
    let from = 0;
    for (const { sequenceId, position, tokens } of this.#batch) {
      if (index < from + tokens.length)
        return this.cells
          .get(sequenceId)!
          .slice(0, position + index - from + 1)
          .join(",");
      from += tokens.length;
    }
    throw new Error(`no row ${index}`);
  }

  setThreads(threads: number): void {
    this.#threads = threads;
  }

  getThreads(): number {
    return this.#threads;
  }
}

/** One sequence, as NativeSequence uses the batch. */
class ToyLane {
  readonly #context: ToyContext;
  readonly #batch: SharedBatch;
  readonly id: number;
  length = 0;

  constructor(context: ToyContext, batch: SharedBatch, id: number) {
    this.#context = context;
    this.#batch = batch;
    this.id = id;
  }

  async evaluate(tokens: number[], outputs = tokens.length): Promise<string[]> {
    const pass = { sequenceId: this.id, position: this.length, tokens, outputs };
    const rows = await this.#batch.run(pass);
    this.length += tokens.length;
    return [...rows].map((row) => this.#context.row(row));
  }
}

function setUp(lanes = 4) {
  const context = new ToyContext();
  const shared: [number, readonly number[]][] = [];
  const batch = new SharedBatch({
    context,
    capacity: 64,
    sharedPassSize: 16,
    threads: 1,
    onSharedPass: (ms, parts) => shared.push([ms, parts]),
  });
  return { context, batch, shared, lanes: Array.from({ length: lanes }, (_, id) => new ToyLane(context, batch, id)) };
}

describe("SharedBatch", () => {
  it("computes the passes of one alone at once, as they come", async () => {
    const { context, batch, shared, lanes } = setUp();
    const [lane] = lanes as [ToyLane];
    expect(await lane.evaluate([1, 2, 3], 1)).toEqual(["1,2,3"]);
    batch.enter(0);
    expect(await lane.evaluate([4, 5])).toEqual(["1,2,3,4", "1,2,3,4,5"]);
    expect(context.batches).toEqual(["0:3", "0:2"]);
    expect(shared).toEqual([]);
  });

  it("tells where the rows will be when the pass is queued, before it is computed", async () => {
    const { context, batch } = setUp();
    const queued: [rows: number[], passes: number][] = [];
    const onQueued = (rows: Uint32Array) => void queued.push([[...rows], context.batches.length]);
    const rows = await batch.run({ sequenceId: 0, position: 0, tokens: [1, 2, 3], outputs: 2, onQueued });
    expect(queued).toEqual([[[1, 2], 0]]);
    expect([...rows]).toEqual([1, 2]);
    expect(context.batches).toEqual(["0:3"]);
  });

  it("waits until all that take part have submitted, and computes them together", async () => {
    const { context, batch, shared, lanes } = setUp();
    for (const { id } of lanes) batch.enter(id);
    const [a, b, c, d] = lanes as [ToyLane, ToyLane, ToyLane, ToyLane];
    const passes = [d.evaluate([40]), a.evaluate([10]), c.evaluate([30])];
    await settle();
    expect(context.batches).toEqual([]);
    expect(await Promise.all([...passes, b.evaluate([20, 21])])).toEqual([["40"], ["10"], ["30"], ["20", "20,21"]]);
    expect(context.batches).toEqual(["0:1 1:2 2:1 3:1"]);
    expect(shared.map(([, parts]) => parts)).toEqual([[4, 1]]);
  });

  it("waits no more for one that leaves", async () => {
    const { context, batch, lanes } = setUp(2);
    const [a, b] = lanes as [ToyLane, ToyLane];
    for (const { id } of lanes) batch.enter(id);
    const pass = a.evaluate([1]);
    await settle();
    expect(context.batches).toEqual([]);
    batch.leave(b.id);
    expect(await pass).toEqual(["1"]);
    expect(batch.company(a.id)).toBe(0);
  });

  it("lets one in while a pass runs: it waits for the next", async () => {
    const { context, batch, lanes } = setUp(2);
    const [a, b] = lanes as [ToyLane, ToyLane];
    batch.enter(a.id);
    const first = a.evaluate([1]);
    batch.enter(b.id);
    const second = b.evaluate([2]);
    expect(await first).toEqual(["1"]);
    await settle();
    expect(context.batches).toEqual(["0:1"]);
    expect(await Promise.all([a.evaluate([3]), second])).toEqual([["1,3"], ["2"]]);
    expect(context.batches).toEqual(["0:1", "0:1 1:1"]);
  });

  it("serves first come first served what does not fit into one batch", async () => {
    const { context, batch, lanes } = setUp(3);
    for (const { id } of lanes) batch.enter(id);
    const long = Array.from({ length: 60 }, (_, i) => i);
    const [a, b, c] = lanes as [ToyLane, ToyLane, ToyLane];
    const done: string[] = [];
    const pass = (lane: ToyLane, name: string, tokens: number[]) =>
      lane.evaluate(tokens, 1).then(() => {
        done.push(name);
        batch.leave(lane.id);
      });
    await Promise.all([pass(c, "c", long), pass(a, "a", [1, 2, 3]), pass(b, "b", long)]);
    expect(context.batches).toEqual(["0:3 2:60", "1:60"]);
    expect(done).toEqual(["a", "c", "b"]);
  });

  it("fails only for the one at fault", async () => {
    const { context, batch, lanes } = setUp(3);
    for (const { id } of lanes) batch.enter(id);
    const [a, b, c] = lanes as [ToyLane, ToyLane, ToyLane];
    const failing = b.evaluate([20, poison]).finally(() => batch.leave(b.id));
    const passes = [a.evaluate([10]).finally(() => batch.leave(a.id)), c.evaluate([30])];
    await expect(failing).rejects.toThrow("poisoned");
    expect(await Promise.all(passes)).toEqual([["10"], ["30"]]);
    expect(context.batches).toEqual(["0:1 1:2 2:1", "0:1", "1:2", "2:1"]);
    expect(await c.evaluate([31])).toEqual(["30,31"]);
  });

  it("does other work on the context between two passes only", async () => {
    const { context, batch, lanes } = setUp(2);
    const [a, b] = lanes as [ToyLane, ToyLane];
    batch.enter(a.id);
    const order: string[] = [];
    const first = a.evaluate([1]).then(() => order.push("pass"));
    const work = batch.between(null, async () => {
      await settle();
      context.removeTokenCellsFromSequence(b.id, 0);
      order.push("work");
    });
    await first;
    await settle();
    expect(order).toEqual(["pass"]);
    const second = a.evaluate([2]).then(() => order.push("second pass"));
    await Promise.all([work, second]);
    expect(order).toEqual(["pass", "work", "second pass"]);
    batch.leave(a.id);
    await expect(batch.between(b.id, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    const pass = { sequenceId: b.id, position: 0, tokens: [7], outputs: 0 };
    await batch.between(b.id, (decode) => decode(pass));
    expect([context.batches.at(-1), context.cells.get(b.id)]).toEqual([`${b.id}:1`, [7]]);
  });

  it("keeps who enters waiting while such work is under way, and begins none then", async () => {
    const { batch, lanes } = setUp(2);
    const [a, b] = lanes as [ToyLane, ToyLane];
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await settle();
      order.push(`${name} ends`);
    };
    const first = batch.between(null, work("first"));
    const entering = batch.enter(a.id).then(() => order.push("entered"));
    const second = batch.between(null, work("second"));
    await Promise.all([first, entering]);
    await settle();
    expect(order).toEqual(["first begins", "first ends", "entered"]);
    batch.leave(a.id);
    await second;
    await batch.enter(b.id);
    expect(order.at(-1)).toBe("second ends");
  });

  it("gives every lane its own rows, whatever the others submit, and in whatever order they come and go", async () => {
    const random = seededRandom(3);
    const { batch, lanes } = setUp(4);
    const runs = lanes.map(async (lane) => {
      for (let generation = 0; generation < 5; generation++) {
        batch.enter(lane.id);
        for (let pass = 0; pass < 20; pass++) {
          const tokens = Array.from({ length: 1 + Math.floor(random() * 20) }, () => Math.floor(random() * 100));
          const rows = await lane.evaluate(tokens);
          expect(rows.map((row) => Number(row.split(",").at(-1)))).toEqual(tokens);
          expect(rows.at(-1)!.split(",")).toHaveLength(lane.length);
          for (let i = 0; i < Math.floor(random() * 3); i++) await Promise.resolve();
        }
        batch.leave(lane.id);
        if (random() < 0.5) await settle();
      }
    });
    await Promise.all(runs);
  });
});

describe("partsOf", () => {
  const parts = (...lengths: [sequenceId: number, length: number][]) =>
    partsOf(lengths.map(([sequenceId, length]) => ({ sequenceId, tokens: Array(length).fill(0) })));

  it("takes equally many tokens of neighbours, then what is left", () => {
    expect(parts([0, 5], [1, 1], [2, 1])).toEqual([3, 4]);
    expect(parts([0, 1], [1, 1], [2, 1], [3, 1])).toEqual([4]);
    expect(parts([0, 3], [1, 2])).toEqual([4, 1]);
  });

  it("parts sequences that are no neighbours", () => {
    expect(parts([0, 1], [2, 1], [3, 1])).toEqual([1, 2]);
  });
});
