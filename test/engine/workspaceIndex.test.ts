/** The workspace index on the real engine: texts it was fed are drafted from, and come back after a restart. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { TestEngine } from "./support/engine.ts";

const words = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ");
/** What the scripted model is going to say; nothing of it is in the prompt. */
const text = `${words("t", 200)}\n${words("a", 40)}\n`;
const workspace = `index test ${Date.now()}`;

describe("the workspace index", () => {
  let engine: TestEngine;
  /** Accepted tokens of the same answer without an index. How much is drafted depends on what passes cost here. */
  let without: number;
  const path = inject("scripted").chain;
  beforeAll(async () => {
    engine = await TestEngine.start({ path });
  });
  afterAll(() => engine.stop());

  it("lets the decoder draft from files, with the same text as without", async () => {
    const before = await engine.ask({ speculation: "suffix" });
    without = before.stats.acceptedTokens;
    expect(await engine.client.openIndex({ workspace })).toEqual({ isOpen: true, versions: {}, tokens: 0 });
    const { tokens, refused } = await engine.client.indexDocuments({
      documents: [{ path: "said.txt", version: "1", text }],
      removed: [],
    });
    expect(tokens).toBeGreaterThan(240);
    expect(refused).toEqual([]);
    const after = await engine.ask({ speculation: "suffix" });
    expect(after.thinking).toBe(before.thinking);
    expect(after.answer).toBe(before.answer);
    expect(after.stats.acceptedTokens).toBeGreaterThan(without + 60);
    expect(after.stats.targetPasses).toBeLessThan(before.stats.targetPasses);
    expect(before.stats.byDrafter.suffix?.acceptedFromWorkspace).toBeUndefined();
    expect(after.stats.byDrafter.suffix!.acceptedFromWorkspace).toBeGreaterThan(60);
  });

  it("keeps files and earlier answers over a restart of the engine", async () => {
    await engine.stop();
    engine = await TestEngine.start({ path });
    const { versions, tokens } = await engine.client.openIndex({ workspace });
    expect(versions).toEqual({ "said.txt": "1" });
    await engine.client.indexDocuments({ documents: [], removed: ["said.txt"] });
    const emptied = await engine.client.openIndex({ workspace });
    expect(emptied.versions).toEqual({});
    expect(emptied.tokens).toBeLessThan(tokens);
    expect(emptied.tokens).toBeGreaterThan(0);
    // The file is gone, the answer of the test before is there.
    const { stats } = await engine.ask({ speculation: "suffix" });
    expect(stats.acceptedTokens).toBeGreaterThan(without + 30);
  });

  it("drafts from nothing once it is closed", async () => {
    await engine.client.openIndex({ workspace: null });
    await expect(engine.client.indexDocuments({ documents: [], removed: [] })).rejects.toThrow("No index is open");
    const { stats } = await engine.ask({ speculation: "suffix" });
    expect(stats.acceptedTokens).toBeLessThan(without + 30);
  });

  it("stays closed when it is closed before it could be opened, behind an answer", async () => {
    let asked: Promise<{ isOpen: boolean }[]> | null = null;
    await engine.ask({
      onEvent: () => {
        asked ??= Promise.all([workspace, null].map((named) => engine.client.openIndex({ workspace: named })));
      },
    });
    expect((await asked!).map(({ isOpen }) => isOpen)).toEqual([false, false]);
    await expect(engine.client.indexDocuments({ documents: [], removed: [] })).rejects.toThrow("No index is open");
  });

  it("tells devices", async () => {
    const { devices } = await engine.client.status();
    expect(devices).toEqual([
      { kind: "cpu", name: "CPU", available: true, reason: expect.stringMatching(/^at most \d+ threads$/) },
      { kind: "gpu", name: "GPU", available: false, reason: "switched off" },
    ]);
  });
});
