import { describe, expect, it } from "vitest";
import { hostQuery, matchingSessions, sessionFacts } from "../../../src/webview/sessions.ts";

const minuteMs = 60_000;
const session = (id: string, title: string, text = "") => {
  return { id, title, text, updatedAt: 0, questionCount: 1, running: false };
};

describe("matchingSessions", () => {
  const all = [session("a", "Carts", "Why is the total rounded?"), session("b", "Total recall"), session("c", "Other")];
  it.each([
    ["", ["a", "b", "c"]],
    ["TOTAL", ["a", "b"]],
    ["rounded carts", ["a"]],
    ["nothing", []],
  ])("“%s” finds %j", (query, ids) => {
    expect(matchingSessions(all, query, null).map(({ id }) => id)).toEqual(ids);
  });
});

describe("what the host found", () => {
  const all = [session("a", "Carts"), session("b", "Totals"), session("c", "Other carts")];
  it("comes beside what the list shows, as long as it is for the same query", () => {
    const found = { query: "carts", ids: ["b"] };
    expect(matchingSessions(all, " carts ", found).map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(matchingSessions(all, "other", found).map(({ id }) => id)).toEqual(["c"]);
    expect(matchingSessions(all, "", found)).toHaveLength(3);
  });

  it.each([
    ["", null],
    [" c ", null],
    [" ca", "ca"],
  ])("is asked for: “%s” → %j", (query, wanted) => {
    expect(hostQuery(query)).toBe(wanted);
  });
});

describe("sessionFacts", () => {
  it.each([
    [-5, "just now · 1 question"],
    [59.9 * minuteMs, "59 min ago · 1 question"],
    [60 * minuteMs, "1 h ago · 1 question"],
    [24 * 60 * minuteMs, "yesterday · 1 question"],
    [48 * 60 * minuteMs, "2 days ago · 1 question"],
  ])("after %i ms: %s", (ms, facts) => {
    expect(sessionFacts(session("a", "A"), ms)).toBe(facts);
  });

  it("says that it is being answered", () => {
    expect(sessionFacts({ ...session("a", "A"), running: true, questionCount: 2 }, 0)).toBe(
      "being answered · 2 questions",
    );
  });
});
