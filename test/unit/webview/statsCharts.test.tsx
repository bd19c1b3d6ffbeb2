// @vitest-environment happy-dom
import { type ComponentChild, render } from "preact";
import { describe, expect, it } from "vitest";
import type { PassCost } from "../../../src/common/stats.ts";
import { CostChart, OriginShares, ThoughtChart } from "../../../src/webview/components/statsCharts.tsx";
import { stats } from "./support.ts";

function draw(chart: ComponentChild): HTMLElement {
  const root = document.createElement("div");
  render(chart, root);
  return root;
}

const said = (root: HTMLElement) => root.querySelector("svg[role=img] title")?.textContent;
/** Of the first picture: the others are keys. */
const widths = (root: HTMLElement) =>
  [...(root.querySelector("svg[role=img]")?.querySelectorAll("rect") ?? [])].map((bar) =>
    Number(bar.getAttribute("width")),
  );

const suffix = { rounds: 9, draftedTokens: 80, acceptedTokens: 60, draftMs: 1, acceptedPerPosition: [9] };

describe("the charts of an answer", () => {
  it("shares: each origin by its tokens, the model's own last", () => {
    const root = draw(<OriginShares stats={stats({ thinkingTokens: 40, answerTokens: 60, byDrafter: { suffix } })} />);
    expect(said(root)).toBe("Tokens by who proposed them. Suffix drafter: 60, Model itself: 40");
    expect(widths(root)).toEqual([192, 128]);
  });

  it("thinking: spent, saved and left of the budget fill one bar", () => {
    const figures = stats({ thinkingTokens: 100, thinkingTokensSaved: 60, thinkingBudget: 400 });
    const root = draw(<ThoughtChart stats={figures} />);
    expect(said(root)).toBe("Thinking tokens, budget 400. thought: 100, saved, about: 60, left of the budget: 240");
    expect(widths(root)).toEqual([80, 48, 192]);
  });

  it("thinking: a thought beyond its budget leaves nothing of it", () => {
    const root = draw(<ThoughtChart stats={stats({ thinkingTokens: 420, thinkingBudget: 400 })} />);
    expect(said(root)).toBe("Thinking tokens, budget 400. thought: 420");
  });

  it("costs: a dot a size, filled where it was used", () => {
    const curve: PassCost[] = [
      { size: 1, ms: 50, passes: 30 },
      { size: 2, ms: 60, passes: 0 },
      { size: 4, ms: 100, passes: 10 },
    ];
    const root = draw(<CostChart curve={curve} />);
    const dots = [...root.querySelectorAll("circle")];
    expect(dots.map((dot) => dot.getAttribute("class"))).toEqual(["used", null, "used"]);
    expect(dots.map((dot) => Number(dot.getAttribute("cy")))).toEqual([36, 29.8, 5].map((y) => expect.closeTo(y, 5)));
    expect(said(root)).toBe(
      "Time of a pass by its size. 1 token: 50 ms, 75 % used; 2 tokens: 60 ms; 4 tokens: 100 ms, 25 % used",
    );
  });

  it("there is none of what is not known", () => {
    const nothing = stats({ thinkingTokens: 10, answerTokens: 5 });
    for (const chart of [
      <OriginShares key="o" stats={nothing} />,
      <ThoughtChart key="t" stats={nothing} />,
      <CostChart key="c" curve={[{ size: 1, ms: 9, passes: 1 }]} />,
    ])
      expect(draw(chart).innerHTML).toBe("");
  });
});
