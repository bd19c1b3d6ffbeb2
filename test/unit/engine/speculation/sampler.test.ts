import { describe, expect, it } from "vitest";
import type { SamplingOptions } from "../../../../src/common/prompt.ts";
import { gumbel, Sampler } from "../../../../src/engine/speculation/sampler.ts";
import type { Candidates } from "../../../../src/engine/speculation/types.ts";

const plain: SamplingOptions = { temperature: 0.8, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
const candidates: Candidates = {
  tokens: [11, 7, 300, 42, 5, 90_000, 8, 2],
  logits: [4, 3.5, 3.4, 2, 1.5, 1, -1, -3],
};

/** Probabilities that the filters and the temperature leave, computed the plain way. */
function reference(options: SamplingOptions): Map<number, number> {
  let entries = candidates.tokens.map((token, i) => ({ token, logit: candidates.logits[i]! }));
  if (options.topK > 0) entries = entries.slice(0, options.topK);
  const weight = (logit: number) => Math.exp(logit - 4);
  const total = entries.reduce((sum, entry) => sum + weight(entry.logit), 0);
  let sum = 0;
  entries = entries.filter((entry) => {
    const before = sum;
    sum += weight(entry.logit) / total;
    return before < options.topP;
  });
  entries = entries.filter((entry) => weight(entry.logit) >= options.minP);
  const scaled = entries.map((entry) => Math.exp((entry.logit - 4) / options.temperature));
  const normaliser = scaled.reduce((a, b) => a + b, 0);
  return new Map(entries.map((entry, i) => [entry.token, scaled[i]! / normaliser]));
}

/** Upper 0.1 % point of the chi-square distribution (Wilson and Hilferty's approximation). */
function chiSquareLimit(freedom: number): number {
  const z = 3.09;
  return freedom * (1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))) ** 3;
}

describe("Sampler", () => {
  it.each([
    ["temperature alone", plain],
    ["low temperature", { ...plain, temperature: 0.3 }],
    ["high temperature", { ...plain, temperature: 1.5 }],
    ["top-k", { ...plain, topK: 3 }],
    ["top-p", { ...plain, topP: 0.8 }],
    ["min-p", { ...plain, minP: 0.2 }],
    ["all together", { ...plain, topK: 6, topP: 0.9, minP: 0.05 }],
  ])("follows softmax(logits / T) after the filters: %s (chi-square, 40 000 draws)", (_, options) => {
    const expected = reference(options);
    const counts = new Map<number, number>();
    const draws = 40_000;
    // Draws differ in position and seed, as the draws of real runs do.
    for (let i = 0; i < draws; i++) {
      const sampler = new Sampler({ ...options, seed: Math.floor(i / 500) });
      const token = sampler.sample(candidates, i % 500, []);
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    expect([...counts.keys()].every((token) => expected.has(token))).toBe(true);
    let chiSquare = 0;
    for (const [token, probability] of expected)
      chiSquare += ((counts.get(token) ?? 0) - draws * probability) ** 2 / (draws * probability);
    if (expected.size > 1) expect(chiSquare).toBeLessThan(chiSquareLimit(expected.size - 1));
  });

  it("tells a wrong distribution from the right one (the test above can fail)", () => {
    const expected = reference({ ...plain, temperature: 0.9 });
    let chiSquare = 0;
    const counts = new Map<number, number>();
    for (let i = 0; i < 40_000; i++) {
      const token = new Sampler(plain).sample(candidates, i, []);
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    for (const [token, probability] of expected)
      chiSquare += ((counts.get(token) ?? 0) - 40_000 * probability) ** 2 / (40_000 * probability);
    expect(chiSquare).toBeGreaterThan(chiSquareLimit(expected.size - 1));
  });

  it("gives neighbouring positions independent noise (chi-square on pairs)", () => {
    const bins = 8;
    const table = new Float64Array(bins * bins);
    const uniform = (position: number) => Math.exp(-Math.exp(-gumbel(3, position, 17)));
    const pairs = 64_000;
    for (let i = 0; i < pairs; i++)
      table[Math.floor(uniform(i) * bins) * bins + Math.floor(uniform(i + 1) * bins)]! += 1;
    const expected = pairs / (bins * bins);
    const chiSquare = table.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(chiSquareLimit(bins * bins - 1));
  });

  it("is greedy at temperature 0", () => {
    expect(new Sampler({ ...plain, temperature: 0 }).sample(candidates, 5, [])).toBe(11);
  });

  it("penalises what was said lately, and sees far enough down the list for it", () => {
    const sampler = new Sampler({ ...plain, temperature: 0, repetitionPenalty: 1.3 });
    expect(sampler.candidateCount).toBeGreaterThanOrEqual(65);
    expect(sampler.sample(candidates, 5, [11])).toBe(7);
    expect(sampler.sample(candidates, 5, [11, 7, 300])).toBe(11);
    const old = [11, ...Array.from({ length: 64 }, (_, i) => 1000 + i)];
    expect(sampler.sample(candidates, 5, old)).toBe(11);
  });

  it("gives the same token for the same seed and position, whatever else is in the list below it", () => {
    const sampler = new Sampler(plain);
    for (let position = 0; position < 200; position++) {
      const all = sampler.sample(candidates, position, []);
      expect(sampler.sample(candidates, position, [])).toBe(all);
    }
  });
});
