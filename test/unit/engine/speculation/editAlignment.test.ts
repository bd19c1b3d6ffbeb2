import { describe, expect, it } from "vitest";
import { EditAlignment } from "../../../../src/engine/speculation/drafters/editAlignment.ts";
import { SuffixAutomaton } from "../../../../src/engine/speculation/drafters/suffixAutomaton.ts";
import { seededRandom } from "../../support/random.ts";

/** Feeds a text token by token, as the drafter does. */
function follow(text: readonly number[]) {
  const automaton = new SuffixAutomaton();
  const alignment = new EditAlignment(automaton.text);
  const push = (token: number) => {
    automaton.push(token);
    alignment.push(automaton.match);
  };
  text.forEach(push);
  return { alignment, push };
}

const random = seededRandom(2);
/** A source whose tokens mostly differ, as code does, with `name` standing in it now and then. */
const name = 7;
const source = Array.from({ length: 120 }, (_, i) => (i % 11 === 5 ? name : 1_000 + Math.floor(random() * 400)));
const separator = [9_001, 9_002];

/** Share of the tokens of `output` that the first drafted token gets right, from `from` on. */
function rightShare(output: readonly number[], from = 20): number {
  const { alignment, push } = follow([...source, ...separator]);
  let right = 0;
  output.forEach((token, i) => {
    if (i >= from && alignment.draft(4)?.tokens[0] === token) right++;
    push(token);
  });
  return right / (output.length - from);
}

describe("EditAlignment", () => {
  it("follows a plain copy", () => {
    expect(rightShare(source)).toBeGreaterThan(0.98);
  });

  it("learns a substitution of one token for one, and of one for several", () => {
    const renamed = source.map((token) => (token === name ? 55 : token));
    expect(rightShare(renamed)).toBeGreaterThan(0.95);
    const longer = source.flatMap((token) => (token === name ? [55, 56, 57] : [token]));
    expect(rightShare(longer)).toBeGreaterThan(0.85);
  });

  it("drafts the learnt substitution inside the draft, and what follows it", () => {
    const renamed = source.map((token) => (token === name ? 55 : token));
    const { alignment } = follow([...source, ...separator, ...renamed.slice(0, 47)]);
    expect(alignment.draft(8)?.tokens).toEqual(renamed.slice(47, 55));
    expect(renamed.slice(47, 55)).toContain(55);
  });

  it("finds its place again after insertions and deletions", () => {
    const inserted = source.flatMap((token, i) => (i % 30 === 15 ? [token, 71, 72, 73] : [token]));
    expect(rightShare(inserted)).toBeGreaterThan(0.75);
    const deleted = source.filter((_, i) => i % 30 < 27);
    expect(rightShare(deleted)).toBeGreaterThan(0.75);
  });

  it("stops substituting where the source is left as it is", () => {
    const output = source.map((token, i) => (token === name && i < 40 ? 55 : token));
    const { alignment } = follow([...source, ...separator, ...output.slice(0, 115)]);
    expect(alignment.draft(3)?.tokens).toEqual(output.slice(115, 118));
  });

  it("has nothing to say on text that copies nothing", () => {
    const { alignment } = follow([...source, ...separator, ...Array.from({ length: 60 }, (_, i) => 5_000 + i)]);
    expect(alignment.draft(4)).toBeNull();
  });
});
