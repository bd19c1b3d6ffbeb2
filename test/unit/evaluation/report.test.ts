import { describe, expect, it } from "vitest";
import { chart, paretoFront } from "../../../src/evaluation/chart.ts";
import { figures, table } from "../../../src/evaluation/report.ts";
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

  it("makes a table with a row for each, and a well-formed picture", () => {
    expect(table(rows, "plain").trim().split("\n")).toHaveLength(5);
    expect(table(rows, "plain")).toContain("+5 [");
    const picture = chart(rows, "a < b & c");
    expect(textOf(picture)).toContain("a &lt; b &amp; c");
    expect(textOf(picture)).toContain("&lt;odd>");
    expect(picture).not.toContain("NaN");
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
