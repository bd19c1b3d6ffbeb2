/** What a command of the terminal writes, in this process. */
import { onTestFinished, vi } from "vitest";

export interface Written {
  output: string;
  errors: string;
}

/** Collects standard output and standard error from now on, until `vi.restoreAllMocks()`. */
export function collectWritten(): Written {
  const written: Written = { output: "", errors: "" };
  const collect = (to: keyof Written) => (text: string | Uint8Array) => {
    written[to] += String(text);
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(collect("output"));
  vi.spyOn(process.stderr, "write").mockImplementation(collect("errors"));
  return written;
}

export const hideCursor = "\x1b[?25l";
export const showCursor = "\x1b[?25h";

/** Standard error passes for a terminal whose lines can be redrawn, until the test is over. */
export function liveErrors(): void {
  const { isTTY } = process.stderr;
  Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true });
  onTestFinished(() => {
    Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true });
  });
  vi.stubEnv("NO_COLOR", undefined);
  vi.stubEnv("TERM", "xterm");
}
