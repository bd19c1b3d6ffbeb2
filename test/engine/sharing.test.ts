/** One engine for several programs: the real process, its socket, and what can go wrong between them. */
import { existsSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { shakeHands } from "../../src/client/handshake.ts";
import type { SharingOptions } from "../../src/client/sharedEngine.ts";
import { SharedLink } from "../../src/client/sharedLink.ts";
import { generateRequest } from "../../src/common/protocol.ts";
import { sharedEnginePlace, thisUser } from "../../src/models/folder.ts";
import { Rendezvous } from "../../src/sharing/rendezvous.ts";
import { Cli, isGone } from "./support/cli.ts";
import { generateParams, TestEngine } from "./support/engine.ts";
import { newPlace, ofVersion, Program, recordOf } from "./support/sharing.ts";

const programs: Program[] = [];
const engines: TestEngine[] = [];
afterEach(async () => {
  await Promise.all(programs.splice(0).map(({ supervisor }) => supervisor.dispose()));
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});

function program(place: SharingOptions, model: keyof ReturnType<typeof models> = "chain"): Program {
  const opened = new Program(place, models()[model]);
  programs.push(opened);
  return opened;
}
const models = () => inject("scripted");

async function client(place: SharingOptions): Promise<TestEngine> {
  const engine = await TestEngine.start(undefined, {}, place);
  engines.push(engine);
  return engine;
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never: ${what}`);
}

const count = (letter: string, n: number) => Array.from({ length: n }, (_, i) => `${letter}${i}`).join(" ");

describe("two programs", () => {
  it("have one process and one model, and are answered in one batch", async () => {
    const place = newPlace();
    const [a, b] = [program(place), program(place)];
    expect(await b.load()).toEqual(await a.load());
    expect(await a.pid()).toBe(await b.pid());
    expect(await (await b.supervisor.client()).status({ devices: false })).toMatchObject({ clients: 2 });
    const answers = await Promise.all([a.ask({ conversationId: "a" }), b.ask({ conversationId: "b" })]);
    for (const { thinking, answer } of answers) {
      expect(thinking).toContain(count("t", 200));
      expect(answer).toContain(count("a", 40));
    }
    expect(Math.max(...answers.map(({ stats }) => stats.sharedPasses))).toBeGreaterThan(0);
    expect(b.health).not.toContain("restarting");
  });

  it("that start at once start one engine", async () => {
    const place = newPlace();
    const pids = await Promise.all([program(place), program(place), program(place)].map((each) => each.pid()));
    expect(new Set(pids).size).toBe(1);
  });

  it("the second is ready while the first is being answered", async () => {
    const place = newPlace();
    const [a, b] = [program(place, "loop"), program(place, "loop")];
    const abort = new AbortController();
    const { answer } = await a.askEndlessly(abort.signal);
    const model = await b.load();
    let ended = false;
    void answer.finally(() => {
      ended = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    abort.abort();
    expect(await answer).toMatchObject({ stopReason: "cancelled", model: { loadMs: model.loadMs } });
  });

  it("with two models are each answered by their own, in turn, and told why it takes time", async () => {
    const place = newPlace();
    const [a, b] = [program(place), program(place, "shortAnswer")];
    await Promise.all([a.load(), b.load()]);
    const ask = async (each: Program, times: number) => {
      const answers = [];
      for (let i = 0; i < times; i++) answers.push(await each.ask({ maxTokens: 1_200 }));
      return answers;
    };
    const [ofA, ofB] = await Promise.all([ask(a, 3), ask(b, 3)]);
    for (const { answer } of ofA) expect(answer).toContain(count("a", 40));
    for (const { answer } of ofB) expect(answer.trim()).toBe(count("a", 3));
    const notices = [...ofA, ...ofB].flatMap(({ events }) => events.filter(({ type }) => type === "notice"));
    expect(JSON.stringify(notices)).toContain("modelSwapped");
  });

  it("with other options for the same model share it where it does for both; alone, each has its own way", async () => {
    const place = newPlace();
    const [a, b] = [await client(place), await client(place)];
    const path = models().chain;
    expect(await a.load({ path, contextSize: 2048, threads: 1 })).toMatchObject({ contextSize: 2048 });
    // Alone, a changed setting takes effect.
    const first = await a.load({ path, contextSize: 4096, threads: 1 });
    expect(first).toMatchObject({ contextSize: 4096 });
    const less = { path, contextSize: 1024, threads: "auto", promptCacheBytes: 1e6, lanes: 2 } as const;
    expect(await b.load(less)).toEqual(first);
    for (const each of [a, b, a]) {
      const { events, model } = await each.ask();
      expect(events.filter(({ type }) => type === "notice")).toEqual([]);
      expect(model.loadMs).toBe(first.loadMs);
    }
    // Another cache is another model, as long as something of the way is asked for.
    expect(await b.load({ ...less, kvType: "q8_0", takesLoaded: true })).toMatchObject({ kvType: "f16" });
    const swapped = await b.load({ path, contextSize: 512, gpu: "off", strict: true });
    expect(swapped.contextSize).toBe(512);
    const notices = (await a.ask()).events.filter(({ type }) => type === "notice");
    expect(JSON.stringify(notices)).toContain("this model with options that do not go together");
  });

  it("keep the model in memory until neither wants it", async () => {
    const place = newPlace();
    const [a, b] = [await client(place), await client(place)];
    const path = models().chain;
    await a.load({ path });
    await b.load({ path });
    expect(await a.client.unload()).toEqual({ dropped: false });
    expect((await b.ask({ maxTokens: 5 })).thinking).toContain("t0");
    await expect(a.ask()).rejects.toMatchObject({ code: "modelNotLoaded" });
    expect(await b.client.unload()).toEqual({ dropped: true });
    expect(await b.client.status({ devices: false })).toMatchObject({ model: null, clients: 2 });
    await a.load({ path });
    await b.load({ path });
    expect(await a.client.unload({ forAll: true })).toEqual({ dropped: true });
    await expect(b.ask()).rejects.toMatchObject({ code: "modelNotLoaded" });
  });

  it("index a workspace each, and draft from their own", async () => {
    const place = newPlace();
    const [a, b] = [await client(place), await client(place)];
    const path = models().chain;
    await a.load({ path });
    await b.load({ path });
    await a.client.openIndex({ workspace: `of a ${Date.now()}` });
    await b.client.openIndex({ workspace: `of b ${Date.now()}` });
    const text = `${count("t", 200)}\n${count("a", 40)}\n`;
    await a.client.indexDocuments({ documents: [{ path: "said.txt", version: "1", text }], removed: [] });
    const drafted = async (each: TestEngine) =>
      (await each.ask({ speculation: "suffix" })).stats.byDrafter.suffix?.acceptedFromWorkspace ?? 0;
    expect(await drafted(b)).toBe(0);
    expect(await drafted(a)).toBeGreaterThan(60);
  });
});

describe("the engine", () => {
  it("ends some time after its last client, and leaves nothing to find", async () => {
    const place = newPlace();
    const engine = await TestEngine.start(undefined, {}, place);
    const { address } = recordOf(place);
    expect(existsSync(address)).toBe(true);
    await engine.stop();
    expect(await isGone(engine.client.pid)).toBe(true);
    expect(existsSync(address)).toBe(false);
    expect(new Rendezvous(place.folder).read()).toBeNull();
  });

  it("is the user's only: folder, socket and record", async () => {
    const place = newPlace();
    await client(place);
    const { address } = recordOf(place);
    expect(statSync(dirname(address)).mode & 0o077).toBe(0);
    expect(statSync(address).mode & 0o077).toBe(0);
  });

  it("lets nobody in without its token, and does nothing before it is shown", async () => {
    const place = newPlace();
    await client(place);
    const record = recordOf(place);
    const link = await SharedLink.open(record, () => {});
    await expect(link!.connection.sendRequest(generateRequest, generateParams())).rejects.toThrow("initialize");
    const who = { client: "test", logLevel: "info", stateFolder: place.folder } as const;
    const hello = shakeHands(link!, { ...who, token: "0".repeat(64) }, 5_000);
    await expect(hello).rejects.toMatchObject({ code: "unauthorized" });
    const without = await SharedLink.open(record, () => {});
    await expect(shakeHands(without!, who, 5_000)).rejects.toMatchObject({ code: "unauthorized" });
    // What is no message at all ends the connection, not the engine.
    const socket = createConnection(record.address);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    socket.destroy();
    expect(await (await client(place)).client.status({ devices: false })).toMatchObject({ pid: record.pid });
  });

  it("goes on when a client is killed in mid-answer, and drops that answer", async () => {
    const place = newPlace();
    const cache = place.folder;
    const asked = new Cli(
      [
        "ask",
        "Hello",
        "--shared",
        "--json",
        "--model",
        models().loop,
        "--max-tokens",
        "100000",
        "--gpu",
        "off",
        "--speculation",
        "off",
      ],
      { env: { XDG_CACHE_HOME: cache } },
    );
    await asked.until(({ type }) => type === "token");
    // The command was built, with its version in it; this test was not.
    const { folder } = sharedEnginePlace({ ...thisUser(), env: { XDG_CACHE_HOME: cache } });
    const other = await client({ folder, build: recordOf({ folder }) });
    expect(await other.client.status({ devices: false })).toMatchObject({ clients: 2, queueLength: 1 });
    asked.child.kill("SIGKILL");
    await until("the answer is dropped", async () => {
      const { clients, queueLength } = await other.client.status({ devices: false });
      return clients === 1 && queueLength === 0;
    });
    await other.client.retire();
  });

  it("killed while it answers two: both keep their text, and go on with one new engine", async () => {
    const place = newPlace();
    const [a, b] = [program(place, "loop"), program(place, "loop")];
    const answers = [await a.askEndlessly(), await b.askEndlessly()];
    process.kill(await a.pid(), "SIGKILL");
    for (const { answer, text } of answers) {
      await expect(answer).rejects.toMatchObject({ code: "engineCrashed", message: expect.stringMatching("thinking") });
      expect(text()).toContain("t0");
    }
    // Whoever has started it is told by the system how it ended.
    await expect(answers[0]!.answer).rejects.toThrow("SIGKILL");
    const [pidOfA, pidOfB] = await Promise.all([a.pid(), b.pid()]);
    expect(pidOfA).toBe(pidOfB);
    expect(a.health).toContain("restarting");
    expect((await b.ask({ maxTokens: 5 })).thinking).toContain("t0");
  });

  it("that left a stale record behind is replaced", async () => {
    const place = newPlace();
    const first = await TestEngine.start(undefined, {}, place);
    process.kill(first.client.pid, "SIGKILL");
    await isGone(first.client.pid);
    const { address, pid } = recordOf(place);
    expect(existsSync(address)).toBe(true);
    const second = await client(place);
    expect(second.client.pid).not.toBe(pid);
    expect(recordOf(place).pid).toBe(second.client.pid);
  });

  it("whose record is wrong is left alone, and another is started", async () => {
    const place = newPlace();
    const first = await client(place);
    const record = recordOf(place);
    new Rendezvous(place.folder).publish({ ...record, token: "f".repeat(64) });
    const second = await client(place);
    expect(second.client.pid).not.toBe(first.client.pid);
    expect(await first.client.status({ devices: false })).toMatchObject({ pid: first.client.pid });
  });

  it("can be restarted by one program: the others go over to the new one, without a crash", async () => {
    const place = newPlace();
    const [a, b] = [program(place), program(place)];
    const before = await a.pid();
    await b.ask({ maxTokens: 5 });
    await a.supervisor.restart();
    expect(await a.pid()).not.toBe(before);
    expect((await b.ask({ maxTokens: 5 })).thinking).toContain("t0");
    expect(await b.pid()).toBe(await a.pid());
    expect(b.health).not.toContain("restarting");
    expect(await isGone(before)).toBe(true);
  });
});

describe("versions", () => {
  it("a newer program replaces the engine; what runs there ends well, and the older program goes on with its own", async () => {
    const place = newPlace();
    const old = program(ofVersion("1.9.0", place));
    const before = await old.pid();
    let begun = () => {};
    const firstToken = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const running = old.ask({
      speculation: "off",
      onEvents: (events) => events.some(({ type }) => type === "tokens") && begun(),
    });
    await firstToken;
    const newer = program(ofVersion("1.10.0", place));
    expect(await newer.pid()).not.toBe(before);
    expect((await running).answer).toContain(count("a", 40));
    expect((await newer.ask({ maxTokens: 5 })).thinking).toContain("t0");
    expect((await old.ask({ maxTokens: 5 })).thinking).toContain("t0");
    expect(await old.pid()).not.toBe(await newer.pid());
    expect(old.health).not.toContain("restarting");
    expect(recordOf(place).version).toBe("1.10.0");
    expect(await isGone(before)).toBe(true);
  });

  it("two newer programs at once: one replaces it, the other comes to that one", async () => {
    const place = newPlace();
    await program(ofVersion("1.0.0", place)).pid();
    const pids = await Promise.all([1, 2, 3].map(() => program(ofVersion("2.0.0", place)).pid()));
    expect(new Set(pids).size).toBe(1);
  });

  it("another build of the same version is neither used nor replaced", async () => {
    const place = newPlace();
    const first = program(ofVersion("1.0.0", place));
    await first.pid();
    const build = { ...ofVersion("1.0.0", place).build!, hash: "another" };
    const second = program({ ...place, build });
    expect(await second.pid()).not.toBe(await first.pid());
    expect(recordOf(place).pid).toBe(await first.pid());
    expect(second.log.join("\n")).toContain("starts its own");
  });
});

describe("where no engine can be shared", () => {
  it("a program has its own, and says why", async () => {
    const sharing = { folder: "/dev/null/shared" };
    const own = program(sharing);
    expect((await own.ask({ maxTokens: 5 })).thinking).toContain("t0");
    expect(own.log.join("\n")).toMatch(/no engine can be shared/);
  });
});
