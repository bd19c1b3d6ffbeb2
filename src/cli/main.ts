#!/usr/bin/env node
/** Entry of the command line: runs the command and turns errors into words and an exit status. */
import { toErrorData } from "../common/errors.ts";
import { exitStatus, run, wantsJson } from "./program.ts";

// A reader like `head` may have enough before all is written. What is under way is stopped by `Interrupts`.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const argv = process.argv.slice(2);
try {
  process.exitCode = await run(argv);
} catch (error) {
  const { code, message, hint } = toErrorData(error);
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify({ type: "error", code, message, hint })}\n`);
  process.stderr.write(`Error: ${message}\n${hint ? `${hint}\n` : ""}`);
  process.exitCode = exitStatus(error);
}
