/** What a command of the terminal writes, in this process. */
import { vi } from "vitest";

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
