import { describe, expect, it } from "vitest";
import { SuffixAutomaton } from "../../../../src/engine/speculation/drafters/suffixAutomaton.ts";
import { seededRandom } from "../../support/random.ts";

/** Longest suffix of `text` that also ends earlier, by trying all. */
function naiveMatch(text: readonly number[]): { length: number; ends: number[] } {
  const last = text.length - 1;
  for (let length = last; length >= 1; length--) {
    const ends: number[] = [];
    for (let end = length - 1; end < last; end++) {
      let same = 0;
      while (same < length && text[end - same] === text[last - same]) same++;
      if (same === length) ends.push(end);
    }
    if (ends.length > 0) return { length, ends };
  }
  return { length: 0, ends: [] };
}

describe("SuffixAutomaton", () => {
  it.each([2, 3, 8, 40])(
    "finds the longest earlier suffix, as a naive search does (%i different tokens)",
    (alphabet) => {
      const random = seededRandom(alphabet);
      for (let run = 0; run < 20; run++) {
        const automaton = new SuffixAutomaton();
        const text: number[] = [];
        for (let i = 0; i < 120; i++) {
          // Now and then repeat an earlier stretch, as text does.
          const copied = text.length > 20 && random() < 0.3 ? text.slice(5, 5 + Math.floor(random() * 12)) : [];
          for (const token of copied.length > 0 ? copied : [Math.floor(random() * alphabet)]) {
            text.push(token);
            automaton.push(token);
            const expected = naiveMatch(text);
            expect(automaton.match.length).toBe(expected.length);
            if (expected.length > 0) expect(expected.ends).toContain(automaton.match.end);
          }
        }
      }
    },
  );

  it("names the latest earlier occurrence", () => {
    const automaton = new SuffixAutomaton();
    for (const token of [1, 2, 9, 1, 2, 8, 1, 2]) automaton.push(token);
    expect(automaton.match).toEqual({ length: 2, end: 4 });
  });

  it("takes linear work on text that repeats itself for ever", () => {
    const automaton = new SuffixAutomaton();
    for (let i = 0; i < 200_000; i++) automaton.push(i % 3);
    expect(automaton.match.length).toBe(200_000 - 3);
    expect(automaton.text.length).toBe(200_000);
  });
});
