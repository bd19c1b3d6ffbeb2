/** A standard output that takes nothing more, as on a full disk: the real command line, as a process. */
import { spawnSync } from "node:child_process";
import { copyFileSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { Interrupts } from "../../../src/cli/interrupts.ts";
import { temporaryFolder } from "../models/support/folder.ts";

const repository = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

/** The command line, bundled as the real one. */
async function bundled(): Promise<string> {
  const folder = temporaryFolder();
  copyFileSync(repository("package.json"), join(folder, "package.json"));
  const outfile = join(folder, "dist", "cli.mjs");
  await build({
    entryPoints: [repository("src/cli/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["node-llama-cpp"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}

test.skipIf(process.platform !== "linux")("a full disk is said in one line, and exits with 1", async () => {
  const cli = await bundled();
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
