import { expect, test } from "vitest";
import { LlamaServer } from "../../../src/benchmark/llamaServer.ts";
import { fakeProgram } from "../models/support/fakePrograms.ts";
import { temporaryFolder } from "../models/support/folder.ts";

const model = { modelPath: "model.gguf", draftPath: null, threads: 2, contextSize: 512 };

test.skipIf(process.platform === "win32").each([
  ["a crash", 'echo "its last words" >&2; kill -SEGV $$', /it ended with SIGSEGV: its last words/],
  ["an exit", "echo 'unknown argument' >&2; exit 3", /it ended with 3: unknown argument/],
])("a server that ends while it loads says so at once: %s", async (_, script, words) => {
  const program = fakeProgram(temporaryFolder(), "llama-server", script);
  await expect(LlamaServer.start(program, model, [])).rejects.toMatchObject({
    code: "backendUnavailable",
    message: expect.stringMatching(words),
  });
});
