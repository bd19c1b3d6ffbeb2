import { afterEach, expect, test, vi } from "vitest";
import { resumable } from "../../../src/cli/resumable.ts";
import { collectWritten, hideCursor, liveErrors, showCursor } from "./support/console.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("a second Ctrl-C ends a measurement at once, and gives the cursor back first", async () => {
  liveErrors();
  const written = collectWritten();
  let errorsAtExit = "";
  const exit = vi.spyOn(process, "exit").mockImplementation(() => {
    errorsAtExit = written.errors;
    return undefined as never;
  });
  const status = await resumable(
    false,
    async ({ display, interrupts }) => {
      display.progress({ done: 1, total: 2, secondsLeft: null });
      expect(written.errors).toContain(hideCursor);
      interrupts.interrupt();
      expect(exit).not.toHaveBeenCalled();
      interrupts.interrupt();
    },
    async () => {},
  );
  expect(status).toBe(130);
  expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  expect(errorsAtExit.lastIndexOf(showCursor)).toBeGreaterThan(errorsAtExit.lastIndexOf(hideCursor));
});
