import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LlamaServer } from "../../../src/benchmark/llamaServer.ts";
import { fakeProgram } from "../models/support/fakePrograms.ts";
import { temporaryFolder } from "../models/support/folder.ts";
import { isRunning } from "../models/support/isRunning.ts";

const model = { modelPath: "model.gguf", draftPath: null, threads: 2, contextSize: 512 };

test.skipIf(process.platform === "win32").each([
  ["a crash", 'echo "its last words" >&2; kill -SEGV $$', /it ended with SIGSEGV: its last words/],
  ["an exit", "echo 'unknown argument' >&2; exit 3", /it ended with 3: unknown argument/],
])("a server that ends while it loads says so at once: %s", async (_, script, words) => {
  const program = fakeProgram(temporaryFolder(), "llama-server", script);
  await expect(LlamaServer.start(program, model, [], new AbortController().signal)).rejects.toMatchObject({
    code: "backendUnavailable",
    message: expect.stringMatching(words),
  });
});

test.skipIf(process.platform !== "linux")(
  "a server that loads when a signal comes is killed, and not waited for",
  async () => {
    const folder = temporaryFolder();
    const written = join(folder, "pid");
    const program = fakeProgram(
      folder,
      "llama-server",
      `echo $$ > "${written}.new"; mv "${written}.new" "${written}"; exec sleep 600`,
    );
    const stop = new AbortController();
    const started = LlamaServer.start(program, model, [], stop.signal);
    await expect.poll(() => existsSync(written), { timeout: 10_000 }).toBe(true);
    const pid = Number(readFileSync(written, "utf8"));
    onTestFinished(() => {
      if (isRunning(pid)) process.kill(pid, "SIGKILL");
    });
    expect(isRunning(pid)).toBe(true);
    stop.abort();
    expect(await started).toBeNull();
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    // Nor is one begun afterwards.
    expect(await LlamaServer.start(join(folder, "none"), model, [], stop.signal)).toBeNull();
  },
);
