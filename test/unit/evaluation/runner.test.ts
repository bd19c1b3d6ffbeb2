import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { GenerateParams, GenerationResult } from "../../../src/common/protocol.ts";
import { type Arm, type Conditions, controlNames } from "../../../src/evaluation/arms.ts";
import { numberItem, valueItem } from "../../../src/evaluation/items.ts";
import { appendRecord, keeping, readRecords } from "../../../src/evaluation/records.ts";
import { type RunOptions, type RunProgress, type RunRecord, run } from "../../../src/evaluation/runner.ts";
import { hesitationPenalty } from "../../../src/prompts/controls.ts";
import { model, record, result, userText } from "./support.ts";

const items = [
  valueItem("one", "def f(x):\n    return x", "f(1)", "1"),
  numberItem("two", "1 + 1?", "2"),
  numberItem("three", "1 + 2?", "3"),
];
const plain: Arm = { by: "template", template: "plain", controls: "off", effort: "low" };
const draft: Arm = { by: "template", template: "draft", controls: "guarded", effort: "low" };
const auto: Arm = { by: "effort", effort: "auto" };
const conditions: Conditions = { maxTokens: 100, speculation: "off", seed: 0, learnt: {} };

async function start(o: Partial<RunOptions> = {}) {
  const asked: GenerateParams[] = [];
  const progress: RunProgress[] = [];
  const recorded: RunRecord[] = [];
  const records = await run({
    items,
    armsOf: () => [plain, draft, auto],
    model,
    conditions,
    earlier: [],
    onRecord: (finished) => void recorded.push(finished),
    onProgress: (step) => progress.push(step),
    ...o,
    generate: (params, signal) => {
      asked.push(params);
      return o.generate ? o.generate(params, signal) : Promise.resolve(answerRight(params));
    },
  });
  return { asked, progress, recorded, records };
}

function answerRight(params: GenerateParams): GenerationResult {
  const text = userText(params);
  return result(`Answer: ${text.includes("1 + 1") ? 2 : text.includes("1 + 2") ? 3 : 1}`);
}

