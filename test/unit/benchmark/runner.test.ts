import { describe, expect, it } from "vitest";
import {
  allArms,
  baseline,
  defaultArms,
  groupsOf,
  type HunchArm,
  type Run,
  serverArgs,
} from "../../../src/benchmark/arms.ts";
import { chart } from "../../../src/benchmark/chart.ts";
import { summaries } from "../../../src/benchmark/ratios.ts";
import {
  isSameMeasurement,
  type Measured,
  markdown,
  type Report,
  rows,
  type Setup,
  takeUp,
} from "../../../src/benchmark/report.ts";
import { runArms } from "../../../src/benchmark/runner.ts";
import { loadWorkloads, parsePrompts, workloadNames } from "../../../src/benchmark/workloads.ts";

const arm = (name: string): HunchArm => ({ name, kind: "hunch", speculation: "auto" });
const run = (tokensPerSecond: number): Run => ({
  tokens: 100,
  tokensPerSecond,
  drafted: 10,
  accepted: 5,
  prefillMs: 1,
  overheadMsPerPass: 0.5,
});

/** @param options arms: beside the baseline */
function measuring(options: { earlier?: Measured[]; stopAfter?: number; arms?: string[]; rounds?: number } = {}) {
  const arms = [baseline, ...(options.arms ?? ["b", "c"])].map(arm);
  const workloads = loadWorkloads(["edit", "chat"], 2);
  const order: string[] = [];
  const progress: { done: number; total: number }[] = [];
  const abort = new AbortController();
  const done = runArms({
    workloads,
    groups: [arms],
    rounds: options.rounds ?? 2,
    earlier: options.earlier ?? [],
    measure: async ({ name }, workload) => {
      if (order.length === options.stopAfter) {
        abort.abort();
        return null;
      }
      order.push(`${workload.name} ${workload.index}, ${name}`);
      return run(10);
    },
    onRun: () => {},
    onProgress: (state) => progress.push(state),
    signal: abort.signal,
  });
  return done.then((measured) => ({ measured, order, progress }));
}

describe("runArms", () => {
  it("measures every arm on every prompt in every round, interleaved, another one first each time", async () => {
    const { measured, order, progress } = await measuring();
    expect(measured).toHaveLength(2 * 4 * 3);
    const firsts = new Set(order.filter((_, i) => i % 3 === 0).map((entry) => entry.split(", ")[1]));
    expect(firsts.size).toBeGreaterThan(1);
    // Three in a row are one prompt.
    for (let i = 0; i < order.length; i += 3)
      expect(new Set(order.slice(i, i + 3).map((entry) => entry.split(", ")[0])).size).toBe(1);
    expect(progress.at(-1)).toMatchObject({ done: 24, total: 24, secondsLeft: 0 });
  });

  it("asks an arm that remembers answers each prompt once", async () => {
    const mod = allArms.find(({ name }) => name === "llama-server ngram-mod")!;
    const asked: string[] = [];
    const measured = await runArms({
      workloads: loadWorkloads(["edit", "chat"], 1),
      groups: [[arm("a"), mod]],
      rounds: 3,
      earlier: [],
      measure: async ({ name }, workload) => {
        asked.push(`${workload.name} ${name}`);
        return run(10);
      },
      onRun: () => {},
      onProgress: ({ total }) => expect(total).toBe(2 * (3 + 1)),
    });
    expect(measured).toHaveLength(8);
    expect(asked.filter((entry) => entry === "edit llama-server ngram-mod")).toHaveLength(1);
  });

  const keyOf = ({ workload, index, arm, round }: Measured) => `${workload} ${index} ${arm} ${round}`;
  /** How many arms each lot has that ran interleaved. */
  const sizes = (measured: Measured[]) => {
    const lots = measured.map(({ workload, index, round, group }) => `${workload} ${index} ${round} ${group}`);
    return [...new Set(lots)].map((lot) => lots.filter((other) => other === lot).length);
  };

  it("goes on with the round at which an interrupted run stopped", async () => {
    const first = await measuring({ stopAfter: 6 });
    const second = await measuring({ earlier: first.measured });
    expect(second.order).toHaveLength(24 - 6);
    expect(second.progress.at(-1)).toMatchObject({ done: 24, total: 24, secondsLeft: 0 });
    expect(new Set(second.measured.map(keyOf)).size).toBe(24);
    expect((await measuring({ earlier: second.measured })).order).toEqual([]);
  });

  // In the order of this round: c, the baseline, b.
  it.each([
    ["before its baseline anew", 7, ["c", baseline, "b"]],
    ["behind it with what it lacks, and the baseline beside that", 8, [baseline, "b"]],
  ])("goes on with a round that was stopped %s", async (_, stopAfter, arms) => {
    const first = await measuring({ stopAfter });
    const second = await measuring({ earlier: first.measured });
    expect(second.order.slice(0, arms.length)).toEqual(arms.map((name) => `chat 1, ${name}`));
    const added = second.measured.slice(stopAfter);
    expect(added).toHaveLength(arms.length + 5 * 3);
    expect(new Set(added.map(({ group }) => group))).toEqual(new Set([2]));
    expect(sizes(added)).toEqual([arms.length, ...Array(5).fill(3)]);
  });

  it("compares arms that come later with a baseline of their own time, whole rounds of the others as they are", async () => {
    const monday = await measuring({ arms: ["b"] });
    const tuesday = await measuring({ arms: ["c"], earlier: monday.measured });
    expect(tuesday.order).toHaveLength(2 * 8);
    const added = tuesday.measured.slice(monday.measured.length);
    expect(added.map(({ group }) => group)).toEqual(Array(16).fill(2));
    expect(sizes(added)).toEqual(Array(8).fill(2));
    // Of an earlier version, which has no groups.
    const old = monday.measured.map(({ group: _, ...entry }) => entry);
    expect((await measuring({ arms: ["b", "c"], earlier: old })).measured.slice(old.length)).toEqual(
      expect.arrayContaining(added),
    );
    expect((await measuring({ arms: ["b", "c"], earlier: tuesday.measured })).order).toEqual([]);
    expect((await measuring({ arms: ["c"], earlier: tuesday.measured, rounds: 3 })).order).toHaveLength(2 * 4);
  });
});

