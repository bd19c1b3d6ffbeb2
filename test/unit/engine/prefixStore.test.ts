import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { thisHost } from "../../../src/common/thisHost.ts";
import { PrefixKeeper } from "../../../src/engine/cache/prefixKeeper.ts";
import { type KeptSequence, PrefixStore } from "../../../src/engine/cache/prefixStore.ts";

const bytesPerToken = 10;

/** Saves its tokens as text of ten bytes each. */
class FakeSequence implements KeptSequence {
  readonly contextSize = 4_096;
  tokens: number[];
  saved = 0;
  restored = 0;
  failing = false;

  constructor(tokens: number[] = []) {
    this.tokens = tokens;
  }

  async save(path: string): Promise<number> {
    this.saved++;
    if (this.failing) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    writeFileSync(path, this.tokens.map((token) => String(token).padStart(bytesPerToken)).join(""));
    return bytesPerToken * this.tokens.length;
  }

  async restore(path: string, tokens: readonly number[]): Promise<void> {
    const content = readFileSync(path, "utf8");
    expect(content.length).toBe(bytesPerToken * tokens.length);
    this.tokens = [...tokens];
    this.restored++;
  }
}

const text = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

describe("evaluated prompts on disk", () => {
  let folder = "";
  let log: string[] = [];
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "hunch-kv-")), "kv");
    log = [];
  });
  afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

  const open = (key: unknown = "model", limitBytes = 1e6) =>
    new PrefixStore({ folder, key, limitBytes, log: (level, message) => log.push(`${level} ${message}`) });
  const files = (end = "") => readdirSync(folder).filter((name) => name.endsWith(end));
  const warnings = () => log.filter((line) => line.startsWith("warn"));

  it("is found again by a prompt that begins alike", async () => {
    await open().keep(new FakeSequence(text(1_000)), "chat");
    const other = new FakeSequence();
    expect(await open().restore(other, [...text(900), 7, 7, 7])).toBe(true);
    expect(other.tokens).toEqual(text(1_000));
    expect(warnings()).toEqual([]);
    expect(files(".part")).toEqual([]);
  });

  it("is not taken for a prompt that shares little with it, or that the cache holds already", async () => {
    await open().keep(new FakeSequence(text(3_000)), "chat");
    expect(await open().restore(new FakeSequence(), [...text(200), ...text(2_000, 9_000)])).toBe(false);
    expect(await open().restore(new FakeSequence(), [...text(600), ...text(2_000, 9_000)])).toBe(false);
    expect(await open().restore(new FakeSequence(text(2_900)), text(3_000))).toBe(false);
    expect(await open().restore(new FakeSequence(text(2_000)), text(3_000))).toBe(true);
  });

  it("nothing short is kept", async () => {
    await open().keep(new FakeSequence(text(100)), "chat");
    expect(await open().restore(new FakeSequence(), text(100))).toBe(false);
  });

  it("the longest common beginning wins", async () => {
    await open().keep(new FakeSequence(text(500)), "short");
    await open().keep(new FakeSequence(text(800)), "long");
    const sequence = new FakeSequence();
    await open().restore(sequence, text(1_000));
    expect(sequence.tokens).toHaveLength(800);
  });

  it("of one conversation the last state is kept, once", async () => {
    for (const length of [500, 600, 700, 700]) await open().keep(new FakeSequence(text(length)), "chat");
    expect(files(".kv")).toHaveLength(1);
    await open().keep(new FakeSequence(text(700, 5)), "another");
    expect(files(".kv")).toHaveLength(2);
    // What is the beginning of something longer is of no more use.
    await open().keep(new FakeSequence(text(900, 5)), "a third");
    expect(files(".kv")).toHaveLength(2);
  });

  it("of another key is not seen, and is left where it is", async () => {
    await open({ sha256: "a", kvType: "f16" }).keep(new FakeSequence(text(500)), "chat");
    const other = open({ sha256: "a", kvType: "q8_0" });
    expect(await other.restore(new FakeSequence(), text(500))).toBe(false);
    expect(files(".kv")).toHaveLength(1);
  });

  const damages: [string, (path: string) => void][] = [
    ["cut short", (path) => truncateSync(path, 1_234)],
    ["of one byte changed", (path) => writeFileSync(path, readFileSync(path).fill(0x78, 3_000, 3_001))],
    ["empty", (path) => writeFileSync(path, "")],
    ["something else", (path) => writeFileSync(path, "not a state".repeat(10_000))],
  ];
  it.each(damages)("a file that is %s is never handed to llama.cpp, and is dropped", async (_, damage) => {
    await open().keep(new FakeSequence(text(1_000)), "chat");
    damage(join(folder, files(".kv")[0]!));
    const sequence = new FakeSequence();
    expect(await open().restore(sequence, text(1_000))).toBe(false);
    expect(sequence.restored).toBe(0);
    expect(warnings()).toHaveLength(1);
    expect(files()).toEqual([]);
  });

  it("a description that is damaged or alone is dropped", async () => {
    await open().keep(new FakeSequence(text(1_000)), "chat");
    writeFileSync(join(folder, files(".json")[0]!), '{"format": 1, "tok');
    expect(await open().restore(new FakeSequence(), text(1_000))).toBe(false);
    expect(files()).toEqual([]);
    await open().keep(new FakeSequence(text(1_000)), "chat");
    rmSync(join(folder, files(".kv")[0]!));
    expect(await open().restore(new FakeSequence(), text(1_000))).toBe(false);
    expect(files()).toEqual([]);
  });

  it("a state that llama.cpp refuses is dropped", async () => {
    await open().keep(new FakeSequence(text(1_000)), "chat");
    const refusing = new FakeSequence();
    refusing.restore = () => Promise.reject(new Error("Failed to load state from file"));
    expect(await open().restore(refusing, text(1_000))).toBe(false);
    expect(files()).toEqual([]);
  });

  it("keeps to its limit: those not used for longest go", async () => {
    const limited = () => open("model", 25_000);
    for (const [i, name] of ["a", "b"].entries()) {
      await limited().keep(new FakeSequence(text(1_000, 10_000 * i)), name);
      for (const file of files(".json")) {
        const { conversation } = JSON.parse(readFileSync(join(folder, file), "utf8"));
        if (conversation === name) utimesSync(join(folder, file), 1_000 + i, 1_000 + i);
      }
    }
    await limited().restore(new FakeSequence(), text(1_000)); // the older one is used
    await limited().keep(new FakeSequence(text(1_000, 50_000)), "c");
    expect(await limited().restore(new FakeSequence(), text(1_000))).toBe(true);
    expect(await limited().restore(new FakeSequence(), text(1_000, 50_000))).toBe(true);
    expect(await limited().restore(new FakeSequence(), text(1_000, 10_000))).toBe(false);
    await limited().keep(new FakeSequence(text(3_000, 70_000)), "too large");
    expect(files(".kv")).toHaveLength(2);
  });

  it("what can not fit is written once at most: then it is known what tokens take", async () => {
    const store = open("model", 25_000);
    const keeper = new PrefixKeeper(store);
    const sequence = new FakeSequence();
    await keeper.exchange(sequence, text(3_000), "chat");
    sequence.tokens = text(3_000);
    for (let question = 0; question < 3; question++) {
      await keeper.keepIdle(() => false);
      expect(keeper.isBehind).toBe(false);
    }
    await keeper.keepAll();
    expect([sequence.saved, files()]).toEqual([1, []]);
    sequence.tokens = text(2_000);
    expect(keeper.isBehind).toBe(true);
    await keeper.keepIdle(() => false);
    expect(files(".kv")).toHaveLength(1);
    // Another process sees it in what is there.
    const later = new FakeSequence(text(3_000));
    await open("model", 25_000).keep(later, "chat");
    expect(later.saved).toBe(0);
  });

  it("nothing is written that would leave too little of the disk", async () => {
    await open("model", 1e18).keep(new FakeSequence(text(1_000)), "chat");
    // As if tokens took so much that as many more fit on the disk, with nothing to spare.
    const path = join(folder, files(".json")[0]!);
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), bytes: bavail * bsize }));
    const sequence = new FakeSequence(text(1_000, 5_000));
    await open("model", 1e18).keep(sequence, "another");
    expect(sequence.saved).toBe(0);
    expect(log.at(-1)).toMatch(/the disk is nearly full/);
  });

  it("a lower limit is applied to what is there, of every key", async () => {
    for (const [i, key] of ["a", "b"].entries()) {
      await open(key).keep(new FakeSequence(text(1_000, 10_000 * i)), key);
      for (const file of files(".json").filter((file) => readFileSync(join(folder, file), "utf8").includes(`"${key}"`)))
        utimesSync(join(folder, file), 1_000 + i, 1_000 + i);
    }
    await open("c", 15_000).trim();
    expect(await open("a").restore(new FakeSequence(), text(1_000))).toBe(false);
    expect(await open("b").restore(new FakeSequence(), text(1_000, 10_000))).toBe(true);
    expect(files()).toHaveLength(2);
  });

  it("a limit that nobody chose takes nothing from those who keep more, until one is chosen", async () => {
    for (let i = 0; i < 4; i++) await open("editor").keep(new FakeSequence(text(1_000, 10_000 * i)), `chat ${i}`);
    const limits = { limitBytes: 15_000, sparesOthers: true };
    const store = new PrefixStore({ folder, key: "terminal", ...limits, log: (level, text) => log.push(level + text) });
    await store.trim();
    expect(files(".kv")).toHaveLength(4);
    // One makes way for what is written; as it grows, it takes its own place.
    for (const length of [900, 950, 1_000]) await store.keep(new FakeSequence(text(length, 90_000)), "question");
    expect(files(".kv")).toHaveLength(4);
    store.limit(35_000);
    await store.trim();
    expect(files(".kv")).toHaveLength(3);
    expect(warnings()).toEqual([]);
  });

  it("where none is wanted, everything goes but what others write", async () => {
    await open().keep(new FakeSequence(text(1_000)), "chat");
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    // The number of a process that is gone here may be one that lives on another machine with the same home folder.
    const theirs = [`b.${thisHost}-${process.ppid}.part`, `d.01234567-${dead}.part`];
    const left = `e.89abcdef-${dead}.part`;
    for (const name of ["just written.kv", ...theirs, `c.${thisHost}-${dead}.part`, left])
      writeFileSync(join(folder, name), "x");
    // What another machine left long ago nobody writes any more.
    utimesSync(join(folder, left), 1_000, 1_000);
    await open("model", 0).trim();
    expect(files().sort()).toEqual(theirs);
    expect(warnings()).toEqual([]);
  });

  it("what is being written when none is wanted any more does not stay, and no more comes", async () => {
    const store = open();
    const keeper = new PrefixKeeper(store);
    const sequence = new FakeSequence();
    await keeper.exchange(sequence, text(1_000), "chat");
    sequence.tokens = text(1_000);
    const { save } = sequence;
    sequence.save = async (path) => {
      const bytes = await save.call(sequence, path);
      keeper.limit(0);
      await open("model", 0).trim();
      return bytes;
    };
    await keeper.keepAll();
    sequence.save = save;
    keeper.limit(1e6);
    await keeper.keepAll();
    expect(files()).toEqual([]);
    expect(warnings()).toEqual([]);
  });

  it("a limit that was lowered and set back is what it was, for what is said from then on", async () => {
    const keeper = new PrefixKeeper(open());
    const [sequence, other] = [new FakeSequence(), new FakeSequence()];
    await keeper.exchange(sequence, text(1_000), "chat");
    sequence.tokens = text(1_000);
    keeper.limit(0);
    await keeper.exchange(other, text(1_000, 5_000), "said meanwhile");
    other.tokens = text(1_000, 5_000);
    keeper.limit(2e6);
    await keeper.keepAll();
    expect([sequence.saved, other.saved]).toEqual([0, 0]);
    await keeper.exchange(sequence, text(1_200), "chat");
    sequence.tokens = text(1_200);
    await keeper.keepAll();
    expect(readFileSync(join(folder, files(".kv")[0]!), "utf8")).toHaveLength(1_200 * bytesPerToken);
    expect(files()).toHaveLength(2);
    // No more than the model was loaded with.
    await keeper.exchange(other, text(110_000, 5_000), "too long");
    other.tokens = text(110_000, 5_000);
    expect(keeper.isBehind).toBe(false);
  });

  it("a full disk costs the snapshot and nothing else", async () => {
    await open().keep(new FakeSequence(text(600)), "before");
    const sequence = new FakeSequence(text(1_000, 2_000));
    sequence.failing = true;
    await open().keep(sequence, "chat");
    sequence.failing = false;
    sequence.save = async (path) => {
      writeFileSync(path, "half");
      return 10_000;
    };
    await open().keep(sequence, "chat");
    expect(warnings()).toHaveLength(2);
    expect(files()).toHaveLength(2);
    expect(await open().restore(new FakeSequence(), text(600))).toBe(true);
  });

  it("what a process that died left is removed after a while, not at once", async () => {
    await open().keep(new FakeSequence(text(600)), "chat");
    for (const name of ["old.kv", "old.99.part", "new.kv"]) writeFileSync(join(folder, name), "x");
    for (const name of ["old.kv", "old.99.part"]) utimesSync(join(folder, name), 1_000, 1_000);
    await open().restore(new FakeSequence(), text(600));
    expect(files().filter((name) => /^(old|new)/.test(name))).toEqual(["new.kv"]);
  });

  it("what it left half-written is removed at the beginning, and what others write is not", async () => {
    await open().keep(new FakeSequence(text(600)), "chat");
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const of = (pid: number | undefined, host = thisHost) => `${host}-${pid}.part`;
    const theirs = [`b.${of(process.ppid)}`, `e.${of(dead, "0123abcd")}`];
    const gone = [`a.${of(process.pid)}`, `c.${of(dead)}`, `d.json.${of(dead)}`];
    for (const name of [...theirs, ...gone]) writeFileSync(join(folder, name), "x");
    await open().clean();
    // Whether a process lives can be told of this machine's alone.
    expect(files(".part")).toEqual(theirs);
    expect(files()).toHaveLength(4);
  });

  describe("as a conversation goes on", () => {
    const keep = async (keeper: PrefixKeeper) => {
      await keeper.keepIdle(() => false);
      return files(".kv").length === 0 ? 0 : Number(readFileSync(join(folder, files(".kv")[0]!), "utf8").length);
    };

    it("it is written when so much has come that it should not be lost, and at the end when anything has", async () => {
      const keeper = new PrefixKeeper(open("model", 1e6));
      const sequence = new FakeSequence();
      await keeper.exchange(sequence, text(900), "chat");
      sequence.tokens = text(900);
      expect(keeper.isBehind).toBe(false);
      sequence.tokens = text(1_100);
      expect(keeper.isBehind).toBe(true);
      await keeper.keepIdle(() => true);
      expect(keeper.isBehind).toBe(true);
      expect(await keep(keeper)).toBe(1_100 * bytesPerToken);
      expect(keeper.isBehind).toBe(false);
      sequence.tokens = text(2_000);
      expect(await keep(keeper)).toBe(1_100 * bytesPerToken);
      sequence.tokens = text(2_200);
      expect(await keep(keeper)).toBe(2_200 * bytesPerToken);
      sequence.tokens = text(2_700);
      await keeper.keepAll();
      expect(await keep(keeper)).toBe(2_700 * bytesPerToken);
    });

    it("what failed is tried again; what came from disk is not written again", async () => {
      const keeper = new PrefixKeeper(open());
      const sequence = new FakeSequence();
      await keeper.exchange(sequence, text(1_100), "chat");
      sequence.tokens = text(1_100);
      sequence.failing = true;
      await keeper.keepIdle(() => false);
      expect(keeper.isBehind).toBe(true);
      sequence.failing = false;
      await keeper.keepIdle(() => false);
      const later = new PrefixKeeper(open());
      const restored = new FakeSequence();
      await later.exchange(restored, text(1_200), "chat");
      expect([restored.restored, later.isBehind]).toEqual([1, false]);
    });
  });
});