describe("run", () => {
  it("runs every item with every arm and scores it", async () => {
    const { records, progress } = await start();
    expect(records.map(({ item, arm }) => `${item} ${arm}`).sort()).toEqual(
      ["one", "two", "three"].flatMap((id) => [`${id} plain`, `${id} draft, guarded`, `${id} effort auto`]).sort(),
    );
    expect(records.every(({ right }) => right)).toBe(true);
    expect(progress[0]).toEqual({ done: 0, total: 9, secondsLeft: null });
    expect(progress[1]).toEqual({ done: 1, total: 9, secondsLeft: 16 });
    expect(progress.at(-1)).toEqual({ done: 9, total: 9, secondsLeft: 0 });
  });

  it("runs several at once, and says whose time is not its own", async () => {
    let running = 0;
    let most = 0;
    const { records, progress } = await start({
      parallel: 2,
      generate: async (params) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        const answer = answerRight(params);
        return { ...answer, stats: { ...answer.stats, sharedPasses: params.generationId.includes("two") ? 3 : 0 } };
      },
    });
    expect(most).toBe(2);
    expect(new Set(records.map(({ item, arm }) => `${item} ${arm}`)).size).toBe(9);
    expect(records.filter(({ aside }) => aside).map(({ item }) => item)).toEqual(["two", "two", "two"]);
    expect(progress.at(-1)).toEqual({ done: 9, total: 9, secondsLeft: 0 });
    expect(progress.find(({ done }) => done === 1)!.secondsLeft).toBe(8);
  });

  it("does not have the arms of one item beside each other, since they share a prompt", async () => {
    const beside: string[][] = [];
    const running = new Set<string>();
    await start({
      parallel: 2,
      generate: async (params) => {
        const item = userText(params).includes("1 + 1") ? "two" : userText(params).includes("1 + 2") ? "three" : "one";
        beside.push([...running, item]);
        running.add(item);
        await new Promise((resolve) => setImmediate(resolve));
        running.delete(item);
        return answerRight(params);
      },
    });
    expect(beside.some((some) => some.length === 2)).toBe(true);
    for (const some of beside) expect(new Set(some).size).toBe(some.length);
  });

  it("begins nothing more when one of several fails", async () => {
    let asked = 0;
    const failing = start({
      parallel: 2,
      generate: async (params) => {
        if (++asked === 2) throw new Error("the engine died");
        await new Promise((resolve) => setImmediate(resolve));
        return answerRight(params);
      },
    });
    await expect(failing).rejects.toThrow("the engine died");
    expect(asked).toBe(2);
  });

  it("ends when another model answers, and keeps nothing of it", async () => {
    const other = { ...model, sha256: "1".repeat(64), name: "Other" };
    const recorded: RunRecord[] = [];
    let asked = 0;
    const running = start({
      parallel: 2,
      onRecord: (finished) => void recorded.push(finished),
      generate: async (params) => ({ ...answerRight(params), model: ++asked > 4 ? other : model }),
    });
    await expect(running).rejects.toMatchObject({
      code: "usage",
      message: "The model was changed from Toy to Other during the measurement.",
      hint: expect.stringContaining("goes on"),
    });
    expect(recorded).toHaveLength(4);
    expect(asked).toBeLessThanOrEqual(6);
  });

  it("notes what computed an answer, how it was sampled, and how many thoughts there were", async () => {
    const native = { ...model.thinking, family: "qwen3", native: true, sampling: { temperature: 0.6, topP: 0.95 } };
    const arms: Arm[] = [plain, { ...plain, template: "none" }, { ...plain, controls: "parallel" }];
    const { records, asked } = await start({
      items: items.slice(0, 1),
      armsOf: () => arms,
      model: { ...model, thinking: native },
      generate: async (params) => ({ ...answerRight(params), model: { ...model, device: "Some GPU" } }),
    });
    expect(records[0]?.machine).toMatchObject({ device: "Some GPU", cpu: expect.stringMatching(/./) });
    expect(records.map(({ sampling }) => sampling?.temperature)).toEqual([0.6, 0, 0.6]);
    expect(records[0]?.sampling).toEqual({ temperature: 0.6, topK: 0, topP: 0.95, minP: 0, repetitionPenalty: 1 });
    // Four were asked for, and the engine gave one.
    expect(asked[2]?.controls.thoughts).toBe(4);
    expect(records.map(({ thoughts }) => thoughts)).toEqual([undefined, undefined, 1]);
  });

  it("takes a file that was renamed for the same model", async () => {
    const renamed = { ...model, id: "other", name: "Renamed", path: "/elsewhere.gguf" };
    const { records } = await start({ generate: async (params) => ({ ...answerRight(params), model: renamed }) });
    expect(records).toHaveLength(9);
  });

  it("finishes an item before the next, and lets another arm begin each time", async () => {
    const { records } = await start();
    expect(records.map(({ item }) => item)).toEqual(["one", "two", "three"].flatMap((id) => [id, id, id]));
    expect([0, 3, 6].map((i) => records[i]?.arm)).toEqual(["plain", "draft, guarded", "effort auto"]);
  });

  it("gives each arm what it stands for", async () => {
    const { asked } = await start({ items: items.slice(0, 1) });
    const [free, guarded, effort] = asked;
    expect(free?.controls).toMatchObject({ budget: null, loopGuard: false, earlyExit: "off" });
    expect(guarded?.controls).toMatchObject({ budget: 192, loopGuard: true, earlyExit: "off" });
    expect(effort?.controls.budget).toBe(448);
    expect(userText(effort!)).not.toContain("running the code");
    const trained = await start({
      items: items.slice(0, 1),
      model: {
        ...model,
        thinking: { ...model.thinking, family: "qwen3", native: true, sampling: { temperature: 0.6, topP: 0.95 } },
      },
    });
    expect(userText(trained.asked[2]!)).toContain("running the code");
  });

  it("has an arm for each control, the damping of hesitation among them", async () => {
    const arms: Arm[] = controlNames.map((controls) => ({
      by: "template",
      template: "plain",
      controls,
      effort: "low",
    }));
    const { asked } = await start({ items: items.slice(0, 1), armsOf: () => arms });
    const damped = asked.filter(({ controls }) => controls.hesitationPenalty !== undefined);
    expect(damped.map(({ controls }) => controls)).toEqual([
      { budget: 192, loopGuard: true, earlyExit: "off", hesitationPenalty },
    ]);
    expect(asked.map(({ controls }) => controls.earlyExit).filter((mode) => mode === "on")).toHaveLength(1);
    expect(asked.flatMap(({ controls }) => controls.answerFirst?.least ?? [])).toEqual([0.05]);
  });

  it("gives efforts high and max several short thoughts where that is wanted, and counts the tokens of all", async () => {
    const arms: Arm[] = (["high", "medium"] as const).map((effort) => ({ by: "effort", effort, thoughts: 4 }));
    const { asked, records } = await start({
      items: items.slice(0, 1),
      armsOf: () => arms,
      generate: async (params) => {
        const answer = answerRight(params);
        return { ...answer, stats: { ...answer.stats, thinkingTokens: 30, otherThinkingTokens: 90 } };
      },
    });
    expect(records.map(({ arm, thinkingTokens }) => [arm, thinkingTokens])).toEqual([
      ["effort high, 4 thoughts", 120],
      ["effort medium", 120],
    ]);
    expect(asked.map(({ controls }) => [controls.thoughts, controls.budget])).toEqual([
      [4, 448],
      [undefined, 448],
    ]);
  });

  it("decodes one arm without speculation, and lets no arm learn from another", async () => {
    const guessing = { ...conditions, speculation: "auto" as const };
    const unguessed: Arm = { ...plain, speculation: "off" };
    const { asked, records } = await start({ armsOf: () => [unguessed, plain], conditions: guessing });
    expect(records.slice(0, 2).map(({ arm }) => arm)).toEqual(["plain, no speculation", "plain"]);
    expect(asked.slice(0, 2).map(({ speculation }) => speculation)).toEqual(["off", "auto"]);
    expect(asked.every(({ freshDrafters }) => freshDrafters)).toBe(true);
  });

  it("goes on where it was stopped", async () => {
    const abort = new AbortController();
    let count = 0;
    const first = await start({
      signal: abort.signal,
      generate: async (params) => {
        if (++count === 5) abort.abort();
        return count === 5 ? result("", { cancelled: true }) : answerRight(params);
      },
    });
    expect(first.records).toHaveLength(4);
    const second = await start({ earlier: first.recorded });
    expect(second.asked).toHaveLength(5);
    expect(second.records).toHaveLength(9);
    expect(second.progress[0]?.done).toBe(4);
  });

  it("judges anew what it takes over: another answer may be expected now", async () => {
    const { recorded } = await start();
    const corrected = items.map((item) => (item.id === "two" ? { ...item, expected: "7" } : item));
    const again = await start({ earlier: recorded, items: corrected });
    expect(again.asked).toEqual([]);
    expect(again.records.map(({ item, right }) => [item, right])).toEqual(
      ["one", "two", "three"].flatMap((id) => Array(3).fill([id, id !== "two"])),
    );
  });

  it("does not take over what was run with another thinking format", async () => {
    const { recorded } = await start();
    const family = { ...model, thinking: { ...model.thinking, family: "other" } };
    expect((await start({ earlier: recorded, model: family })).asked).toHaveLength(9);
    expect((await start({ earlier: recorded, model: { ...model, device: "Some GPU" } })).asked).toHaveLength(0);
  });

  it("does not take over what was run with another type of KV cache", async () => {
    const { recorded } = await start();
    expect((await start({ earlier: recorded, model: { ...model, kvType: "q4_0" } })).asked).toHaveLength(9);
  });

  it("takes over what was run in another context, unless one of them is too small not to matter", async () => {
    const [small, large, larger] = [512, 8_192, 16_384].map((contextSize) => ({ ...model, contextSize }));
    const { recorded } = await start({ model: large });
    expect((await start({ earlier: recorded, model: larger })).asked).toHaveLength(0);
    expect((await start({ earlier: recorded, model: small })).asked).toHaveLength(9);
    const cut = await start({ model: small });
    expect((await start({ earlier: cut.recorded, model: large })).asked).toHaveLength(9);
    expect((await start({ earlier: cut.recorded, model: small })).asked).toHaveLength(0);
  });

  it("does not take over what was run under other conditions", async () => {
    const { recorded } = await start();
    const other = await start({ earlier: recorded, conditions: { ...conditions, maxTokens: 200 } });
    expect(other.asked).toHaveLength(9);
    expect(other.records).toHaveLength(9);
    const sameAgain = await start({ earlier: recorded });
    expect(sameAgain.asked).toHaveLength(0);
  });
});

describe("records", () => {
  it("say that the disk is full, and what to do then", async () => {
    const full = () => Promise.reject(Object.assign(new Error("write"), { code: "ENOSPC" }));
    await expect(keeping(full)).rejects.toMatchObject({ code: "diskFull", hint: expect.stringContaining("goes on") });
    const other = new Error("EACCES");
    await expect(keeping(() => Promise.reject(other))).rejects.toBe(other);
  });

  it("survive a line that was cut off", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hunch-records-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "deep", "records.jsonl");
    expect(await readRecords(path)).toEqual([]);
    await appendRecord(path, record("a", "plain"));
    await appendRecord(path, record("b", "plain"));
    writeFileSync(path, readFileSync(path, "utf8").slice(0, -10));
    await appendRecord(path, record("c", "plain"));
    expect((await readRecords(path)).map(({ item }) => item)).toEqual(["a", "c"]);
  });
});
