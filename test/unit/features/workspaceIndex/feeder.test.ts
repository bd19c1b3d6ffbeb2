import { describe, expect, it, vi } from "vitest";
import type { EngineClient } from "../../../../src/client/engineClient.ts";
import type { IndexDocumentsParams } from "../../../../src/common/indexProtocol.ts";

import { Feeder } from "../../../../src/features/workspaceIndex/feeder.ts";

/** An index as the engine keeps it, files as the workspace has them, and an engine that can be busy. */
class World {
  readonly indexed = new Map<string, { version: string; text: string }>();
  readonly files = new Map<string, { version: string; text: string | null }>();
  readonly pieces: IndexDocumentsParams[] = [];
  readonly log: string[] = [];
  readonly abort = new AbortController();
  walks = 0;
  /** Paths that were looked for. */
  readonly found: string[][] = [];
  isBusy = false;
  /** Walks come upon no more files than these. */
  mostListed = Number.POSITIVE_INFINITY;
  mostDocuments = Number.POSITIVE_INFINITY;
  readonly feeder: Feeder;

  constructor() {
    const client = {
      openIndex: async () => ({
        isOpen: true,
        versions: Object.fromEntries([...this.indexed].map(([path, { version }]) => [path, version])),
        tokens: 0,
      }),
      indexDocuments: async (params: IndexDocumentsParams) => {
        this.pieces.push(params);
        for (const path of params.removed) this.indexed.delete(path);
        const refused: string[] = [];
        for (const { path, ...document } of params.documents)
          if (this.indexed.size < this.mostDocuments) this.indexed.set(path, document);
          else refused.push(path);
        return { tokens: this.indexed.size, refused };
      },
    } as unknown as EngineClient;
    const entry = (path: string) => {
      const file = this.files.get(path);
      return file ? { path, version: file.version } : null;
    };
    this.feeder = new Feeder(
      {
        whenIdle: async (work) => (this.isBusy ? null : work(client)),
        workspace: "w",
        list: async () => {
          this.walks++;
          const files = [...this.files.keys()].slice(0, this.mostListed).map((path) => entry(path)!);
          return { files, isCut: files.length === this.mostListed };
        },
        find: async (paths) => {
          this.found.push([...paths]);
          const within = (path: string) => [...this.files.keys()].filter((file) => file.startsWith(`${path}/`));
          const wanted = paths.flatMap((path) => [path, ...within(path)]);
          return { files: wanted.map(entry).filter((file) => file !== null), isCut: false };
        },
        exists: async (path) => this.files.has(path),
        read: async (path) => this.files.get(path)?.text ?? null,
        log: (message) => this.log.push(message),
        busyPauseMs: 1,
        piecePauseMs: 1,
        gatherPauseMs: 1,
      },
      this.abort.signal,
    );
  }

  async ends(run: Promise<void>): Promise<void> {
    this.abort.abort();
    await run;
  }
}

