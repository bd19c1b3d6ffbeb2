import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GenerateParams, GenerationResult } from "../../../src/common/protocol.ts";
import { isRight } from "../../../src/evaluation/answers.ts";
import { adopt } from "../../../src/evaluation/calibration/adopt.ts";
import { adoptAnswerFirst } from "../../../src/evaluation/calibration/answerFirst.ts";
import { calibrate, calibrationFiles, learntTemplates } from "../../../src/evaluation/calibration/calibrate.ts";
import tasks from "../../../src/evaluation/calibration/tasks.json" with { type: "json" };
import { calibrationItems } from "../../../src/evaluation/calibration/tasks.ts";
import type { RunRecord } from "../../../src/evaluation/runner.ts";
import type { TemplateName } from "../../../src/prompts/compose.ts";
import { model, record, result, userText } from "./support.ts";

/** Items 0 to n-1 by each template; `right` says which it gets right. */
function records(templates: Partial<Record<TemplateName, { tokens: number; right(i: number): boolean }>>, n = 24) {
  return Object.entries(templates).flatMap(([arm, { tokens, right }]) =>
    Array.from({ length: n }, (_, i): RunRecord => record(`${i}`, arm, { right: right(i), thinkingTokens: tokens })),
  );
}

describe("adopt", () => {
  const plain = { tokens: 200, right: (i: number) => i < 12 };

  it("takes the cheapest of equals", () => {
    const some = records({ plain, draft: { ...plain, tokens: 50 }, none: { tokens: 0, right: () => false } });
    expect(adopt(some, ["plain", "draft", "none"])).toEqual({
      template: "draft",
      reference: "draft",
      right: 12,
      items: 24,
    });
  });

  it("takes one that lost as many as it won, not one that lost one more", () => {
    const draft = (from: number, to: number) => ({ tokens: 50, right: (i: number) => i >= from && i < to });
    const adopted = (from: number, to: number) =>
      adopt(records({ plain, draft: draft(from, to) }), ["plain", "draft"])?.template;
    expect(adopted(2, 14)).toBe("draft");
    expect(adopted(2, 13)).toBe("plain");
  });

  it("learns nothing from items that are too hard", () => {
    const some = (right: number) => ({ tokens: 50, right: (i: number) => i < right });
    const outcome = (right: number) =>
      adopt(records({ plain: { ...some(right), tokens: 200 }, draft: some(right) }), ["plain", "draft"]);
    expect(outcome(5)).toEqual({ template: null, reference: "draft", right: 5, items: 24 });
    expect(outcome(6)?.template).toBe("draft");
  });

  it("does not take one that lost three items and won none", () => {
    const draft = { tokens: 50, right: (i: number) => i < 9 };
    expect(adopt(records({ plain, draft }), ["plain", "draft"])).toMatchObject({
      template: "plain",
      reference: "plain",
    });
  });

  it("compares with the most accurate, not with plain", () => {
    const trace = { tokens: 150, right: (i: number) => i < 20 };
    const none = { tokens: 0, right: (i: number) => i < 12 };
    expect(adopt(records({ plain, trace, none }), ["plain", "trace", "none"])?.template).toBe("trace");
  });

  it("counts only items that all have answered, and wants twelve", () => {
    const all = records({ plain, draft: { ...plain, tokens: 50 } });
    const some = (n: number) => all.filter(({ arm, item }) => arm === "plain" || Number(item) < n);
    expect(adopt(some(11), ["plain", "draft"])).toBeNull();
    expect(adopt(some(12), ["plain", "draft"])?.items).toBe(12);
    expect(adopt(all, ["plain", "draft", "none"])).toBeNull();
  });
});

