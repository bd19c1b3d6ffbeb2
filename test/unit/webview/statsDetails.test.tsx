// @vitest-environment happy-dom
import { render } from "preact";
import { expect, it } from "vitest";
import type { FirstAnswerStats } from "../../../src/common/stats.ts";
import { StatsDetails } from "../../../src/webview/components/statsDetails.tsx";
import { stats } from "./support.ts";

/** The details' row about the answer that the model had before it thought; undefined where there is none. */
function said(firstAnswer?: FirstAnswerStats) {
  const root = document.createElement("div");
  render(<StatsDetails stats={stats(firstAnswer ? { firstAnswer } : {})} />, root);
  const row = [...root.querySelectorAll("dt")].find((term) => term.textContent === "Answer without a thought");
  return row?.nextElementSibling?.textContent;
}

it("tells how likely the answer without a thought was, and what came of it", () => {
  expect(said({ text: "42", probability: 0.62, stands: true })).toMatch(/^62.% likely, it stands$/);
  expect(said({ text: "42", probability: 0.03, stands: false })).toMatch(/^3.% likely, too little to stand$/);
  expect(said({ text: "", probability: 0, stands: false })).toBeUndefined();
  expect(said()).toBeUndefined();
});
