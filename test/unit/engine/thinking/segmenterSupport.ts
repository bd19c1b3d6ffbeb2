/** What the tests of the segmenter share: a family's output, split into its segments. */
import { type FamilyName, formatOf } from "../../../../src/engine/thinking/formats.ts";
import { SegmentParser, type SegmentRun, type SegmentStart } from "../../../../src/engine/thinking/segmenter.ts";

export interface Split {
  thinking: string;
  answer: string;
}

export function join(runs: readonly SegmentRun[]): Split {
  const of = (segment: string) => runs.map((run) => (run.segment === segment ? run.text : "")).join("");
  return { thinking: of("thinking"), answer: of("answer") };
}

export function runsOf(family: FamilyName, pieces: readonly string[], start: SegmentStart): SegmentRun[] {
  const parser = new SegmentParser(formatOf(family), start);
  return [...pieces.flatMap((piece, i) => parser.push(piece, i)), ...parser.end()];
}

/** A part of a model's output; `control`: a token that plain text can not contain, which never comes in parts. */
export interface Part {
  text: string;
  control: boolean;
}

/** Cuts what is not control at the given places, surrogate pairs included; without places, into as few pieces as can be. */
export function cut(parts: readonly Part[], places: readonly number[] = []): Part[] {
  const joined: Part[] = [];
  for (const { text, control } of parts) {
    const last = joined.at(-1);
    if (last && !last.control && !control) last.text += text;
    else joined.push({ text, control });
  }
  return joined.flatMap((part) => {
    if (part.control) return [part];
    const at = [...new Set(places.map((place) => place % (part.text.length + 1)))].sort((a, b) => a - b);
    return [0, ...at].map((from, i) => ({ text: part.text.slice(from, at[i] ?? part.text.length), control: false }));
  });
}
