import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { families } from "../../../../src/engine/thinking/families.ts";
import { type FamilyName, formatOf } from "../../../../src/engine/thinking/formats.ts";
import { SegmentParser, type SegmentRun, type SegmentStart } from "../../../../src/engine/thinking/segmenter.ts";
import { cut, join, type Part, runsOf } from "./segmenterSupport.ts";

function markersOf(family: FamilyName): string[] {
  const { open, close, answer } = formatOf(family);
  return [...open, ...close, ...answer.open, ...answer.close];
}

/** A marker as vocabularies have it: what is in brackets is a control token, "analysis" between two of them is text. */
function controlParts(marker: string): Part[] {
  return marker
    .split(/(<[^<>]*>|\[[^\]]*\])/)
    .filter((text) => text !== "")
    .map((text) => ({ text, control: /^[<[]/.test(text) }));
}

/** Outputs made of what is difficult: markers, their parts, control tokens, code, quotes, white space. */
const difficult = (family: FamilyName) => {
  const markers = [...markersOf(family), ...Object.values(formatOf(family).text)];
  const spelt = markers.flatMap((marker) => [marker, marker.slice(0, -1), marker.slice(1)]);
  const control = markersOf(family).flatMap(controlParts);
  const others = ["\n", " ", "\n\n", "a", "Bc", " word", ".", ",", "`", "```", "\n```\n", '"', "é", "😀", "<", "["];
  const plain = [...spelt, ...others].map((text): Part => ({ text, control: false }));
  return fc
    .array(fc.constantFrom(...plain, ...control, ...markersOf(family).map(controlParts)), { maxLength: 24 })
    .map((parts) => parts.flat());
};

function runsOfParts(family: FamilyName, parts: readonly Part[], start: SegmentStart): SegmentRun[] {
  const parser = new SegmentParser(formatOf(family), start);
  const push = ({ text, control }: Part, i: number) => (control ? parser.pushControl(text, i) : parser.push(text, i));
  return [...parts.flatMap(push), ...parser.end()];
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const char of whole) if (char === part[at] || part.startsWith(char, at)) at += char.length;
  return at === part.length;
}

/**
 * Thoughts and answers as a model writes them: words t0 … and a0 …, lines, code with markers quoted in it; and the markers
 * between them, each spelt out on a line of its own or in control tokens.
 */
const output = (family: FamilyName) => {
  const { open, close, answer, text } = formatOf(family);
  const quoted = fc.constantFrom(...markersOf(family));
  const segment = (word: string) =>
    fc
      .array(
        fc.oneof(
          fc.nat(9).map((n) => ` ${word}${n}`),
          fc.nat(9).map((n) => ` ${word}${n}.`),
          fc.constant("\n"),
          quoted.map((marker) => ` \`${marker}\` `),
          quoted.map((marker) => `\n\`\`\`\n${marker}\n${word}7 ${marker}\n\`\`\`\n`),
        ),
        { maxLength: 8 },
      )
      .map((atoms) => `${word}0${atoms.join("")}\n${word}1`);
  const spelt = (marker: string): Part[] => [{ text: `\n${marker}\n`, control: false }];
  const inTokens = (marker: string): Part[] =>
    controlParts(marker).every(({ control }) => !control) ? spelt(marker) : controlParts(marker);
  const some = (markers: readonly string[]) =>
    fc.array(
      fc
        .tuple(fc.constantFrom(...markers), fc.boolean())
        .map(([marker, control]) => (control ? inTokens(marker) : spelt(marker))),
      { minLength: 1, maxLength: 3 },
    );
  return fc.record({
    segments: fc.array(fc.record({ thought: segment("t"), answer: segment("a") }), { minLength: 1, maxLength: 3 }),
    markers: fc.record({ open: some(open), close: some([...close, ...answer.open, text.close.trim()]) }),
  });
};

/** A text without its code, in which a marker is none. */
function unquoted(text: string): string {
  return text.replace(/^```\n[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
}

const familyNames = Object.keys(families) as FamilyName[];

describe.each(familyNames)("any split of any text, %s", (family) => {
  const start = fc.record({ startsInside: fc.boolean(), resumedText: fc.constantFrom("", "before") });
  const cuts = fc.array(fc.nat(400), { maxLength: 40 });

  it("gives the same segments, and every character to the token that brought it", () => {
    fc.assert(
      fc.property(difficult(family), cuts, start, (parts, places, from) => {
        const pieces = cut(parts, places);
        const runs = runsOfParts(family, pieces, from);
        expect(join(runs)).toEqual(join(runsOfParts(family, cut(parts), from)));
        // Nothing is invented, doubled or given to another token: a token's runs are its text with parts left out.
        pieces.forEach((piece, token) => {
          const text = runs.map((run) => (run.token === token ? run.text : "")).join("");
          expect(isSubsequence(text.replace(/\s/g, ""), piece.text)).toBe(true);
        });
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  it("leaks no thought and no marker into the answer, and no answer into the thought", () => {
    fc.assert(
      fc.property(output(family), cuts, fc.boolean(), ({ segments, markers }, places, startsInside) => {
        const parts = segments.flatMap(({ thought, answer }, i) => [
          ...(i === 0 && startsInside ? [] : markers.open[i % markers.open.length]!),
          { text: thought, control: false },
          ...markers.close[i % markers.close.length]!,
          { text: answer, control: false },
        ]);
        const { thinking, answer } = join(runsOfParts(family, cut(parts, places), { startsInside }));
        const words = (key: "thought" | "answer") => segments.flatMap((segment) => segment[key].match(/[ta]\d/g) ?? []);
        expect(thinking.match(/[ta]\d/g) ?? []).toEqual(words("thought"));
        expect(answer.match(/[ta]\d/g) ?? []).toEqual(words("answer"));
        for (const text of [thinking, answer])
          for (const marker of markersOf(family)) expect(unquoted(text)).not.toContain(marker);
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  it("loses nothing but markers and the white space around them", () => {
    const { open, close } = formatOf(family);
    const markers = markersOf(family).sort((a, b) => b.length - a.length);
    const bare = (text: string) => {
      let left = text.replace(/\s/g, "");
      for (const marker of markers.map((marker) => marker.replace(/\s/g, "")))
        left = left.split(new RegExp(marker.replace(/[[\]|/\\]/g, "\\$&"), "gi")).join("");
      return left;
    };
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("word", "x y", "\n", ".", ...open, ...close), { maxLength: 16 }),
        (pieces) => {
          const text = pieces.join("\n");
          const runs = runsOf(family, [text], { startsInside: false });
          const visible = join([...runs].sort((a, b) => a.token - b.token));
          const letters = (value: string) => [...bare(value)].sort().join("");
          expect(letters(visible.thinking + visible.answer)).toBe(letters(text));
        },
      ),
      { numRuns: 200, seed: 9 },
    );
  });
});
