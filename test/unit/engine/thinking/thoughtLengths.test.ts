import { describe, expect, it } from "vitest";
import { ThoughtLengths } from "../../../../src/engine/thinking/thoughtLengths.ts";

function filled(...tokens: number[]): ThoughtLengths {
  const lengths = new ThoughtLengths();
  for (const count of tokens) lengths.observe("ask/draft", count);
  return lengths;
}

describe("thinking tokens saved", () => {
  it("are the median of whole thoughts less what was thought", () => {
    expect(filled(900, 100, 300, 200, 400).saved("ask/draft", 120)).toBe(180);
    expect(filled(100, 200, 300, 400, 500, 600).saved("ask/draft", 50)).toBe(300);
  });

  it("are none where the thought was as long as usual", () => {
    expect(filled(100, 200, 300, 400, 500).saved("ask/draft", 301)).toBe(0);
  });

  it("are not told from few thoughts, nor from those for something else", () => {
    expect(filled(100, 200, 300, 400).saved("ask/draft", 10)).toBeNull();
    expect(filled(100, 200, 300, 400, 500).saved("explain/draft", 10)).toBeNull();
  });

  it("follow what was seen last", () => {
    expect(filled(...Array(40).fill(1_000), ...Array(32).fill(100)).saved("ask/draft", 0)).toBe(100);
  });

  it("survive being kept on disk, and what is broken there does not", () => {
    const kept = JSON.parse(JSON.stringify(filled(100, 200, 300, 400, 500)));
    expect(ThoughtLengths.fromJSON(kept).saved("ask/draft", 0)).toBe(300);
    for (const broken of [null, 3, [1], { "ask/draft": "long" }, { "ask/draft": [1, 2, 3, 4, null] }])
      expect(ThoughtLengths.fromJSON(broken).saved("ask/draft", 0)).toBeNull();
  });
});
