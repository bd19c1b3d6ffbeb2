import { describe, expect, it } from "vitest";
import { parseItems, sample } from "../../../src/evaluation/items.ts";
import { seededRandom } from "../../../src/evaluation/statistics.ts";

describe("parseItems", () => {
  it("reads both formats", () => {
    const lines = [
      JSON.stringify({ id: "a", code: "def f(x):\n    return x", input: "3", output: "3" }),
      "",
      JSON.stringify({ question: "How many?", answer: "1 000 and 234.\n#### 1,234" }),
    ];
    const [value, number] = parseItems(lines.join("\n"));
    expect(value).toMatchObject({ id: "a", kind: "python", expected: "3" });
    expect(value?.question).toContain("f(3)");
    expect(value?.code[0]).toMatchObject({ startLine: 1, endLine: 2 });
    expect(number).toMatchObject({ id: "line-3", kind: "number", expected: "1234", code: [] });
  });

  it.each([
    "nonsense",
    "[]",
    "null",
    '{"question": "no number", "answer": "none"}',
    '{"code": 1, "input": "", "output": ""}',
  ])("says which line is wrong: %s", (line) => expect(() => parseItems(`\n${line}`)).toThrow("Line 2"));
});

describe("sample", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);

  it("draws without replacement, the same for the same seed", () => {
    const drawn = sample(items, 30, seededRandom(1));
    expect(new Set(drawn).size).toBe(30);
    expect(drawn).toEqual(sample(items, 30, seededRandom(1)));
    expect(drawn).not.toEqual(sample(items, 30, seededRandom(2)));
  });

  it("a larger sample begins with the smaller", () => {
    expect(sample(items, 60, seededRandom(1)).slice(0, 20)).toEqual(sample(items, 20, seededRandom(1)));
  });

  it("takes all there are", () => {
    expect(sample(items, 1_000, seededRandom(1)).sort((a, b) => a - b)).toEqual(items);
  });
});
