/** Programs that share an engine, when it dies or is restarted: what each makes of what another one did. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { maxRestarts } from "../../../src/client/restartPolicy.ts";
import type { SharingOptions } from "../../../src/client/sharedEngine.ts";
import { EngineSupervisor } from "../../../src/client/supervisor.ts";
import type { GenerationEvent, LoadParams } from "../../../src/common/protocol.ts";
import { Rendezvous } from "../../../src/sharing/rendezvous.ts";
import { fakeEngine, generate, isAlive, load, textOf } from "./fake.ts";

let folder = "";
const programs: EngineSupervisor[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hunch-shared-"));
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((each) => each.dispose()));
  rmSync(folder, { recursive: true, force: true });
});

const onGpu = { ...load(), gpu: "auto" } as const;

/** A window with its engine's states. */
function program(sharing: Partial<SharingOptions> = {}, params: LoadParams = onGpu) {
  const health: string[] = [];
  const engine = new EngineSupervisor({
    ...fakeEngine(),
    enginePath: fileURLToPath(new URL("fakeSharedEngine.mjs", import.meta.url)),
    sharing: { folder, lingerMs: 200, ...sharing },
    restartDelayMs: 10,
    onHealth: ({ state }) => health.push(state),
  });
  programs.push(engine);
  const ask = async (prompt: string, signal?: AbortSignal) => {
    const events: GenerationEvent[] = [];
    const { model } = await engine.generate(params, generate(prompt), { onEvents: (e) => events.push(...e), signal });
    return { text: textOf(events), model };
  };
  return { engine, health, ask };
}

/** Two with the model on the GPU, of whose failure both have heard. */
async function twoOnCpu() {
  const [a, b] = [program(), program()];
  for (const { engine } of [a, b]) expect(await engine.load(onGpu)).toMatchObject({ gpuLayers: 31 });
  expect(await a.ask("out of memory on the GPU")).toMatchObject({ model: { gpuLayers: 0 } });
  expect(await b.ask("hello")).toMatchObject({ model: { gpuLayers: 0, loadMs: 1 } });
  return [a, b] as const;
}

test("restarted by one program, all try the GPU again: neither loads the model anew for its question", async () => {
  const [a, b] = await twoOnCpu();
  await a.engine.restart();
  // First the other one: nobody has the model on the GPU yet.
  expect(await b.engine.load(onGpu)).toMatchObject({ gpuLayers: 31, notices: [] });
  for (const { ask } of [a, b, a]) expect(await ask("hello")).toMatchObject({ model: { gpuLayers: 31, loadMs: 1 } });
});

test("restarted by another program while one is answered: its next question outlives the GPU's next failure", async () => {
  const [a, b] = await twoOnCpu();
  const abort = new AbortController();
  const running = b.ask("until cancelled", abort.signal);
  await expect.poll(() => b.engine.health.state).toBe("busy");
  b.health.length = 0;
  await a.engine.restart();
  expect(await b.ask("out of memory on the GPU")).toMatchObject({ model: { gpuLayers: 0 } });
  // It was tried.
  expect(b.health).toContain("restarting");
  abort.abort();
  expect(await running).toMatchObject({ text: "until cancelled" });
});

/** Lets the engine die of what `a` asks until `b`, which asks nothing, does not start it again. @param deaths until then */
async function dieTooOften(a: ReturnType<typeof program>, b: ReturnType<typeof program>, deaths: number) {
  for (let left = deaths; left > 0; left--) {
    // Connected again: the next death is one of its engine too.
    await b.engine.client();
    await expect(a.ask("die")).rejects.toMatchObject({ code: "engineCrashed" });
    await expect.poll(() => b.engine.health.state).not.toBe("ready");
  }
  expect(b.engine.health.state).toBe("off");
}

test("restarted while the other one was not connected: that one sees the model on the GPU, and takes it there", async () => {
  const [a, b] = await twoOnCpu();
  await dieTooOften(a, b, maxRestarts);
  await a.engine.restart();
  expect(await a.engine.load(onGpu)).toMatchObject({ gpuLayers: 31 });
  for (const { ask } of [b, a]) expect(await ask("hello")).toMatchObject({ model: { gpuLayers: 31, loadMs: 1 } });
});

test("an engine that dies too often of what another program asked is not given up where nothing was asked", async () => {
  const [a, b] = [program({}, load()), program({}, load())];
  await b.ask("hello");
  await dieTooOften(a, b, maxRestarts + 1);
  await expect(a.ask("hello")).rejects.toMatchObject({ code: "engineGaveUp" });
  expect((await b.ask("hello")).text).toBe("hello");
});

test("Restart Engine of a program that is not connected ends the engine of the others too", async () => {
  const [a, b] = [program(), program()];
  await a.ask("hello");
  const { pid } = await a.engine.client();
  await b.engine.restart();
  expect((await b.engine.client()).pid).not.toBe(pid);
  await a.ask("hello");
  expect((await a.engine.client()).pid).toBe((await b.engine.client()).pid);
});

test("an older version's engine where all machines met is replaced; what another machine's left there stays", async () => {
  const build = (version: string) => ({ protocolVersion: 2, version, hash: version });
  const newer = (at: string) => program({ folder: join(folder, at), formerFolder: folder, build: build("1.10.0") });
  const { pid } = await program({ build: build("1.9.0") }).engine.client();
  const place = new Rendezvous(folder);
  const left = place.read()!;
  await newer("here").engine.client();
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  expect(place.read()).toBeNull();
  place.publish(left);
  await newer("there").engine.client();
  expect(place.read()).toEqual(left);
});

test("a program that came after the GPU's failure has the model there: the other one follows, and none loads it anew", async () => {
  const a = program();
  await a.engine.load(onGpu);
  expect(await a.ask("out of memory on the GPU")).toMatchObject({ model: { gpuLayers: 0 } });
  const b = program();
  const { loadMs } = await b.engine.load(onGpu);
  for (const { ask } of [a, b, a, b]) expect(await ask("hello")).toMatchObject({ model: { gpuLayers: 31, loadMs } });
});
