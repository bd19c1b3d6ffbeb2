import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { LlamaServer, type ServerModel } from "../../../src/benchmark/llamaServer.ts";
import { fakeProgram } from "../models/support/fakePrograms.ts";
import { temporaryFolder } from "../models/support/folder.ts";
import { isRunning } from "../models/support/isRunning.ts";

const model: ServerModel = {
  modelPath: "model.gguf",
  draftPath: null,
  threads: 2,
  contextSize: 512,
  gpuLayers: 0,
  kvType: "f16",
};

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

test.skipIf(process.platform === "win32").each([
  ["on the CPU", {}, "--gpu-layers 0 --own"],
  ["on the GPU", { gpuLayers: 29 }, "--cache-ram 0 --own"],
  [
    "with a cache of q8_0 on the CPU",
    { kvType: "q8_0" as const },
    "--gpu-layers 0 --cache-type-k q8_0 --cache-type-v q8_0 --flash-attn on --own",
  ],
])("a server computes where ours does: %s", async (_, ours, args) => {
  const program = fakeProgram(temporaryFolder(), "llama-server", 'echo "$@" >&2; exit 3');
  const started = LlamaServer.start(program, { ...model, ...ours }, ["--own"], new AbortController().signal);
  await expect(started).rejects.toThrow(args);
});

/** A server that answers `/completion` with what `handle`, the source of a function (response, request's body), does. */
async function serverThat(handle: string): Promise<LlamaServer> {
  const folder = temporaryFolder();
  const script = join(folder, "server.mjs");
  writeFileSync(
    script,
    `import { createServer } from "node:http";
    import { json } from "node:stream/consumers";
    const handle = ${handle};
    createServer(async (request, response) => {
      if (request.url === "/health") response.end();
      else handle(response, await json(request));
    }).listen(Number(process.argv[process.argv.indexOf("--port") + 1]), "127.0.0.1");`,
  );
  const program = fakeProgram(folder, "llama-server", `exec "${process.execPath}" "${script}" "$@"`);
  const server = await LlamaServer.start(program, model, [], new AbortController().signal);
  onTestFinished(() => server!.stop());
  return server!;
}

const conditions = { maxTokens: 16, temperature: 0, seed: 1 };

describe.skipIf(process.platform === "win32")("an answer", () => {
  test("brings its figures", async () => {
    const server = await serverThat(`(response, { n_predict }) => {
      const timings = { predicted_n: n_predict, predicted_per_second: 8, prompt_ms: 5, draft_n: 3, draft_n_accepted: 1 };
      response.end(JSON.stringify({ content: "a", timings }));
    }`);
    expect(await server.run("1 + 1 =", conditions)).toEqual({
      ...{ tokens: 16, tokensPerSecond: 8, drafted: 3, accepted: 1, prefillMs: 5, overheadMsPerPass: null },
    });
  });

  test.each([
    ["the server's end", `console.error("out of memory"); process.exit(9)`, /it ended with 9: out of memory/],
    ["a refusal", `response.writeHead(500); response.end("no room")`, /it answered 500 no room/],
    ["an answer without figures", `response.end('{"content":"a"}')`, /no figures/],
  ])("that fails says why: %s", async (_, handling, words) => {
    const server = await serverThat(`(response) => { ${handling} }`);
    await expect(server.run("1 + 1 =", conditions)).rejects.toMatchObject({
      code: "backendUnavailable",
      message: expect.stringMatching(words),
    });
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
