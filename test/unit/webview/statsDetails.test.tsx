// @vitest-environment happy-dom
import { render } from "preact";
import { expect, it } from "vitest";
import type { FirstAnswerStats, GenerationStats } from "../../../src/common/stats.ts";
import { StatsDetails } from "../../../src/webview/components/statsDetails.tsx";
import { stats } from "./support.ts";

/** What the details' row of that name says; undefined where there is none. */
function row(name: string, part: Partial<GenerationStats>) {
  const root = document.createElement("div");
  render(<StatsDetails stats={stats(part)} />, root);
  const named = [...root.querySelectorAll("dt")].find((term) => term.textContent === name);
  return named?.nextElementSibling?.textContent;
}

/** About the answer that the model had before it thought. */
const said = (firstAnswer?: FirstAnswerStats) => row("Answer without a thought", firstAnswer ? { firstAnswer } : {});

it("tells how likely the answer without a thought was, and what came of it", () => {
  expect(said({ text: "42", probability: 0.62, stands: true })).toMatch(/^62.% likely, it stands$/);
  expect(said({ text: "42", probability: 0.03, stands: false })).toMatch(/^3.% likely, too little to stand$/);
  expect(said({ text: "", probability: 0, stands: false })).toBeUndefined();
  expect(said()).toBeUndefined();
});

it("tells when the first token came, and nothing of it where the answer was stopped before", () => {
  expect(row("First token after", { timeToFirstTokenMs: 1_200 })).toMatch(/^1.2.s$/);
  expect(row("First token after", { timeToFirstTokenMs: 0 })).toBeUndefined();
});
