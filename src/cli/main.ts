#!/usr/bin/env node
/** Entry of the command line: runs the command and turns errors into words and an exit status. */
import { getSystemErrorMap } from "node:util";
import { toErrorData } from "../common/errors.ts";
import { exitStatus, run, wantsJson } from "./program.ts";
import { errorText } from "./wording.ts";

/** Standard output can not be written, which is said once; what is under way is stopped by `Interrupts`. */
let outputFailed = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader like `head` may have enough before all is written.
  if (error.code === "EPIPE" || outputFailed) return;
  outputFailed = true;
  process.exitCode = 1;
  const reason = getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
  process.stderr.write(`Error: The output can not be written: ${reason}.\n`);
});
// Nothing is left to tell it by; the answer may still go to standard output.
process.stderr.on("error", () => {});

const argv = process.argv.slice(2);
try {
  const status = await run(argv);
  process.exitCode = outputFailed ? 1 : status;
} catch (error) {
  const { code, message, hint } = toErrorData(error);
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify({ type: "error", code, message, hint })}\n`);
  process.stderr.write(errorText({ message, hint }));
  process.exitCode = outputFailed ? 1 : exitStatus(error);
}
