import { expect, test } from "vitest";
import { type DownloadProgress, ProgressReporter } from "../../../src/models/progress.ts";

function reporter(totalBytes: number) {
  const seen: DownloadProgress[] = [];
  const clock = { ms: 0 };
  const progress = new ProgressReporter(
    totalBytes,
    (one) => seen.push(one),
    () => clock.ms,
  );
  return { progress, seen, clock, last: () => seen.at(-1)! };
}

test("speed and time left follow the last seconds, not the whole download", () => {
  const { progress, clock, last } = reporter(100_000);
  progress.phase("downloading", "here");
  for (clock.ms = 0; clock.ms <= 10_000; clock.ms += 500) progress.received(clock.ms / 10);
  expect(last()).toMatchObject({ phase: "downloading", source: "here", bytesPerSecond: 100, secondsLeft: 990 });
  for (; clock.ms <= 20_000; clock.ms += 500) progress.received(1_000 + (clock.ms - 10_000) * 2);
  expect(last().bytesPerSecond).toBeCloseTo(2_000);
});

test("what was there before a resume is not counted as speed", () => {
  const { progress, clock, last } = reporter(1_000);
  progress.phase("downloading", "here");
  progress.received(900);
  clock.ms = 1_000;
  progress.received(910);
  expect(last()).toMatchObject({ receivedBytes: 910, bytesPerSecond: 10, secondsLeft: 9 });
});

test("the speed is unknown at first and after a start from zero", () => {
  const { progress, clock, last } = reporter(1_000);
  progress.phase("downloading", "here");
  progress.received(100);
  clock.ms = 200;
  progress.received(200);
  expect(last()).toMatchObject({ bytesPerSecond: 0, secondsLeft: null });
  clock.ms = 2_000;
  progress.received(500);
  expect(last().bytesPerSecond).toBe(200);
  clock.ms = 2_200;
  progress.received(0);
  expect(last()).toMatchObject({ receivedBytes: 0, bytesPerSecond: 0, secondsLeft: null });
});

test("joining a part does not interrupt the measurement, another source does", () => {
  const { progress, clock, last } = reporter(1_000);
  progress.phase("downloading", "here");
  progress.received(0);
  clock.ms = 1_000;
  progress.received(100);
  progress.phase("joining");
  expect(last()).toMatchObject({ phase: "joining", bytesPerSecond: 100 });
  progress.phase("downloading");
  expect(last().bytesPerSecond).toBe(100);
  progress.phase("downloading", "there");
  expect(last()).toMatchObject({ source: "there", bytesPerSecond: 0 });
});

test("the speed falls while nothing arrives", () => {
  const { progress, clock, last } = reporter(100_000);
  progress.phase("downloading", "here");
  progress.received(0);
  clock.ms = 1_000;
  progress.received(1_000);
  clock.ms = 2_000;
  progress.tick();
  expect(last()).toMatchObject({ receivedBytes: 1_000, bytesPerSecond: 500 });
  clock.ms = 8_000;
  progress.tick();
  expect(last()).toMatchObject({ bytesPerSecond: 0, secondsLeft: null });
});

test("reports at most ten times a second, but every phase", () => {
  const { progress, clock, seen } = reporter(1_000);
  progress.phase("downloading", "here");
  for (; clock.ms < 1_000; clock.ms += 1) progress.received(clock.ms);
  expect(seen.length).toBeLessThanOrEqual(11);
  progress.phase("verifying");
  progress.done();
  expect(seen.slice(-2)).toMatchObject([
    { phase: "verifying", receivedBytes: 0 },
    { phase: "done", receivedBytes: 1_000 },
  ]);
});
