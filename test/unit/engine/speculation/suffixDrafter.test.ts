import { describe, expect, it } from "vitest";
import { SuffixDrafter } from "../../../../src/engine/speculation/drafters/suffix.ts";
import { seededRandom } from "../../support/random.ts";
import { decode, openDecoder, plainText, prompt as toyPrompt, warm } from "../../support/toyDecoder.ts";

const [fence, line, language, name, newName] = [9_001, 9_002, 9_003, 7, 8];
const source = Array.from({ length: 60 }, (_, i) => (i % 9 === 4 ? name : 100 + i));
const edited = source.map((token) => (token === name ? newName : token));
/** As a question with code has it, and the words around the model's turn. */
const prompt = [1, 2, 3, fence, line, ...source, line, fence, 20, 21, 22, line, 23, line];
const expected = { tokens: [line, ...edited, line, fence], opener: fence, language: [] };

/** A drafter that has begun with the prompt and follows what is said. */
function begun(said: readonly number[] = [], text: readonly number[] = prompt): SuffixDrafter {
  const drafter = new SuffixDrafter();
  drafter.expect(expected);
  drafter.begin(text);
  drafter.commit(said);
  return drafter;
}

/** Of its drafts the one that starts most like this. */
const drafted = (drafter: SuffixDrafter, count: number) => drafter.draft(count).map(({ tokens }) => tokens);

describe("SuffixDrafter with code that is expected", () => {
  it("drafts it from the fence's line on, changes and all, whether the fence names a language or not", () => {
    for (const opening of [[fence], [fence, language]]) {
      const drafter = begun([31, 32, ...opening]);
      if (opening.length === 2) expect(drafted(drafter, 20)).toContainEqual(expected.tokens.slice(0, 20));
      drafter.commit([line]);
      expect(drafted(drafter, 20)).toContainEqual(edited.slice(0, 20));
      drafter.commit(edited.slice(0, 30));
      for (const tokens of drafted(drafter, 20)) expect(tokens).toEqual(edited.slice(30, 50));
    }
  });

  it("drafts the language too where the prompt's fence names it, and follows another one", () => {
    const named = [language, 9_004];
    const opened = (said: readonly number[]) => {
      const drafter = new SuffixDrafter();
      drafter.expect({ ...expected, language: named });
      drafter.begin(prompt);
      drafter.commit([31, 32, fence, ...said]);
      return drafted(drafter, 8);
    };
    expect(opened([])).toContainEqual([...named, ...expected.tokens].slice(0, 8));
    expect(opened([language])).toContainEqual([9_004, ...expected.tokens].slice(0, 8));
    expect(opened(named)).toContainEqual(expected.tokens.slice(0, 8));
    expect(opened([44])).toContainEqual(expected.tokens.slice(0, 8));
  });

  it("drafts no code behind words, nor behind the fence in the prompt", () => {
    for (const said of [[], [31], [31, 32, 33]]) expect(drafted(begun(said), 4)).not.toContainEqual(edited.slice(0, 4));
  });

  it("waits for the block behind a fence with something else, and expects it but once", () => {
    const drafter = begun([fence, language, line, 51, 52, 53, line, fence, 31]);
    drafter.commit([fence, language]);
    expect(drafted(drafter, 8)).toContainEqual(expected.tokens.slice(0, 8));
    drafter.commit([...expected.tokens, 31, 32, fence, 44]);
    expect(drafted(drafter, 8)).not.toContainEqual(expected.tokens.slice(0, 8));
  });

  it("gives way to what is said instead", () => {
    const drafter = begun([fence, line, ...source.slice(0, 20)]);
    expect(drafted(drafter, 3)).toContainEqual(source.slice(20, 23));
  });

  it("matches the text's own end at once", () => {
    // The end of the prompt stands at its beginning too.
    const text = [20, 21, 22, line, 23, line, 77, 78, ...prompt];
    expect(drafted(begun([], text), 2)).toContainEqual([77, 78]);
  });

  it("still expects it where the text is begun again: forced tokens, or a lost end", () => {
    const said = [31, 32, 33];
    for (const again of [
      [...prompt, ...said],
      [...prompt, 31, 40],
    ]) {
      const drafter = begun(said);
      drafter.begin(again);
      drafter.commit([fence, language]);
      expect(drafted(drafter, 12)).toContainEqual(expected.tokens.slice(0, 12));
    }
  });

  it("expects it no more in the next text, and keeps what it has indexed", () => {
    const answer = [fence, language, line, ...edited, line, fence];
    const drafter = begun(answer);
    const next = [...prompt, ...answer, 41, 42, 43];
    drafter.expect(null);
    drafter.begin(next);
    drafter.commit([31, fence, 44]);
    expect(drafted(drafter, 6)).not.toContainEqual(expected.tokens.slice(0, 6));
    // What was said is drafted as ever.
    drafter.commit(edited.slice(10, 16));
    expect(drafted(drafter, 6)).toContainEqual(edited.slice(16, 22));
  });

  it("never changes what is said", async () => {
    const random = seededRandom(11);
    const plain = await plainText(warm, 200);
    const nearly = plain.slice(toyPrompt.length).map((token) => (random() < 0.1 ? (token + 1) % 40 : token));
    const suffix = new SuffixDrafter();
    suffix.expect({ tokens: nearly, language: [1], opener: plain[toyPrompt.length + 3]! });
    const { decoder, target } = openDecoder(toyPrompt, { sampling: warm, drafters: () => [suffix] });
    await decode(decoder, 200);
    expect(decoder.text).toEqual(plain);
    expect(target.passes).toBeLessThan(150);
  });
});
