import { afterEach, expect, test } from "vitest";
import { EngineSupervisor } from "../../../src/client/supervisor.ts";
import type { GenerationEvent, ModelInfo } from "../../../src/common/protocol.ts";
import { fakeEngine, generate, isAlive, load, textOf } from "./fake.ts";

let supervisor: EngineSupervisor | undefined;
afterEach(async () => {
  await supervisor?.dispose();
  supervisor = undefined;
});

function supervise(fault = "none") {
  const health: string[] = [];
  const log: string[] = [];
  supervisor = new EngineSupervisor({
    ...fakeEngine(fault, log),
    restartDelayMs: 10,
    onHealth: (h) => health.push(h.state),
  });
  return { engine: supervisor, health, log };
}

async function ask(engine: EngineSupervisor, prompt: string, model = "model", signal?: AbortSignal) {
  const events: GenerationEvent[] = [];
  const result = await engine.generate(load(model), generate(prompt), { onEvents: (e) => events.push(...e), signal });
  return { result, text: textOf(events) };
}

test("health goes through starting, loading, busy and ready; a second question loads nothing", async () => {
  const { engine, health } = supervise();
  expect(engine.health).toEqual({ state: "off" });
  expect((await ask(engine, "hello")).text).toBe("hello");
  expect([...new Set(health)]).toEqual(["starting", "ready", "loading", "busy"]);
  expect(health.at(-1)).toBe("ready");
  health.length = 0;
  expect((await ask(engine, "again")).result.model.loadMs).toBe(1);
  expect(health).toEqual(["busy", "ready"]);
});

test("a load that waits for its turn is no load that stands still", async () => {
  const { engine, health } = supervise();
  await engine.load(load("waits"));
  expect([...new Set(health)]).toEqual(["starting", "ready", "loading", "waiting"]);
  expect(health.slice(health.indexOf("waiting"))).toEqual(["waiting", "loading", "loading", "loading", "ready"]);
});

test("a load that waits for its engine says how much of prompts is to be kept now", async () => {
  const { engine, log } = supervise();
  const keeps = () => log.splice(0).filter((line) => line.includes("keeps"));
  const kept = { ...load(), promptCacheBytes: 2_000 };
  const loading = engine.load(kept);
  engine.limitPrompts(0);
  await loading;
  expect(keeps()).toEqual(["debug keeps 0 bytes"]);
  // The engine has died, and is started again for the question.
  process.kill((await engine.client()).pid, "SIGKILL");
  await expect.poll(() => engine.health.state).toBe("restarting");
  const answer = engine.generate(kept, generate("hello"), { onEvents: () => {} });
  engine.limitPrompts(1_000);
  await answer;
  expect(keeps()).toEqual(["debug keeps 1000 bytes"]);
});

test("after kill -9 in mid-answer the next question is answered without help", async () => {
  const { engine, health, log } = supervise();
  const { pid } = await engine.client();
  const cutOff = engine.generate(load(), generate("until cancelled"), {
    onEvents: (events) => {
      if (textOf(events)) process.kill(pid, "SIGKILL");
    },
  });
  await expect(cutOff).rejects.toMatchObject({ code: "engineCrashed" });
  expect((await ask(engine, "hello")).text).toBe("hello");
  expect(health).toContain("restarting");
  expect(engine.health).toEqual({ state: "ready" });
  expect(log.join("\n")).toMatch("restart 1 of 5");
});

test("memory of the GPU that runs out before the first token costs no question: the model goes on on the CPU", async () => {
  const { engine } = supervise();
  const onGpu = { ...load(), gpu: "vulkan" } as const;
  const models: ModelInfo[] = [];
  const events: GenerationEvent[] = [];
  const o = {
    onEvents: (e: GenerationEvent[]) => events.push(...e),
    onModel: (model: ModelInfo) => models.push(model),
  };
  await engine.generate(onGpu, generate("out of memory on the GPU"), o);
  expect(textOf(events)).toBe("on the CPU");
  expect(models).toMatchObject([
    { gpuLayers: 31, notices: [] },
    { gpuLayers: 0, notices: [{ code: "gpuLost", message: expect.stringContaining("runs on the CPU") }] },
  ]);
  expect(await engine.load(onGpu)).toMatchObject({ gpuLayers: 0 });
  await engine.restart();
  expect(await engine.load(onGpu)).toMatchObject({ gpuLayers: 31, notices: [] });
});

test("a GPU that the runtime has no code for costs one start: the model is loaded on the CPU", async () => {
  const { engine, health } = supervise();
  const onGpu = { ...load("has no kernels"), gpu: "auto" } as const;
  expect(await engine.load(onGpu)).toMatchObject({ gpuLayers: 0, notices: [{ code: "gpuLost" }] });
  expect(health).toContain("restarting");
});

test("a driver that fails at the first pass costs no question, by its words alone", async () => {
  const { engine, health } = supervise();
  const onGpu = { ...load(), gpu: "cuda" } as const;
  const events: GenerationEvent[] = [];
  await engine.generate(onGpu, generate("CUDA fails"), { onEvents: (e) => events.push(...e) });
  expect(textOf(events)).toBe("on the CPU");
  expect(health.filter((state) => state === "restarting").length).toBe(1);
});

test("a driver that fails in mid-answer: the error says that models run on the processor now, and they do", async () => {
  const { engine } = supervise();
  const onGpu = { ...load(), gpu: "cuda" } as const;
  const cutOff = engine.generate(onGpu, generate("says a word, then CUDA fails"), { onEvents: () => {} });
  await expect(cutOff).rejects.toMatchObject({
    code: "engineCrashed",
    message: expect.stringContaining("CUDA error: the provided PTX was compiled with an unsupported toolchain."),
    hint: expect.stringMatching(/text so far is kept.*driver failed.*run on the processor now/),
  });
  expect(await engine.load(onGpu)).toMatchObject({ gpuLayers: 0 });
});