describe("Feeder", () => {
  it("sends what is new or changed and drops what is gone", async () => {
    const world = new World();
    world.indexed.set("same", { version: "1", text: "kept" });
    world.indexed.set("changed", { version: "1", text: "old" });
    world.indexed.set("gone", { version: "1", text: "old" });
    world.files.set("same", { version: "1", text: "not read" });
    world.files.set("changed", { version: "2", text: "new" });
    world.files.set("added", { version: "1", text: "added" });
    world.files.set("binary", { version: "1", text: null });
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.log).toHaveLength(1));
    expect([...world.indexed.keys()].sort()).toEqual(["added", "changed", "same"]);
    expect(world.indexed.get("changed")).toEqual({ version: "2", text: "new" });
    expect(world.indexed.get("same")?.text).toBe("kept");
    await world.ends(run);
  });

  it("drops of what a walk over too many files did not come upon only what is gone", async () => {
    const world = new World();
    world.files.set("a", { version: "1", text: "a" });
    for (const path of ["b", "c"]) {
      world.files.set(path, { version: "1", text: path });
      world.indexed.set(path, { version: "1", text: path });
    }
    world.indexed.set("gone", { version: "1", text: "old" });
    world.mostListed = 1;
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.log.at(-1)).toContain("1 dropped"));
    expect([...world.indexed.keys()].sort()).toEqual(["a", "b", "c"]);
    expect(world.log[0]).toContain("too many files");
    await world.ends(run);
  });

  it("sends large workspaces in pieces", async () => {
    const world = new World();
    for (let i = 0; i < 20; i++) world.files.set(`file ${i}`, { version: "1", text: "x".repeat(20_000) });
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.indexed.size).toBe(20));
    expect(world.pieces.length).toBe(5);
    await world.ends(run);
  });

  it("waits while the engine is busy, and sends nothing after its end", async () => {
    const world = new World();
    world.files.set("a", { version: "1", text: "a" });
    world.isBusy = true;
    const run = world.feeder.run();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(world.pieces).toHaveLength(0);
    world.isBusy = false;
    await vi.waitFor(() => expect(world.indexed.size).toBe(1));
    world.isBusy = true;
    world.files.set("b", { version: "1", text: "b" });
    world.feeder.touch("b");
    await new Promise((resolve) => setTimeout(resolve, 10));
    await world.ends(run);
    expect([...world.indexed.keys()]).toEqual(["a"]);
  });

  it("follows files that are saved and deleted", async () => {
    const world = new World();
    world.files.set("a", { version: "1", text: "a" });
    world.files.set("b", { version: "1", text: "b" });
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.log).toHaveLength(1));
    world.files.set("a", { version: "2", text: "a, changed" });
    world.feeder.touch("a");
    await vi.waitFor(() => expect(world.indexed.get("a")?.text).toBe("a, changed"));
    world.files.delete("b");
    world.feeder.touch("b");
    await vi.waitFor(() => expect(world.indexed.has("b")).toBe(false));
    await world.ends(run);
  });

  it("follows folders that are renamed and deleted, of which only their own path is told", async () => {
    const world = new World();
    for (const path of ["w/old/a", "w/old/in/b", "w/older/c"]) world.files.set(path, { version: "1", text: path });
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.log).toHaveLength(1));
    world.files.delete("w/old/a");
    world.files.delete("w/old/in/b");
    for (const path of ["w/new/a", "w/new/in/b"]) world.files.set(path, { version: "1", text: path });
    world.feeder.touch("w/old");
    world.feeder.touch("w/new");
    await vi.waitFor(() => expect([...world.indexed.keys()].sort()).toEqual(["w/new/a", "w/new/in/b", "w/older/c"]));
    expect(world.found).toEqual([["w/old", "w/new", "w/old/a", "w/old/in/b"]]);
    await world.ends(run);
  });

  it("looks for what changes together at once, and for very much in a walk", async () => {
    const world = new World();
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.log).toHaveLength(1));
    const paths = Array.from({ length: 250 }, (_, i) => `file ${i}`);
    for (const path of paths) world.files.set(path, { version: "1", text: path });
    for (const path of paths.slice(0, 3)) world.feeder.touch(path);
    await vi.waitFor(() => expect(world.indexed.size).toBe(3));
    expect(world.found).toEqual([paths.slice(0, 3)]);
    expect(world.walks).toBe(1);
    for (const path of paths) world.feeder.touch(path);
    await vi.waitFor(() => expect(world.indexed.size).toBe(250));
    expect([world.walks, world.found.length]).toEqual([2, 1]);
    await world.ends(run);
  });

  it("sends nothing for files that are as they were, or never were in the index", async () => {
    const world = new World();
    world.files.set("a", { version: "1", text: "a" });
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.log).toHaveLength(1));
    const { length } = world.pieces;
    for (const path of ["a", "build output"]) world.feeder.touch(path);
    await vi.waitFor(() => expect(world.found).toHaveLength(1));
    world.files.set("b", { version: "1", text: "b" });
    world.feeder.touch("b");
    await vi.waitFor(() => expect(world.indexed.has("b")).toBe(true));
    expect(world.pieces).toHaveLength(length + 1);
    await world.ends(run);
  });

  it("stops at a full index and says so", async () => {
    const world = new World();
    world.mostDocuments = 2;
    for (let i = 0; i < 9; i++) world.files.set(`file ${i}`, { version: "1", text: "x".repeat(40_000) });
    const run = world.feeder.run();
    await vi.waitFor(() => expect(world.log.some((line) => line.includes("full"))).toBe(true));
    expect(world.pieces.length).toBe(2);
    await world.ends(run);
  });
});
