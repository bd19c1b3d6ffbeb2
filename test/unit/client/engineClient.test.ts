import { readdirSync, readFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { afterEach, expect, test } from "vitest";
import { EngineClient } from "../../../src/client/engineClient.ts";
import type { GenerationEvent } from "../../../src/common/protocol.ts";
import { fakeEngine, generate, isAlive, load, textOf } from "./fake.ts";

let client: EngineClient | undefined;
afterEach(async () => {
  await client?.dispose();
  client = undefined;
});

async function start(fault = "none", log: string[] = []): Promise<EngineClient> {
  client = await EngineClient.start(fakeEngine(fault, log));
  return client;
}

/** Starts a generation and waits for its first text. */
async function running(engine: EngineClient, prompt: string, signal?: AbortSignal) {
  const events: GenerationEvent[] = [];
  let result: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    const onEvents = (more: GenerationEvent[]) => {
      events.push(...more);
      if (events.some((event) => event.type !== "queue")) resolve();
    };
    result = engine.generate(generate(prompt), { onEvents, signal });
    result.catch(reject);
  });
  return { events, result };
}

test("a silent engine is given up and ended", async () => {
  const started = EngineClient.start({ ...fakeEngine("silent"), startTimeoutMs: 300 });
  await expect(started).rejects.toMatchObject({
    code: "engineStartFailed",
    message: expect.stringMatching("no answer"),
  });
});

test("an engine that dies at the start: the message quotes its last words", async () => {
  await expect(EngineClient.start(fakeEngine("diesAtStart"))).rejects.toMatchObject({
    code: "engineStartFailed",
    message: expect.stringMatching(/exit code 7.*cannot open shared object/),
    hint: expect.stringMatching("doctor"),
  });
});

test("a missing engine file, and a state folder that can not be made", async () => {
  const missing = { ...fakeEngine(), enginePath: "/nowhere/engine.mjs" };
  await expect(EngineClient.start(missing)).rejects.toMatchObject({ code: "engineStartFailed" });
  const noFolder = { ...fakeEngine(), stateFolder: "/dev/null/state" };
  await expect(EngineClient.start(noFolder)).rejects.toMatchObject({
    message: expect.stringMatching("/dev/null/state"),
  });
});

test("an engine of another protocol is refused", async () => {
  await expect(EngineClient.start(fakeEngine("oldProtocol"))).rejects.toMatchObject({ code: "protocolMismatch" });
});

test("kill -9 in mid-answer: what came stays, the error says where it was", async () => {
  const engine = await start();
  await engine.load(load());
  const { events, result } = await running(engine, "until cancelled");
  process.kill(engine.pid, "SIGKILL");
  await expect(result).rejects.toMatchObject({
    code: "engineCrashed",
    message: expect.stringMatching(/in the middle of the answer .*SIGKILL/),
    hint: expect.stringMatching("is kept"),
  });
  expect(textOf(events)).toMatch(/^a+$/);
  await expect(engine.countTokens("a")).rejects.toMatchObject({ code: "engineCrashed" });
});

test.each([
  ["prefill for ever", "reading the prompt"],
  ["think for ever", "thinking"],
])("kill -9 at %s is told apart", async (prompt, where) => {
  const engine = await start();
  await engine.load(load());
  const { result } = await running(engine, prompt);
  process.kill(engine.pid, "SIGKILL");
  await expect(result).rejects.toMatchObject({ code: "engineCrashed", message: expect.stringMatching(where) });
});

test("kill -9 while loading", async () => {
  const engine = await start();
  const progress: (number | null)[] = [];
  await expect(
    engine.load(load("endless"), {
      onProgress: (p) => {
        if (progress.push(p.progress) === 2) process.kill(engine.pid, "SIGKILL");
      },
    }),
  ).rejects.toMatchObject({ code: "engineCrashed", message: expect.stringMatching("loading the model") });
  expect(progress).toEqual([0.5, 1]);
});

test("all that an engine said before it died arrives, and its last words are quoted", async () => {
  const engine = await start();
  await engine.load(load());
  const events: GenerationEvent[] = [];
  const result = engine.generate(generate("burst, then die"), { onEvents: (more) => events.push(...more) });
  await expect(result).rejects.toMatchObject({ code: "engineCrashed", message: expect.stringMatching("GGML_ASSERT") });
  // Node hands messages to the system at once, so a prefix without a hole arrives, most often all of it.
  const words = textOf(events).trim().split(" ");
  expect(words).toEqual(words.map((_, index) => `${index}`));
  expect(words.length).toBeGreaterThan(100);
});