test("crashes while a model is loaded that do not name a GPU say nothing against it", async () => {
  const { engine } = supervise();
  for (let i = 0; i < 2; i++)
    await expect(engine.load({ ...load("too large"), gpu: "auto" })).rejects.toMatchObject({ code: "engineCrashed" });
  expect(await engine.load({ ...load(), gpu: "auto" })).toMatchObject({ gpuLayers: 31, notices: [] });
});

test("crashes on the GPU without a reason: the second takes the model off it, and what was said is not said again", async () => {
  const { engine } = supervise();
  const onGpu = { ...load(), gpu: "vulkan" } as const;
  for (const gpuLayers of [31, 0]) {
    const cutOff = engine.generate(onGpu, generate("says a word, then the GPU fails"), { onEvents: () => {} });
    await expect(cutOff).rejects.toMatchObject({ code: "engineCrashed" });
    expect(await engine.load(onGpu)).toMatchObject({ gpuLayers });
  }
  const onCpu = await engine.generate(onGpu, generate("says a word, then the GPU fails"), { onEvents: () => {} });
  expect(onCpu.stopReason).toBe("stop");
});

test("crashes of a model on the CPU say nothing against the GPU", async () => {
  const { engine } = supervise();
  for (let i = 0; i < 3; i++)
    await expect(ask(engine, "burst, then die")).rejects.toMatchObject({ code: "engineCrashed" });
  expect(await engine.load({ ...load(), gpu: "vulkan" })).toMatchObject({ gpuLayers: 31, notices: [] });
});

test("a model that was dropped is loaded again", async () => {
  const { engine } = supervise();
  await ask(engine, "hello");
  await (await engine.client()).unload();
  expect((await ask(engine, "hello")).result.model.loadMs).toBe(2);
  await engine.unload();
  expect((await ask(engine, "hello")).result.model.loadMs).toBe(3);
});

test("too many crashes: it gives up, says so, and restarts when asked to", async () => {
  const { engine } = supervise();
  for (let crash = 0; crash < 6; crash++) {
    const client = await engine.client();
    process.kill(client.pid, "SIGKILL");
    await new Promise((resolve) => client.onExit(resolve));
  }
  await expect(ask(engine, "hello")).rejects.toMatchObject({
    code: "engineGaveUp",
    message: expect.stringMatching("6 times within 3 minutes"),
  });
  expect(engine.health.state).toBe("failed");
  await engine.restart();
  expect((await ask(engine, "hello")).text).toBe("hello");
});

test("a start that failed is the caller's error, and is tried again when asked again", async () => {
  const { engine } = supervise("diesAtStart");
  await expect(engine.client()).rejects.toMatchObject({ code: "engineStartFailed" });
  expect(engine.health).toMatchObject({ state: "failed", error: { code: "engineStartFailed" } });
  await expect(engine.client()).rejects.toMatchObject({ code: "engineStartFailed" });
});

test("questions to two models at once are each answered by their own", async () => {
  const { engine } = supervise();
  const models = ["a", "b", "a", "b", "b", "a"];
  const answers = await Promise.all(models.map((model) => ask(engine, "hello", model)));
  expect(answers.map(({ result }) => result.model.id)).toEqual(models);
});

test("a question to another model that is stopped while it waits holds up nobody", async () => {
  const { engine } = supervise();
  const abort = new AbortController();
  let begun = () => {};
  const firstText = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const running = engine.generate(load("a"), generate("until cancelled"), {
    onEvents: (e) => textOf(e) && begun(),
    signal: abort.signal,
  });
  await firstText;
  const stop = new AbortController();
  const waiting = ask(engine, "hello", "b", stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  // Beside the one that runs.
  expect((await ask(engine, "hello", "a")).text).toBe("hello");
  abort.abort();
  expect((await running).stopReason).toBe("cancelled");
});

test("restart ends the running generation as cancelled, not as a crash", async () => {
  const { engine, health } = supervise();
  let begun = () => {};
  const firstText = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const cutOff = engine.generate(load(), generate("think for ever"), { onEvents: (e) => textOf(e) && begun() });
  const ended = expect(cutOff).rejects.toMatchObject({ code: "cancelled" });
  await firstText;
  await engine.restart();
  await ended;
  expect(health).not.toContain("restarting");
  expect(engine.health).toEqual({ state: "ready" });
});

test("abort before the generation began rejects with cancelled and blocks nobody", async () => {
  const { engine } = supervise();
  await expect(ask(engine, "hello", "model", AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
  const abort = new AbortController();
  const starting = ask(engine, "hello", "endless", abort.signal);
  abort.abort();
  await expect(starting).rejects.toMatchObject({ code: "cancelled" });
  expect((await ask(engine, "hello")).text).toBe("hello");
});

test("disposed while starting or waiting to restart: no process stays", async () => {
  const { engine } = supervise();
  const starting = engine.client();
  await engine.dispose();
  expect(isAlive((await starting).pid)).toBe(false);

  const second = supervise().engine;
  const client = await second.client();
  process.kill(client.pid, "SIGKILL");
  await new Promise((resolve) => client.onExit(resolve));
  expect(second.health.state).toBe("restarting");
  const restarted = second.client();
  const ended = expect(restarted).rejects.toMatchObject({ code: "cancelled" });
  await second.dispose();
  await ended;
});
