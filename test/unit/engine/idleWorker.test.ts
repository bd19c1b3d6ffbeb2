import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Backend, IdleWork } from "../../../src/engine/backends/backend.ts";
import { IdleWorker } from "../../../src/engine/idleWorker.ts";
import { FairQueue } from "../../../src/engine/queue.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Of a backend the idle worker looks at this alone. */
const backend = (...idleWork: IdleWork[]) => ({ idleWork }) as unknown as Backend;

function setUp(...idleWork: IdleWork[]) {
  const queue = new FairQueue();
  const model = backend(...idleWork);
  const current = { model };
  const errors: string[] = [];
  const worker = new IdleWorker({ queue, model: () => current.model, onError: (message) => errors.push(message) });
  return { queue, worker, current, errors };
}

/** A request that takes until it is told to end. */
function request(queue: FairQueue) {
  let end = () => {};
  const done = queue.run(
    "a",
    () => {},
    () => new Promise<void>((resolve) => (end = resolve)),
  );
  return { done, end: () => end() };
}

test("work begins when nobody has asked for as long as it wants, and a request makes it wait anew", async () => {
  const run = vi.fn(async () => {});
  const { worker } = setUp({ afterMs: 1_000, run });
  worker.begin();
  await vi.advanceTimersByTimeAsync(900);
  worker.interrupt();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run).not.toHaveBeenCalled();
  worker.begin();
  await vi.advanceTimersByTimeAsync(900);
  expect(run).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(run).toHaveBeenCalledOnce();
});

test("two requests that end one after the other begin it once", async () => {
  const run = vi.fn(async () => {});
  const { worker } = setUp({ afterMs: 1_000, run });
  worker.begin();
  await vi.advanceTimersByTimeAsync(500);
  worker.begin();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run).toHaveBeenCalledOnce();
});

test("while another request runs nothing begins; work that wants no time begins when the last has ended", async () => {
  const [later, soon] = [vi.fn(async () => {}), vi.fn(async () => {})];
  const { worker, queue } = setUp({ afterMs: 1_000, run: later }, { afterMs: 0, run: soon });
  const running = request(queue);
  worker.begin();
  await vi.advanceTimersByTimeAsync(5_000);
  expect([later.mock.calls.length, soon.mock.calls.length]).toEqual([0, 0]);
  running.end();
  await running.done;
  await vi.advanceTimersByTimeAsync(0);
  expect([later.mock.calls.length, soon.mock.calls.length]).toEqual([0, 1]);
});

test("it is told when somebody waits, and its failure is told and ends nothing", async () => {
  const seen: boolean[] = [];
  const { worker, queue, errors } = setUp({
    afterMs: 0,
    run: async (stop) => {
      seen.push(stop());
      const running = request(queue);
      seen.push(stop());
      setTimeout(() => running.end(), 0);
      throw new Error("no memory");
    },
  });
  worker.begin();
  await vi.advanceTimersByTimeAsync(10);
  expect(seen).toEqual([false, true]);
  expect(errors).toEqual([expect.stringContaining("no memory")]);
});

test("work of a model that is gone is left", async () => {
  const run = vi.fn(async () => {});
  const { worker, current } = setUp({ afterMs: 1_000, run });
  worker.begin();
  current.model = backend();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run).not.toHaveBeenCalled();
});