describe("answers without a thought", () => {
  const thoughts = (right: (i: number) => boolean, n = 24) => records({ plain: { tokens: 200, right } }, n);
  const directs = (probability: (i: number) => number, right: (i: number) => boolean, n = 24) =>
    Array.from({ length: n }, (_, i): RunRecord => {
      const firstAnswer = { text: "x", probability: probability(i), stands: true };
      return record(`${i}`, "plain, answerFirst 0", { right: right(i), thinkingTokens: 2, firstAnswer });
    });

  it("stand from the probability on that saves most and costs no right answer", () => {
    // Right and likely: 0 to 7; right but less likely than those that are wrong: 8 to 11.
    const likely = (i: number) => (i < 8 ? 0.25 : 0.15);
    const probability = (i: number) => (i >= 8 && i < 12 ? 0.07 : likely(i));
    const found = adoptAnswerFirst(
      thoughts((i) => i < 14),
      directs(probability, (i) => i < 12),
    );
    expect(found).toEqual({
      least: 0.2,
      items: 24,
      thoughtRight: 14,
      direct: 8,
      right: 14,
      saved: expect.closeTo((8 * 198) / (24 * 200)),
    });
  });

  it("do not where likely ones are wrong, or so few right ones are likely that it may be luck", () => {
    const all = thoughts((i) => i < 12);
    const least = (probability: (i: number) => number, right: (i: number) => boolean) =>
      adoptAnswerFirst(all, directs(probability, right))?.least;
    expect(
      least(
        () => 0.9,
        (i) => i > 0 && i < 12,
      ),
    ).toBeNull();
    expect(
      least(
        () => 0.9,
        (i) => i > 0 && i < 13,
      ),
    ).toBe(0.7);
    expect(
      least(
        (i) => (i < 5 ? 0.9 : 0),
        (i) => i < 12,
      ),
    ).toBeNull();
    expect(
      least(
        (i) => (i < 6 ? 0.9 : 0),
        (i) => i < 12,
      ),
    ).toBe(0.7);
    // Wrong either way: nothing would be lost, and nothing is known.
    expect(
      least(
        (i) => (i < 12 ? 0 : 0.9),
        (i) => i < 12,
      ),
    ).toBeNull();
  });

  it("are not decided on with fewer than twelve tasks, or by a model that was not asked", () => {
    const right = (i: number) => i < 10;
    expect(
      adoptAnswerFirst(
        thoughts(right),
        directs(() => 0.9, right, 11),
      ),
    ).toBeNull();
    expect(
      adoptAnswerFirst(
        thoughts(right, 12),
        directs(() => 0.9, right),
      )?.items,
    ).toBe(12);
    expect(adoptAnswerFirst(thoughts(right), records({ plain: { tokens: 200, right } }))).toBeNull();
  });
});

describe("the bundled tasks", () => {
  it("are at least 40, of both kinds early on, with answers that count as right", () => {
    expect(calibrationItems.length).toBeGreaterThanOrEqual(40);
    expect(new Set(calibrationItems.map(({ id }) => id)).size).toBe(calibrationItems.length);
    expect(new Set(calibrationItems.slice(0, 4).map(({ calibrates }) => calibrates)).size).toBe(2);
    for (const { kind, expected } of calibrationItems)
      expect(isRight(kind, expected, `Answer: ${expected}`)).toBe(true);
  });
});

describe("the file of tasks", () => {
  it("has the answers that Python gives now, for the tasks of tools/calibration.py", () => {
    const tools = join(import.meta.dirname, "..", "..", "..", "tools");
    const program = "import calibration, json; print(json.dumps(calibration.tasks()))";
    const made = execFileSync("python3", ["-B", "-c", program], { cwd: tools, encoding: "utf8" });
    expect(JSON.parse(made)).toEqual(tasks);
  });

  it("has no code twice, and begins with what is easy", () => {
    const values = tasks.filter(({ kind }) => kind === "value").map(({ code = "", call = "" }) => ({ code, call }));
    expect(new Set(values.map(({ code }) => code)).size).toBe(values.length);
    const isShort = ({ code }: { code: string }) => code.split("\n").length <= 6;
    expect(values.slice(0, 20).every(isShort)).toBe(true);
    expect(values.slice(20).every(isShort)).toBe(false);
  });
});

