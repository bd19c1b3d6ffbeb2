import fc from "fast-check";
import { expect, test } from "vitest";
import { StopSequences } from "../../../../src/cli/serve/stopSequences.ts";

test("however a text is cut, it ends in front of the first stop sequence and loses nothing else", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 30 });
  const sequences = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n"), minLength: 1, maxLength: 4 }), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 8 }), sequences, (pieces, stops) => {
      const text = pieces.join("");
      const starts = stops.map((stop) => text.indexOf(stop)).filter((start) => start >= 0);
      const parser = new StopSequences(stops);
      const passed = pieces.map((piece) => parser.push(piece)).join("") + parser.end();
      // Where stop sequences overlap, the one that is complete first ends the text; it may begin a little later.
      const longest = Math.max(0, ...stops.map((stop) => stop.length));
      if (starts.length === 0) expect(passed).toBe(text);
      else {
        expect(parser.hit).toBe(true);
        expect(text.startsWith(passed)).toBe(true);
        expect(passed.length).toBeGreaterThanOrEqual(Math.min(...starts));
        expect(passed.length).toBeLessThan(Math.min(...starts) + longest);
      }
    }),
  );
});

test("what may become a stop sequence is held back, the rest is not", () => {
  const parser = new StopSequences(["\n\n"]);
  expect(parser.push("a\n")).toBe("a");
  expect(parser.push("b")).toBe("\nb");
  expect(parser.push("\n")).toBe("");
  expect(parser.push("\nc")).toBe("");
  expect(parser.hit).toBe(true);
  expect(parser.push("more")).toBe("");
});
