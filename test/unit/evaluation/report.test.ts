import { describe, expect, it } from "vitest";
import type { Arm } from "../../../src/evaluation/arms.ts";
import { chart, paretoFront } from "../../../src/evaluation/chart.ts";
import { samplingNote, thoughtNotes, timeNotes } from "../../../src/evaluation/notes.ts";
import { figures, table, timedOn } from "../../../src/evaluation/report.ts";
import { record } from "./support.ts";

const records = Array.from({ length: 20 }, (_, i) => [
  record(`${i}`, "plain", { right: i < 10, thinkingTokens: 200, timeToAnswerMs: 8_000 }),
  record(`${i}`, "draft", { right: i >= 1 && i < 12, thinkingTokens: 50, timeToAnswerMs: 2_000 }),
  record(`${i}`, "<odd>", { right: false, thinkingTokens: 300, answer: " ", stopReason: "length" }),
]).flat();

describe("figures", () => {
  const rows = figures(records, "plain");
  const row = (arm: string) => rows.find((candidate) => candidate.arm === arm)!;

  it("compares with the baseline, item by item", () => {
    expect(row("plain").against).toBeNull();
    expect(row("draft")).toMatchObject({ items: 20, right: 11, thinkingTokens: 50, empty: 0 });
    expect(row("draft").against).toMatchObject({ items: 20, losses: 1, gains: 2, saved: 0.75, speedUp: 4 });
    expect(row("draft").against?.accuracy).toBeCloseTo(0.05, 12);
    const { low, high } = row("draft").against!.accuracyInterval;
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0.05);
    expect(row("draft").against?.savedInterval.low).toBeCloseTo(0.75, 12);
  });

  it("has times of one machine, the one of most answers, and all else of all", () => {
    const fast = { cpu: "fast", device: "cpu" };
    const slow = { cpu: "slow", device: "cpu" };
    const mixed = records.map((one) => ({
      ...one,
      machine: Number(one.item) < 5 ? fast : slow,
      timeToAnswerMs: Number(one.item) < 5 ? 1 : one.timeToAnswerMs,
    }));
    const draft = figures(mixed, "plain").find(({ arm }) => arm === "draft")!;
    expect(timedOn(mixed)).toEqual(slow);
    expect(draft).toMatchObject({ items: 20, right: 11, timed: 15, meanTimeToAnswerMs: 2_000 });
    expect(draft.against).toMatchObject({ items: 20, speedUp: 4, saved: 0.75 });
    expect(timeNotes(mixed)).toEqual([
      "Times are those of slow, cpu: 45 of 60 answers. The others were computed elsewhere.",
    ]);
    // One arm was run elsewhere altogether.
    const apart = records.map((one) => ({ ...one, machine: one.arm === "draft" ? fast : slow }));
    const rows = figures(apart, "plain");
    expect(rows.find(({ arm }) => arm === "draft")).toMatchObject({ timed: 0, meanTimeToAnswerMs: Number.NaN });
    expect(table(rows, "plain")).not.toContain("NaN");
  });

  it("reads records of earlier versions, which do not say where they were computed", () => {
    expect(timedOn(records)).toBeUndefined();
    expect(row("draft").timed).toBe(20);
    expect(timeNotes(records)).toEqual([]);
    const here = { cpu: "new", device: "cpu" };
    const some = records.map((one) => (Number(one.item) < 12 ? one : { ...one, machine: here }));
    expect(timeNotes(some)[0]).toContain("do not name: 36 of 60 answers");
    expect(samplingNote(records)).toBe("");
  });

  it("counts what is empty and what was cut off", () => {
    expect(row("<odd>")).toMatchObject({ empty: 20, cutOff: 20, right: 0 });
  });

  it("compares only items that both have", () => {
    const some = figures(
      records.filter(({ item, arm }) => arm !== "draft" || Number(item) < 5),
      "plain",
    );
    expect(some.find(({ arm }) => arm === "draft")?.against).toMatchObject({ items: 5, losses: 1, gains: 0 });
  });

  it("finds what no other beats", () => {
    expect(paretoFront(rows).map(({ arm }) => arm)).toEqual(["draft"]);
  });

  it("says nothing of what is saved against an arm that thinks nothing, and of its interval against one that seldom does", () => {
    const against = (thoughts: number) =>
      records.map((one) =>
        one.arm === "plain" ? { ...one, thinkingTokens: Number(one.item) < thoughts ? 200 : 0 } : one,
      );
    const cells = (thoughts: number) =>
      table(figures(against(thoughts), "plain"), "plain")
        .split("\n")
        .find((line) => line.startsWith("| draft"))!
        .split(" | ")
        .slice(4, 7);
    expect(cells(0)).toEqual(["50 [50, 50]", "", expect.stringMatching(/^\+5 \[/)]);
    expect(cells(1)).toEqual(["50 [50, 50]", "-400 %", expect.stringMatching(/^\+5 \[/)]);
    expect(cells(20)[1]).toBe("75 % [75, 75]");
  });

  it("makes a table with a row for each, and a well-formed picture", () => {
    expect(table(rows, "plain").trim().split("\n")).toHaveLength(5);
    expect(table(rows, "plain")).toContain("+5 [");
    const picture = chart(rows, "a < b & c");
    expect(textOf(picture)).toContain("a &lt; b &amp; c");
    expect(textOf(picture)).toContain("&lt;odd>");
    expect(picture).not.toContain("NaN");
  });
});

describe("notes", () => {
  const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };
  const advised = { ...greedy, temperature: 0.6, topP: 0.95, topK: 20 };

  it("say how was sampled, by arm where that differs", () => {
    const none = record("1", "none", { sampling: greedy });
    const plain = record("1", "plain", { sampling: advised });
    expect(samplingNote([none])).toBe("greedy");
    expect(samplingNote([plain, { ...plain, item: "2" }])).toBe("T = 0.6, top-p 0.95, top-k 20");
    expect(samplingNote([none, plain, { ...plain, arm: "draft" }])).toBe(
      "greedy (none), T = 0.6, top-p 0.95, top-k 20 (plain; draft)",
    );
  });

  it("say where fewer thoughts ran than an arm is named after", () => {
    const parallel: Arm = { by: "template", template: "plain", controls: "parallel", effort: "low" };
    const high: Arm = { by: "effort", effort: "high", thoughts: 4 };
    const some = [
      record("1", "plain, parallel", { thoughts: 1 }),
      record("2", "plain, parallel", { thoughts: 4 }),
      record("1", "effort high, 4 thoughts", { thoughts: 4 }),
      record("2", "effort high, 4 thoughts"),
    ];
    const [note, ...more] = thoughtNotes([parallel, high], some);
    expect(note).toMatch(/^plain, parallel: in 1 of 2 answers .* at most 1 ran there\.$/);
    expect(more).toEqual([]);
  });
});

/** Enough of an XML reader to see that every element is closed and no attribute is broken; gives the text. */
function textOf(xml: string): string {
  const open: string[] = [];
  const left = xml.replace(
    /<(\/?)([a-z]+)((?:\s+[a-zA-Z-]+\d?="[^"<]*")*)(\/?)>/g,
    (_, close, name, __, selfClosed) => {
      if (close) expect(open.pop()).toBe(name);
      else if (!selfClosed) open.push(name);
      return "";
    },
  );
  expect(open).toEqual([]);
  expect(left).not.toContain("<");
  return left;
}