describe("calibrate", () => {
  /** Six templates for each task. */
  const allRuns = 6 * calibrationItems.length;
  const values = calibrationItems.filter(({ calibrates }) => calibrates === "value").length;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hunch-calibration-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = () => calibrationFiles(folder, model);

  /** Right whatever the template, but for "none"; drafts are short. */
  function generate(params: GenerateParams): Promise<GenerationResult> {
    const text = userText(params);
    const item = calibrationItems.find(({ question }) => text.includes(question))!;
    const thinks = params.prompt.kind === "chat" && params.prompt.thinking === "on";
    const thinkingTokens = thinks ? (text.includes("notes") ? 40 : 200) : 0;
    return Promise.resolve(result(thinks ? `Answer: ${item.expected}` : "Answer: 'no'", { thinkingTokens }));
  }

  /** As it answers, but where it is asked before it thinks it is sure of values and right, and unsure of the others. */
  async function answersFirst(params: GenerateParams): Promise<GenerationResult> {
    const thought = await generate(params);
    if (params.controls.answerFirst === undefined) return thought;
    const item = calibrationItems.find(({ question }) => userText(params).includes(question))!;
    const firstAnswer = { text: "x", probability: item.calibrates === "value" ? 0.9 : 0.01, stands: true };
    const right = item.calibrates === "value" ? item.expected : "'no'";
    const { stats, ...rest } = result(`Answer: ${right}`, { thinkingTokens: 2 });
    return { ...rest, stats: { ...stats, firstAnswer } };
  }

  it("finds for each kind whether answers without a thought may stand, before the template that it adopts", async () => {
    const runs: GenerateParams[] = [];
    const shares: number[] = [];
    const calibration = await calibrate({
      model,
      folder,
      generate: (params) => {
        runs.push(params);
        return answersFirst(params);
      },
      onProgress: ({ done, total }) => shares.push(done / total),
    });
    const adopted = { value: "draft", reasoning: "draft", answerFirst: { value: 0.7 } };
    expect(calibration).toMatchObject({ adopted, missing: 0 });
    expect(await learntTemplates(folder, model)).toEqual(adopted);
    const asked = runs.filter(({ controls }) => controls.answerFirst !== undefined);
    expect([runs.length, asked.length]).toEqual([allRuns + calibrationItems.length, calibrationItems.length]);
    expect(asked.every((params) => userText(params).includes("notes"))).toBe(true);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const report = readFileSync(file().report, "utf8");
    expect(report).toContain(`at least 70 % likely: on ${values} of ${values} tasks`);
    expect(report).toContain("It always thinks");
  });

  it("does not ask before the thought where that is not possible, which one run tells", async () => {
    const runs: GenerateParams[] = [];
    const ask = (params: GenerateParams) => {
      runs.push(params);
      return generate(params);
    };
    const calibration = await calibrate({ model, folder, generate: ask, onProgress: () => {} });
    expect(runs).toHaveLength(allRuns + 1);
    expect(calibration.missing).toBe(0);
    expect(calibration.adopted.answerFirst?.value).toBeUndefined();
  });

  it("drops the answers without a thought along with the template that they were found for", async () => {
    await calibrate({ model, folder, generate: answersFirst, onProgress: () => {} });
    writeFileSync(file().records, "");
    const equal = async (params: GenerateParams) => {
      const item = calibrationItems.find(({ question }) => userText(params).includes(question))!;
      return result(`Answer: ${item.expected}`, { thinkingTokens: (await generate(params)).stats.thinkingTokens });
    };
    await calibrate({ model, folder, generate: equal, onProgress: () => {} });
    expect(await learntTemplates(folder, model)).toEqual({ value: "none", reasoning: "none" });
  });

  it("adopts per kind, keeps it per model, and writes a report with pictures", async () => {
    const calibration = await calibrate({ model, folder, generate, onProgress: () => {} });
    expect(calibration).toMatchObject({ adopted: { value: "draft", reasoning: "draft" }, missing: 0 });
    expect(await learntTemplates(folder, model)).toEqual({ value: "draft", reasoning: "draft" });
    expect(await learntTemplates(folder, { ...model, sha256: "1".repeat(64) })).toEqual({});
    expect(readFileSync(file().report, "utf8")).toContain("Adopted: **draft**");
    expect(readFileSync(file().report, "utf8")).toContain("fixing, finding bugs, tests and documentation keep");
    expect(readFileSync(file().chart("value"), "utf8")).toContain("<svg");
  });

  it.each(["value", "reasoning"] as const)(
    "tries the template that says its budget, and adopts it where it is best: %s",
    async (kind) => {
      const calibration = await calibrate({
        model,
        folder,
        generate: async (params) => {
          const answer = await generate(params);
          const budgeted = userText(params).includes("in less than 448 tokens");
          return { ...answer, stats: { ...answer.stats, thinkingTokens: budgeted ? 10 : answer.stats.thinkingTokens } };
        },
        onProgress: () => {},
      });
      expect(calibration.adopted[kind]).toBe("budgeted");
    },
  );

  it("goes on where it was stopped, and decides nothing on too little", async () => {
    const abort = new AbortController();
    let runs = 0;
    const first = await calibrate({
      model,
      folder,
      generate: (params) => {
        if (++runs === 20) abort.abort();
        return generate(params);
      },
      onProgress: () => {},
      signal: abort.signal,
    });
    expect(first).toMatchObject({ adopted: {}, missing: allRuns - 20 });
    expect(await learntTemplates(folder, model)).toEqual({});
    const second = await calibrate({
      model,
      folder,
      generate: (params) => {
        runs++;
        return generate(params);
      },
      onProgress: () => {},
    });
    expect(second.missing).toBe(0);
    // The last one is that before the thought.
    expect(runs).toBe(allRuns + 1);
  });

  it("ends when the model is changed, with nothing of the other among its records", async () => {
    const other = { ...model, sha256: "1".repeat(64) };
    let runs = 0;
    const changed = calibrate({
      model,
      folder,
      generate: async (params) => ({ ...(await generate(params)), model: ++runs > 7 ? other : model }),
      onProgress: () => {},
    });
    await expect(changed).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("was changed") });
    expect(readFileSync(file().records, "utf8").trim().split("\n")).toHaveLength(7);
  });

  it("drops what was adopted where the tasks turn out too hard to tell", async () => {
    await calibrate({ model, folder, generate, onProgress: () => {} });
    writeFileSync(file().records, "");
    const wrong = () => Promise.resolve(result("Answer: 'no'", { thinkingTokens: 10 }));
    const calibration = await calibrate({ model, folder, generate: wrong, onProgress: () => {} });
    expect(calibration.adopted).toEqual({});
    expect(await learntTemplates(folder, model)).toEqual({});
    expect(readFileSync(file().report, "utf8")).toContain("too few to tell the templates apart");
  });

  it("keeps what was adopted until there is a new decision", async () => {
    await calibrate({ model, folder, generate, onProgress: () => {} });
    const again = await calibrate({ model, folder, generate, onProgress: () => {}, limit: 4 });
    expect(again.adopted).toEqual({ value: "draft", reasoning: "draft" });
    const report = readFileSync(file().report, "utf8");
    expect(report.match(/No new decision yet \(.*\): \*\*draft\*\*, adopted earlier, stays in use\./g)).toHaveLength(2);
    expect(report).not.toContain("Nothing is adopted");
  });

  it("says that nothing is adopted where there is too little for a first decision", async () => {
    await calibrate({ model, folder, generate, onProgress: () => {}, limit: 4 });
    expect(readFileSync(file().report, "utf8").match(/Nothing is adopted: at least 12 tasks/g)).toHaveLength(2);
  });

  it("keeps what was found of answers without a thought until it is measured anew before the same template", async () => {
    const stopped = async (ways: typeof generate) => {
      const abort = new AbortController();
      let runs = 0;
      const calibration = await calibrate({
        model,
        folder,
        generate: (params) => {
          // Some runs before the thought are done, too few to decide on.
          if (++runs === allRuns + 3) abort.abort();
          return ways(params);
        },
        onProgress: () => {},
        signal: abort.signal,
      });
      expect(calibration.missing).toBeGreaterThan(0);
      writeFileSync(file().records, "");
      return learntTemplates(folder, model);
    };
    const open = { value: "draft", reasoning: "draft", answerFirst: { value: null, reasoning: null } };
    expect(await stopped(answersFirst)).toEqual(open);
    await calibrate({ model, folder, generate: answersFirst, onProgress: () => {} });
    const found = { value: "draft", reasoning: "draft", answerFirst: { value: 0.7 } };
    expect(await learntTemplates(folder, model)).toEqual(found);
    writeFileSync(file().records, "");
    expect(await stopped(answersFirst)).toEqual(found);
    const longDrafts = async (params: GenerateParams) => {
      const answer = await answersFirst(params);
      const thinkingTokens = userText(params).includes("notes") ? 400 : answer.stats.thinkingTokens;
      return { ...answer, stats: { ...answer.stats, thinkingTokens } };
    };
    const other = await stopped(longDrafts);
    expect(other.value).not.toBe("draft");
    expect(other.answerFirst).toEqual({ value: null, reasoning: null });
  });

  it("does not use a template that is no more", async () => {
    await calibrate({ model, folder, generate, onProgress: () => {}, limit: 2 });
    const adopted = { value: "gone", reasoning: "draft", answerFirst: { value: 0.2, reasoning: 0.1 } };
    writeFileSync(file().result, JSON.stringify({ adopted }));
    expect(await learntTemplates(folder, model)).toEqual({ reasoning: "draft", answerFirst: { reasoning: 0.1 } });
  });
});