describe("groups of arms", () => {
  const groups = groupsOf(allArms);

  it("hold every arm once and the baseline in each, with few servers at once", () => {
    const names = groups.flat().map(({ name }) => name);
    expect(groups.length).toBeGreaterThan(2);
    expect(new Set(names)).toEqual(new Set(allArms.map(({ name }) => name)));
    expect(names).toHaveLength(allArms.length + groups.length - 1);
    for (const group of groups) {
      expect(group.some(({ name }) => name === baseline)).toBe(true);
      expect(group.filter(({ kind }) => kind === "llama-server").length).toBeLessThanOrEqual(3);
    }
  });

  it("run one after the other, and not at all where they are measured", async () => {
    const begun: string[][] = [];
    const options = {
      workloads: loadWorkloads(["edit", "chat"], 1),
      groups: [
        [arm(baseline), arm("a")],
        [arm(baseline), arm("b")],
      ],
      rounds: 2,
      onGroup: async (arms: readonly HunchArm[]) => void begun.push(arms.map(({ name }) => name)),
      measure: async () => run(10),
      onRun: () => {},
      onProgress: () => {},
    };
    const measured = await runArms({ ...options, earlier: [] });
    expect(begun).toEqual([
      [baseline, "a"],
      [baseline, "b"],
    ]);
    expect(measured.map(({ group }) => group)).toEqual([...Array(8).fill(1), ...Array(8).fill(2)]);
    begun.length = 0;
    await runArms({ ...options, earlier: measured.filter(({ group }) => group === 1) });
    expect(begun).toEqual([[baseline, "b"]]);
    begun.length = 0;
    await runArms({ ...options, earlier: measured });
    expect(begun).toEqual([]);
  });
});

describe("workloads", () => {
  it.each(workloadNames)("%s has at least six different prompts in the chat format", (name) => {
    const prompts = loadWorkloads([name], 100).map(({ prompt }) => prompt);
    expect(new Set(prompts).size).toBeGreaterThanOrEqual(6);
    for (const prompt of prompts) expect(prompt).toMatch(/^<\|im_start\|>system\n[\s\S]*<\|im_start\|>assistant\n$/);
  });

  it("repeat-context asks again about code that was answered about", () => {
    for (const { prompt } of loadWorkloads(["repeat-context"], 6)) {
      const roles = [...prompt.matchAll(/<\|im_start\|>(\w+)/g)].map((match) => match[1]);
      expect(roles).toEqual(["system", "user", "assistant", "user", "assistant"]);
      expect(prompt).toContain("```\n");
    }
  });

  it("reads prompts of one's own, and names a line that is none", () => {
    expect(parsePrompts('{"prompt": "a"}\n\n{"prompt": "b"}\n')).toEqual([
      { name: "file", index: 1, prompt: "a" },
      { name: "file", index: 2, prompt: "b" },
    ]);
    expect(() => parsePrompts('{"prompt": "a"}\n{"text": "b"}')).toThrow("Line 2");
  });
});