test("junk on the channel is logged and does no harm", async () => {
  const log: string[] = [];
  const engine = await start("none", log);
  await engine.load(load());
  const events: GenerationEvent[] = [];
  const result = await engine.generate(generate("junk"), { onEvents: (more) => events.push(...more) });
  expect(result.stopReason).toBe("stop");
  expect(textOf(events)).toBe("a");
  expect(log.join("\n")).toMatch(/warn channel: [\s\S]*junk/);
});

test("an engine that closes its channel and stays is ended, and the request rejects", async () => {
  const engine = await start();
  await engine.load(load());
  const { result } = await running(engine, "close the channel");
  await expect(result).rejects.toMatchObject({ code: "engineCrashed" });
  expect(isAlive(engine.pid)).toBe(false);
});

/** Kills the engine and does something all the time until its exit is told. */
async function killed(engine: EngineClient, meanwhile: () => void): Promise<void> {
  let isOver = false;
  engine.onExit(() => {
    isOver = true;
  });
  process.kill(engine.pid, "SIGKILL");
  while (!isOver) {
    meanwhile();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("between the end of the channel and the exit, nothing is told and nothing thrown", async () => {
  const engine = await start();
  await engine.load(load());
  const { result } = await running(engine, "until cancelled");
  await killed(engine, () => {
    engine.answerNow("any");
    engine.pause(1);
    engine.limitPrompts(0);
  });
  await expect(result).rejects.toMatchObject({ code: "engineCrashed" });
});

test("an engine that is disposed of between the end of its channel and its exit", async () => {
  const engine = await start();
  const disposals: Promise<void>[] = [];
  await killed(engine, () => disposals.push(engine.dispose()));
  await Promise.all(disposals);
});

test("abort ends a generation with what there was; an abort before the start too", async () => {
  const engine = await start();
  await engine.load(load());
  const abort = new AbortController();
  const { result } = await running(engine, "until cancelled", abort.signal);
  abort.abort();
  expect(await result).toMatchObject({ stopReason: "cancelled" });
  const early = await engine.generate(generate("until cancelled"), { onEvents: () => {}, signal: AbortSignal.abort() });
  expect(early.stopReason).toBe("cancelled");
});

test("errors of the engine keep their code and hint", async () => {
  const engine = await start();
  await expect(engine.load(load("missing"))).rejects.toMatchObject({ code: "modelNotFound", hint: "A hint." });
});

test("an ordered end is no crash, even when the engine does not listen", async () => {
  for (const fault of ["none", "deaf"]) {
    const engine = await start(fault);
    await engine.load(load());
    const { result } = await running(engine, "think for ever");
    const exits: boolean[] = [];
    engine.onExit((exit) => exits.push(exit.expected));
    const ended = expect(result).rejects.toMatchObject({ code: "cancelled" });
    await engine.dispose();
    await ended;
    expect(exits).toEqual([true]);
    expect(isAlive(engine.pid)).toBe(false);
  }
});

test("an engine that says that it still writes is given the time", async () => {
  const engine = await start("writesAtItsEnd");
  const exits: unknown[] = [];
  engine.onExit((exit) => exits.push(exit));
  await engine.dispose();
  // Ended by itself, and not by a signal.
  expect(exits).toEqual([{ code: 5, signal: null, expected: true }]);
});

/** Nice values of a process's threads (Linux), the main one first; the 17th field after the name in `stat` (proc(5)). */
function niceOfThreads(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8").split(") ").at(-1)?.split(" ")[16]),
  );
}

test("an engine in the background is below the normal priority, with all its threads; else it has its parent's", async () => {
  const below = constants.priority.PRIORITY_BELOW_NORMAL;
  const usual = await start();
  expect(getPriority(usual.pid)).toBe(getPriority());
  await usual.dispose();
  client = await EngineClient.start({ ...fakeEngine(), background: true });
  await client.load(load());
  expect(getPriority(client.pid)).toBe(below);
  if (process.platform === "linux") expect(new Set(niceOfThreads(client.pid))).toEqual(new Set([below]));
});
