import { Window } from "happy-dom";
import { describe, expect, it } from "vitest";
import { baseline } from "../../../../src/benchmark/arms.ts";
import type { Report } from "../../../../src/benchmark/report.ts";
import { benchmarkPage } from "../../../../src/features/benchmark/page.ts";

const run = (tokensPerSecond: number, drafted: number) => ({
  tokens: 90,
  tokensPerSecond,
  drafted,
  accepted: drafted / 2,
  prefillMs: 1,
  overheadMsPerPass: 0.4,
});
const report: Report = {
  made: "2026-01-01T00:00:00.000Z",
  command: "Hunch: Benchmark This Machine",
  cpu: 'a "fast" <CPU>',
  threads: 2,
  model: "<b>model</b>",
  draft: null,
  temperature: 0,
  maxTokens: 96,
  rounds: 1,
  setup: { prompts: "built in", contextSize: 4096, kvType: "f16", device: "cpu", gpuLayers: 0 },
  costCurve: { 1: 1, 4: 2 },
  bound: 2,
  measured: [
    { workload: "edit", index: 1, arm: baseline, round: 1, run: run(10, 0) },
    { workload: "edit", index: 1, arm: "hunch auto", round: 1, run: run(17, 40) },
  ],
};

describe("the benchmark's page", () => {
  const window = new Window();
  const { document } = window;
  const html = benchmarkPage(report);
  document.write(html);

  it("shows the picture and the same figures as a table", () => {
    expect(document.querySelector("svg")).not.toBeNull();
    const rows = [...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map((c) => c.textContent));
    expect(rows).toEqual([
      ["edit", baseline, "10.0", "1.00×", ""],
      ["edit", "hunch auto", "17.0", "1.70×", "50 %"],
    ]);
  });

  it("takes names as text", () => {
    expect(document.querySelector("h1")?.textContent).toBe("Decode speed of <b>model</b>");
    expect(document.querySelector("b")).toBeNull();
  });

  it("allows only its own script and styles", () => {
    const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
    expect(policy).toContain("default-src 'none'");
    const nonce = policy.match(/script-src 'nonce-([^']+)'/)?.[1];
    expect(nonce).toBeTruthy();
    expect(html.match(/<(?:script|style)[^>]*>/g)).toEqual([`<style nonce="${nonce}">`, `<script nonce="${nonce}">`]);
  });
});
