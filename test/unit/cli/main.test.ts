/** The command line's entry, as a process. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { bundledCli } from "./support/bundled.ts";

test("what an error quotes reaches the terminal without its control characters; as JSON it is as it was", async () => {
  const cli = await bundledCli();
  const run = (...more: string[]) =>
    spawnSync(process.execPath, [cli, "models", "verify", "no\x1b]0;such\x07", ...more], { encoding: "utf8" });
  const { status, stderr } = run();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Error: .*no]0;such/);
  expect(stderr).not.toMatch(/\p{Cc}(?<!\n)/u);
  expect(JSON.parse(run("--json").stdout).message).toContain("no\x1b]0;such\x07");
});
