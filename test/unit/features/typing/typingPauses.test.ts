import { expect, test } from "vitest";
import { TypingPauses } from "../../../../src/features/typing/typingPauses.ts";

/** Pauses that were asked for, as [from, to] (ms), when a key is pressed at each of these times. */
function pauses(times: readonly number[]): [number, number][] {
  const typing = new TypingPauses();
  return times.flatMap((now) => {
    const ms = typing.key(now);
    return ms === null ? [] : [[now, now + ms] as [number, number]];
  });
}

const every = (ms: number, until: number) => Array.from({ length: Math.ceil(until / ms) }, (_, i) => i * ms);

/** Whether the answer waits at `now`. */
const waits = (all: readonly [number, number][], now: number) => all.some(([from, to]) => from <= now && now < to);

test("an answer waits from the first key until half a second after the last", () => {
  const all = pauses([1_000, 1_150, 1_310, 1_500]);
  for (const now of [1_000, 1_200, 1_499, 1_999]) expect(waits(all, now), `${now}`).toBe(true);
  for (const now of [999, 2_000]) expect(waits(all, now), `${now}`).toBe(false);
});

test("the engine is not told of every key of one who types quickly", () => {
  const all = pauses(every(20, 1_000));
  expect(all.length).toBe(10);
  expect(waits(all, 1_390)).toBe(true);
});

test("who types on and on gets the answer in pieces", () => {
  const all = pauses(every(125, 60_000));
  const waited = every(10, 60_000).filter((now) => waits(all, now)).length * 10;
  expect(waited).toBeGreaterThan(45_000);
  expect(waited).toBeLessThan(52_000);
  // Never longer than ten seconds and the moment after a key at a time.
  let longest = 0;
  for (let now = 0, since = 0; now < 60_000; now += 10) {
    if (!waits(all, now)) since = now;
    longest = Math.max(longest, now - since);
  }
  expect(longest).toBeLessThanOrEqual(10_500);
});

test("after a rest everything begins anew", () => {
  const first = every(125, 12_000);
  const all = pauses([...first, 20_000]);
  expect(waits(all, 20_400)).toBe(true);
});