describe("the report", () => {
  const measured: Measured[] = [1, 2, 3].flatMap((round) => [
    { workload: "edit", index: 1, arm: baseline, round, run: run(10 * round) },
    { workload: "edit", index: 1, arm: "hunch auto", round, run: run(20 * round) },
    { workload: "edit", index: 2, arm: baseline, round, run: run(10) },
    { workload: "edit", index: 2, arm: "hunch auto", round, run: run(15) },
  ]);
  const report: Report = {
    made: "2026-01-01T00:00:00.000Z",
    command: "hunch bench speed",
    cpu: "a CPU <fast>",
    threads: 2,
    model: "m.gguf",
    draft: null,
    temperature: 0,
    maxTokens: 100,
    rounds: 3,
    setup: { prompts: "built in", contextSize: 4096, kvType: "f16", device: "cpu", gpuLayers: 0 },
    costCurve: { 1: 1, 4: 2 },
    bound: 2,
    measured,
  };

  it("compares within a round, so that a machine that becomes faster changes no ratio", () => {
    const auto = rows(report, baseline).find((row) => row.arm === "hunch auto")!;
    expect(auto).toMatchObject({ ratio: 1.75, leastPrompt: 1.5, mostPrompt: 2, acceptanceRate: 0.5 });
  });

  it("compares with the baseline of the same group", () => {
    const entry = { workload: "edit", index: 1, round: 1 };
    const measured: Measured[] = [
      { ...entry, arm: baseline, group: 1, run: run(10) },
      { ...entry, arm: baseline, group: 2, run: run(5) },
      { ...entry, arm: "hunch auto", group: 1, run: run(20) },
      { ...entry, arm: "llama-server none", group: 2, run: run(5) },
    ];
    const found = rows({ ...report, measured }, baseline);
    expect(found.map(({ arm, ratio }) => [arm, ratio])).toEqual([
      [baseline, 1],
      ["hunch auto", 2],
      ["llama-server none", 1],
    ]);
  });

  it("tells the share of the bound, the worst prompt, and how auto does against llama-server's best of each prompt", () => {
    const server = (index: number, arm: string, tokensPerSecond: number): Measured[] =>
      [1, 2, 3].map((round) => ({
        ...{ workload: "edit", index, arm: `llama-server ${arm}`, round },
        run: run(index === 1 ? tokensPerSecond * round : tokensPerSecond),
      }));
    // Against plain: auto 2 and 1.5, llama-server 1 and 1.25 plainly, 4 and 0.5 with drafts.
    const servers = [
      ...[server(1, "none", 10), server(2, "none", 12.5)],
      ...[server(1, "ngram-simple", 40), server(2, "ngram-simple", 5)],
    ].flat();
    const compared = { ...report, measured: [...report.measured, ...servers] };
    const [summary, ...others] = summaries(compared, baseline);
    expect(others).toEqual([]);
    expect(summary).toMatchObject({
      againstPlain: { middle: 1.75, least: 1.5, most: 2 },
      worstPrompt: 2,
      againstServerPlain: { least: 1.2, most: 2 },
      againstServerBest: { least: 0.5, most: 1.2, arms: 2 },
    });
    const table = markdown(compared, baseline);
    expect(table).toContain(
      "| edit | 1.75 (1.50 – 2.00) | 88 % | 1.60 (1.20 – 2.00) | 0.85 (0.50 – 1.20) | 2 |\n| worst prompt (edit 2) | 1.50 |",
    );
    expect(markdown(report, baseline)).toContain("| edit | 1.75 (1.50 – 2.00) | 88 % |  |  |  |");
  });

  it("goes on from an earlier one: its runs, its cost curve, and the commands of both, each once", () => {
    const begun = (): Report => ({ ...report, command: "hunch bench speed --workloads chat", measured: [], bound: 9 });
    const second = begun();
    takeUp(report, second);
    const third = begun();
    takeUp(second, third);
    expect(third).toEqual({ ...report, command: "hunch bench speed; then hunch bench speed --workloads chat" });
  });

  it("says how many rounds were measured, whatever the last command asked for", () => {
    const later = { ...report, rounds: 2, measured: [] };
    takeUp(report, later);
    expect(markdown(later, baseline)).toContain(", 3 interleaved rounds.");
    const entry = { workload: "edit", index: 1, group: 2, run: run(10) };
    const added = [1, 2].flatMap((round) => [baseline, "llama-server none"].map((arm) => ({ ...entry, round, arm })));
    const alone = { ...entry, round: 3, group: 3, arm: "llama-server none" };
    const once = { ...entry, round: 1, arm: "llama-server ngram-mod" };
    const more = { ...later, measured: [...later.measured, ...added, alone, once] };
    expect(markdown(more, baseline)).toContain(", 2 to 3 interleaved rounds.");
    expect(markdown({ ...report, measured: report.measured.slice(0, 4) }, baseline)).toContain(
      ", 1 interleaved round.",
    );
    expect(markdown({ ...report, measured: [] }, baseline)).toContain(", 0 interleaved rounds.");
  });

  it("stays of its day while nothing is measured", () => {
    const later = { ...report, made: "2026-02-02T00:00:00.000Z", measured: [] };
    takeUp(report, later);
    expect(later.made).toBe(report.made);
  });

  it("goes on only from the same weights, the same version of Hunch, and the same llama-server if both have one", () => {
    const origin = { hunch: "1.0.0", weights: "1 byte of today", draftWeights: null };
    const of = (changed: Partial<typeof origin>, server?: string): Report => ({
      ...report,
      setup: { ...report.setup, origin: { ...origin, ...changed } },
      ...(server ? { server } : {}),
    });
    expect(isSameMeasurement(of({}, "a"), of({}, "a"))).toBe(true);
    expect(isSameMeasurement(of({}, "a"), of({}, "b"))).toBe(false);
    expect(isSameMeasurement(of({}), of({ hunch: "1.0.1" }))).toBe(false);
    expect(isSameMeasurement(of({}), of({ weights: "1 byte of yesterday" }))).toBe(false);
    // Of an earlier version, which does not say.
    expect(isSameMeasurement(report, of({}))).toBe(false);
    // What was measured without a server may go on with one, which then stays the only one.
    expect(isSameMeasurement(of({}), of({}, "a"))).toBe(true);
    const without = of({});
    takeUp(of({}, "a"), without);
    expect(isSameMeasurement(without, of({}, "b"))).toBe(false);
  });

  it("names the cache, and where llama-server was told to compute, if it would have done otherwise", () => {
    expect(markdown(report, baseline)).not.toMatch(/KV cache|is started with/);
    const entry = { workload: "edit", index: 1, round: 1, run: run(10), arm: "llama-server none" };
    const compared = (changed: Partial<Setup>): Report => {
      const setup = { ...report.setup, ...changed };
      return { ...report, setup, serverArgs: serverArgs(setup), measured: [...report.measured, entry] };
    };
    expect(markdown(compared({}), baseline)).toContain("llama-server is started with `--gpu-layers 0`");
    // Of an earlier version, which started it without.
    expect(markdown({ ...compared({}), serverArgs: undefined }, baseline)).not.toContain("is started with");
    expect(markdown(compared({ gpuLayers: 29 }), baseline)).not.toContain("is started with");
    const quantised = markdown(compared({ gpuLayers: 29, kvType: "q8_0" }), baseline);
    expect(quantised).toContain(", 2 threads, KV cache q8_0; ");
    expect(quantised).toContain("`--cache-type-k q8_0 --cache-type-v q8_0 --flash-attn on`");
  });

  it("names ngram-mod's peculiarity only where it ran", () => {
    expect(markdown(report, baseline)).not.toContain("ngram-mod");
    const mod = { workload: "edit", index: 1, round: 1, run: run(10), arm: "llama-server ngram-mod" };
    expect(markdown({ ...report, measured: [...report.measured, mod] }, baseline)).toContain("each prompt once");
  });

  it("leaves out runs that chose no token, and says how many", () => {
    const entry = { workload: "edit", round: 1 };
    const measured: Measured[] = [
      ...[10, 0, 10].map((speed, i) => ({ ...entry, index: i + 1, arm: baseline, run: run(speed) })),
      ...[12, 0, 0].map((speed, i) => ({ ...entry, index: i + 1, arm: "hunch auto", run: run(speed) })),
    ];
    const some = { ...report, measured };
    expect(rows(some, baseline).map(({ arm, ratio, tokensPerSecond }) => [arm, ratio, tokensPerSecond])).toEqual([
      [baseline, 1, 10],
      ["hunch auto", 1.2, 12],
    ]);
    expect(markdown(some, baseline)).toContain("3 of 6 runs, which chose no token.");
    expect(markdown(report, baseline)).not.toContain("chose no token");
    expect(`${markdown(some, baseline)} ${chart(some, baseline)}`).not.toContain("NaN");
  });

  it("has no row for an arm that did not run on a workload", () => {
    const entry = { round: 1, index: 1, run: run(10) };
    const measured = [
      { ...entry, workload: "edit", arm: baseline },
      { ...entry, workload: "edit", arm: "b" },
      { ...entry, workload: "chat", arm: baseline },
      { ...entry, workload: "explain", arm: "b" }, // cut short before its baseline ran
    ];
    const found = rows({ ...report, measured }, baseline).map((row) => `${row.workload} ${row.arm}`);
    expect(found).toEqual([`edit ${baseline}`, "edit b", `chat ${baseline}`]);
  });

  it("writes a table and a picture with every arm", () => {
    expect(markdown(report, baseline)).toContain("| edit | hunch auto |");
    const picture = chart(report, baseline);
    expect(picture).toContain("hunch auto");
    expect(picture).toContain("a CPU &lt;fast>");
  });

  it("knows its arms", () => {
    const names = allArms.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining([...defaultArms, baseline]));
  });
});
