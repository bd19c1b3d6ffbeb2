/**
 * A real llama-server under our supervision: what it refuses is done without, one that hangs is replaced, the depth of its
 * guesses follows what is accepted, and thoughts end by its own means. Where there is none these tests are skipped and say so.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import type { GenerateParams, GenerationEvent, LoadParams, Notice } from "../../src/common/protocol.ts";
import type { RunningGeneration } from "../../src/engine/backends/backend.ts";
import { LlamaServerBackend } from "../../src/engine/backends/llamaServer/llamaServerBackend.ts";
import { planMemory } from "../../src/engine/backends/llamaServer/memory.ts";
import { readModelFacts } from "../../src/engine/backends/llamaServer/modelFacts.ts";
import { StateFolder } from "../../src/engine/stateFolder.ts";
import { writeArchitecture } from "../support/architectures.ts";
import { type ScriptedModelOptions, writeScriptedModel } from "../support/scriptedModel.ts";
import { generateParams, loadParams } from "./support/engine.ts";
import { llamaServer, llamaServerMissing } from "./support/llamaServer.ts";

/** What a thought ends with that Hunch has ended. */
const sentence = "I have thought enough; now I write the answer.";

function numbered(letter: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ");
}

describe.skipIf(llamaServer === null)(`llama-server as a backend${llamaServerMissing}`, () => {
  const backends: LlamaServerBackend[] = [];
  const log: string[] = [];
  afterEach(async () => {
    for (const backend of backends.splice(0)) await backend.dispose();
    log.length = 0;
  });

  async function load(path: string, options: Partial<LoadParams> & { program?: string } = {}) {
    const { program = llamaServer ?? "", ...more } = options;
    const server = { kind: "llamaServer", program, speculation: "auto" } as const;
    const folder = new StateFolder(mkdtempSync(join(inject("scratch"), "state-")), (message) => log.push(message));
    const hooks = {
      onProgress: () => {},
      log: (level: string, message: string) => void log.push(`${level} ${message}`),
    };
    const backend = await LlamaServerBackend.load(loadParams(path, { threads: 1, ...more }), server, folder, hooks);
    backends.push(backend);
    return backend;
  }

  /** @param onTokens called with the generation when the first tokens have come */
  async function ask(
    backend: LlamaServerBackend,
    options: Partial<GenerateParams> = {},
    onTokens: (running: RunningGeneration) => void = () => {},
  ) {
    const notices: Notice[] = [];
    let hasTokens = false;
    const emit = (events: GenerationEvent[]) => {
      for (const event of events) if (event.type === "notice") notices.push(event.notice);
      if (hasTokens || !events.some(({ type }) => type === "tokens")) return;
      hasTokens = true;
      onTokens(running);
    };
    const hooks = { emit, signal: new AbortController().signal, queueMs: 0 };
    const running = await backend.generation(generateParams(options), hooks);
    return { ...(await running.run()), notices };
  }

  function scripted(options: ScriptedModelOptions): string {
    const path = join(inject("scratch"), `scripted${JSON.stringify(options).replace(/\W+/g, "-")}.gguf`);
    writeScriptedModel(path, options);
    return path;
  }

  function mixture(): string {
    const path = join(inject("scratch"), "supervised-glm4moe.gguf");
    writeArchitecture(path, "glm4moe", { seed: 3 });
    return path;
  }

  /** A program that does something of its own before it is the real llama-server. */
  function wrapper(script: string): string {
    const path = join(mkdtempSync(join(inject("scratch"), "wrapper-")), "llama-server");
    writeFileSync(path, `#!/bin/sh\n${script}\nexec "${llamaServer}" "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Of the llama-servers that this process has started. */
  function serverPids(): number[] {
    const processes = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
    return processes.split("\n").flatMap((line) => {
      const [, pid, ppid, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(ppid) === process.pid && args?.includes("--model") ? [Number(pid)] : [];
    });
  }

  describe("the depth of its guesses", () => {
    const change = async (backend: LlamaServerBackend) => {
      const work = backend.idleWork;
      expect(work).toHaveLength(1);
      expect(work[0]!.afterMs).toBeGreaterThan(60_000);
      return work[0]!;
    };

    it("follows what is accepted while nobody asks, once, and the text stays", async () => {
      const backend = await load(mixture());
      const first = await ask(backend);
      for (let i = 0; i < 5 && backend.idleWork.length === 0; i++) await ask(backend);
      const [once, twice] = [await change(backend), await change(backend)];
      await once.run(() => "request");
      expect(log.some((line) => line.includes("from now on"))).toBe(false);
      const [before] = serverPids();
      await once.run(() => false);
      const [after] = serverPids();
      await twice.run(() => false);
      expect([serverPids(), after === before]).toEqual([[after], false]);
      expect(log.filter((line) => line.includes("from now on"))).toEqual([
        expect.stringMatching(/guesses [4-8] tokens ahead from now on, before 3: (1.00|0.9\d)/),
      ]);
      const deeper = await ask(backend);
      expect(deeper.answer).toBe(first.answer);
      expect(deeper.stats.tokensPerPass).toBeGreaterThan(first.stats.tokensPerPass);
    });

    it("stays where the server does not start with another, and questions are answered", async () => {
      const program = wrapper(
        `case "$*" in *"--spec-draft-n-max 3"*) ;; *) echo "error: no such depth" >&2; exit 1;; esac`,
      );
      const backend = await load(mixture(), { program });
      for (let i = 0; i < 6 && backend.idleWork.length === 0; i++) await ask(backend);
      await (await change(backend)).run(() => false);
      expect(log).toContainEqual(expect.stringMatching(/warn llama-server does not guess [4-8] tokens ahead, but 3/));
      expect((await ask(backend)).answer).toBe(numbered("a", 40));
    });
  });

  it("one that hangs is ended, in the middle of an answer or before one, and the next question is answered", async () => {
    const backend = await load(scripted({ loop: true, thoughtTokens: 30, keepsThoughts: true }), { contextSize: 4096 });
    const stop = () => {
      for (const pid of serverPids()) process.kill(pid, "SIGSTOP");
    };
    await expect(ask(backend, { maxTokens: 3_500 }, stop)).rejects.toMatchObject({
      code: "backendFailed",
      message: expect.stringContaining("did not answer any more"),
    });
    expect(serverPids()).toEqual([]);
    const next = await ask(backend, { maxTokens: 20 });
    expect(next.notices).toMatchObject([{ code: "restarting" }]);
    expect(next.thinking).toMatch(/^t0 t1 /);
    stop();
    const again = await ask(backend, { maxTokens: 20 });
    expect(again.notices).toMatchObject([{ code: "restarting", message: expect.stringContaining("did not answer") }]);
    expect(again.thinking).toBe(next.thinking);
  });

  it("a cache that the model can not have as q8_0 is f16, which is said", async () => {
    // Heads of 16 elements, which blocks of 32 do not divide.
    const backend = await load(scripted({}), { kvType: "q8_0" });
    expect(backend.info).toMatchObject({ kvType: "f16", notices: [{ code: "kvTypeUnsupported" }] });
    expect(log).toContainEqual(expect.stringMatching(/^warn llama-server: .*does not divide/));
    expect((await ask(backend)).answer).toBe(numbered("a", 40));
  });

  it("experts stay on the processor where the GPU is short of memory; the real server takes the argument", async () => {
    const path = mixture();
    const facts = await readModelFacts(path);
    const freeMebibytes = 1_027;
    const devices = async () => [{ name: "CUDA0", freeBytes: freeMebibytes * 2 ** 20 }];
    let contextSize = 512;
    const fits = async () =>
      (await planMemory(loadParams(path, { gpu: "auto" }), facts, contextSize, 1e12, devices)).placement.length === 0;
    while (await fits()) contextSize += 32;
    const program = wrapper(
      `if [ "$1" = --list-devices ]; then echo "  CUDA0: Card (2000 MiB, ${freeMebibytes} MiB free)"; exit; fi
       case "$*" in *"cpu-moe"*) ;; *) echo "error: no experts on the CPU" >&2; exit 1;; esac`,
    );
    const backend = await load(path, { program, gpu: "auto", contextSize });
    expect(backend.info.notices).toContainEqual(expect.objectContaining({ code: "expertsOnCpu" }));
    expect((await ask(backend)).answer).toBe(numbered("a", 40));
  });

  describe("the end of a thought", () => {
    const noLimit = { budget: null, loopGuard: false, earlyExit: "off" } as const;
    const endless = { loop: true, thoughtTokens: 30 };

    it("at its budget, with a sentence, by the server", async () => {
      const backend = await load(scripted({ keepsThoughts: true }));
      const result = await ask(backend, { controls: { ...noLimit, budget: 20 } });
      expect(result.thinking).toBe(`${numbered("t", 20)}\n\n${sentence}`);
      expect([result.thinkingEnd, result.answer]).toEqual(["budget", numbered("a", 40)]);
    });

    it("on “answer now” and on a loop, by the server, nothing read again", async () => {
      const backend = await load(scripted({ ...endless, keepsThoughts: true }), { contextSize: 4096 });
      const now = await ask(backend, { maxTokens: 3_500 }, (running) => running.answerNow());
      expect(now).toMatchObject({ thinkingEnd: "answerNow", answer: numbered("a", 40), stopReason: "stop" });
      expect(now.thinking.endsWith(sentence)).toBe(true);
      const loop = await ask(backend, { maxTokens: 3_500, controls: { ...noLimit, loopGuard: true } });
      expect(loop).toMatchObject({ thinkingEnd: "loop", answer: numbered("a", 40) });
      expect(loop.thinking.endsWith(sentence)).toBe(true);
    });

    it("where the server finds no thought, by a second request with the thought as notes", async () => {
      const backend = await load(scripted(endless), { contextSize: 4096 });
      const now = await ask(backend, { maxTokens: 3_500 }, (running) => running.answerNow());
      expect(now).toMatchObject({ thinkingEnd: "answerNow", stopReason: "stop" });
      expect([now.answer, now.thinking.includes(sentence)]).toEqual([numbered("a", 40), false]);
      const late = await ask(backend, { maxTokens: 3_500, controls: { ...noLimit, budget: 20 } });
      expect([late.thinkingEnd, late.answer, late.thinking.includes(sentence)]).toEqual([
        "budget",
        numbered("a", 40),
        false,
      ]);
    });

    it("a thought that ends by itself has ended by itself", async () => {
      const backend = await load(scripted({ keepsThoughts: true }));
      const result = await ask(backend, { controls: { ...noLimit, budget: 1_000 } });
      expect([result.thinkingEnd, result.thinking]).toEqual(["model", numbered("t", 200)]);
    });
  });
});
