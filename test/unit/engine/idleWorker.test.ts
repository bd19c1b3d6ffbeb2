import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Backend, IdleWork } from "../../../src/engine/backends/backend.ts";
import type { Stop, StopCause } from "../../../src/engine/idleStop.ts";
import { IdleWorker } from "../../../src/engine/idleWorker.ts";
import { Pause } from "../../../src/engine/pause.ts";
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
  const pause = new Pause();
  const model = backend(...idleWork);
  const current = { model };
  const errors: string[] = [];
  const onError = (message: string) => errors.push(message);
  const worker = new IdleWorker({ queue, pause, model: () => current.model, onError });
  return { queue, pause, worker, current, errors };
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
  const seen: (StopCause | false)[] = [];
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
  expect(seen).toEqual([false, "request"]);
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

test("while somebody types it stops, what has not begun does not, and both begin once when that is over", async () => {
  const begun: string[] = [];
  const untilStopped = (name: string) => async (stop: Stop) => {
    begun.push(name);
    for (let step = 0; step < 10 && !stop(); step++) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const { worker, pause } = setUp({ afterMs: 0, run: untilStopped("a") }, { afterMs: 0, run: untilStopped("b") });
  worker.begin();
  await vi.advanceTimersByTimeAsync(150);
  pause.ask(500);
  await vi.advanceTimersByTimeAsync(400);
  pause.ask(500);
  await vi.advanceTimersByTimeAsync(499);
  expect(begun).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(begun).toEqual(["a", "a", "b"]);
});

test("who types on and on is left alone, also while an answer would have its turn", async () => {
  const run = vi.fn(async () => {});
  const { worker, pause } = setUp({ afterMs: 0, run });
  pause.ask(500);
  worker.begin();
  await vi.advanceTimersByTimeAsync(2_500);
  pause.ask(500);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(run).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(run).toHaveBeenCalledOnce();
});

test("work that wants a time without a question wants it without a key as well", async () => {
  const begun: number[] = [];
  const { worker, pause } = setUp({ afterMs: 30_000, run: async () => void begun.push(performance.now()) });
  const start = performance.now();
  worker.begin();
  let last = start;
  for (let now = 0; now < 120_000; now += 20_000) {
    pause.ask(500);
    last = performance.now();
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(begun).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(begun).toHaveLength(1);
  expect(begun[0]! - last).toBeGreaterThanOrEqual(30_500);
});

test("what a pause kept from beginning is left to the end of the request that runs then", async () => {
  const run = vi.fn(async () => {});
  const { worker, queue, pause } = setUp({ afterMs: 0, run });
  pause.ask(500);
  worker.begin();
  await vi.advanceTimersByTimeAsync(100);
  const running = request(queue);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run).not.toHaveBeenCalled();
  running.end();
  await running.done;
  worker.begin();
  await vi.advanceTimersByTimeAsync(0);
  expect(run).toHaveBeenCalledOnce();
});
