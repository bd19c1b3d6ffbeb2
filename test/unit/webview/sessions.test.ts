import { describe, expect, it } from "vitest";
import { matchingSessions, sessionFacts } from "../../../src/webview/sessions.ts";

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
    expect(matchingSessions(all, query).map(({ id }) => id)).toEqual(ids);
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
