import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pause } from "../../../src/engine/pause.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

/** The time waited (ms) once it is known. */
function waiting(pause: Pause, signal = never) {
  const waited: { ms: number | null } = { ms: null };
  void pause.over(signal).then((ms) => {
    waited.ms = ms;
  });
  return waited;
}

test("there is none unless somebody asks", async () => {
  const pause = new Pause();
  expect(pause.isOn).toBe(false);
  expect(await pause.over(never)).toBe(0);
});

test("it ends when it was asked to, and what it took is told", async () => {
  const pause = new Pause();
  pause.ask(500);
  const waited = waiting(pause);
  await vi.advanceTimersByTimeAsync(499);
  expect(waited.ms).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  expect(waited.ms).toBe(500);
  expect(pause.isOn).toBe(false);
});

test("each wish makes it longer, and none makes it shorter", async () => {
  const pause = new Pause();
  pause.ask(500);
  const waited = waiting(pause);
  await vi.advanceTimersByTimeAsync(400);
  pause.ask(500);
  pause.ask(10);
  await vi.advanceTimersByTimeAsync(499);
  expect(waited.ms).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  expect(waited.ms).toBe(900);
});

test("a client that asks once has no more than two seconds", async () => {
  const pause = new Pause();
  pause.ask(1e9);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(pause.isOn).toBe(false);
});

test("who gives up the generation does not wait", async () => {
  const pause = new Pause();
  pause.ask(500);
  const stop = new AbortController();
  const waited = waiting(pause, stop.signal);
  await vi.advanceTimersByTimeAsync(100);
  stop.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(waited.ms).toBe(100);
  expect(vi.getTimerCount()).toBe(0);
});
