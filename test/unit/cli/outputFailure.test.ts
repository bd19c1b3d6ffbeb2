/** A standard output that takes nothing more, as on a full disk: the real command line, as a process. */
import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { expect, test } from "vitest";
import { Interrupts } from "../../../src/cli/interrupts.ts";
import { bundledCli } from "./support/bundled.ts";

test.skipIf(process.platform !== "linux")("a full disk is said in one line, and exits with 1", async () => {
  const cli = await bundledCli();
  const full = openSync("/dev/full", "w");
  for (const argv of [["models", "list", "--json"], ["--help"]]) {
    const { status, stderr } = spawnSync(process.execPath, [cli, ...argv], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    expect(stderr).toBe("Error: The output can not be written: no space left on device.\n");
    expect(status).toBe(1);
  }
});

test("output that can not be written stops what is under way", () => {
  const interrupts = new Interrupts(() => {});
  process.stdout.emit("error", Object.assign(new Error("full"), { code: "ENOSPC" }));
  expect(interrupts.signal.aborted).toBe(true);
  expect(interrupts.status).toBe(1);
  // What was said before may fail later: that is no second signal.
  process.stdout.emit("error", Object.assign(new Error("full"), { code: "ENOSPC" }));
  expect(interrupts.status).toBe(1);
  interrupts.dispose();
});
