/** On a clock of the test's own. With real servers: failover.test.ts. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SilenceWatch } from "../../../../../src/engine/backends/openai/silenceWatch.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("a question that fails counts as a sign of life: nothing is thrown where nobody listens, and it is asked again", async () => {
  const isGone = vi.fn<() => Promise<boolean>>().mockRejectedValueOnce(new TypeError("oops")).mockResolvedValue(true);
  const onGone = vi.fn();
  const watch = new SilenceWatch({ silenceMs: 500, isGone, onGone });
  await vi.advanceTimersByTimeAsync(600);
  expect([isGone.mock.calls.length, onGone.mock.calls.length]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(500);
  expect([isGone.mock.calls.length, onGone.mock.calls.length]).toEqual([2, 1]);
  watch.stop();
});
