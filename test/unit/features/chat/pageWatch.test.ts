import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { firstPatienceMs, PageWatch } from "../../../../src/features/chat/pageWatch.ts";

let told: string[];
let watch: PageWatch;
beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  watch = new PageWatch({ reload: () => told.push("reload"), giveUp: () => told.push("give up") });
});
afterEach(() => {
  vi.useRealTimers();
});

it("leaves a page alone that comes in time, and one that is hidden before it came", () => {
  watch.loading();
  vi.advanceTimersByTime(firstPatienceMs - 1);
  watch.rest();
  vi.runAllTimers();
  expect(told).toEqual([]);
});

it("loads a page anew that does not come, with twice the time for the next", () => {
  watch.loading();
  vi.advanceTimersByTime(firstPatienceMs);
  expect(told).toEqual(["reload"]);
  vi.advanceTimersByTime(2 * firstPatienceMs - 1);
  expect(told).toEqual(["reload"]);
  watch.rest();
  vi.runAllTimers();
  expect(told).toEqual(["reload"]);
});

it("says so when a page never comes, and begins again when it is shown again", () => {
  watch.loading();
  vi.runAllTimers();
  expect(told).toEqual(["reload", "reload", "give up"]);
  watch.loading();
  vi.advanceTimersByTime(firstPatienceMs);
  expect(told.slice(3)).toEqual(["reload"]);
});
