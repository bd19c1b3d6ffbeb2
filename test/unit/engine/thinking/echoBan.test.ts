import { describe, expect, it } from "vitest";
import { Sampler } from "../../../../src/engine/speculation/sampler.ts";
import { EchoBan } from "../../../../src/engine/thinking/echoBan.ts";

const vocabulary = ["I", " I", " am", " asked", " done", "\n", "\n\n", "The", " answer", "  ", ".", "Il", " Il", "le"];
const id = (text: string) => vocabulary.indexOf(text);
const ids = (...texts: string[]) => texts.map(id);
/** The longest token that fits, again and again. */
function encodeText(text: string): number[] {
  const tokens: number[] = [];
  for (let rest = text; rest !== ""; ) {
    const token = vocabulary.filter((entry) => rest.startsWith(entry)).sort((a, b) => b.length - a.length)[0];
    if (token === undefined) throw new Error(`no token for ${rest}`);
    tokens.push(id(token));
    rest = rest.slice(token.length);
  }
  return tokens;
}
const codec = { encodeText, decode: (tokens: readonly number[]) => tokens.map((token) => vocabulary[token]).join("") };
const sentence = "I am asked.";
/** What stands in front of the answer. */
const before = ids("The", ".", "\n");

function banned(answer: string[], said = sentence): string[] {
  const ban = new EchoBan(codec);
  ban.begin(said, before.length);
  const text = [...before, ...ids(...answer)];
  return [...(ban.bannedAt(text.length, text) ?? [])].map((token) => vocabulary[token]!).sort();
}

describe("the ban of an echo", () => {
  it("keeps the first word from the answer's beginning, behind white space too", () => {
    expect(banned([])).toEqual([" I", "I"]);
    expect(banned(["\n", "  ", "\n\n"])).toEqual([" I", "I"]);
  });

  it("lets it stand anywhere else, at the beginning of a later line too", () => {
    expect(banned(["The"])).toEqual([]);
    expect(banned(["\n", "The", "\n"])).toEqual([]);
    expect(banned(["\n", "\n", "\n", "\n", "\n"])).toEqual([]);
  });

  it("knows the place when only the last tokens are shown, as to a draft model", () => {
    const ban = new EchoBan(codec);
    ban.begin(sentence, 1_000);
    expect(ban.bannedAt(1_001, ids(".", "\n"))?.has(id("I"))).toBe(true);
    expect(ban.bannedAt(1_002, ids("\n", "The"))).toBeNull();
  });

  it("forbids nothing before there is a sentence, nor without one, nor a part of its first word", () => {
    expect(new EchoBan(codec).bannedAt(0, [])).toBeNull();
    expect(banned([], "")).toEqual([]);
    expect(banned([], "Ille am.")).toEqual([]);
  });
});

describe("a sampler with it", () => {
  const candidates = { tokens: ids("I", " I", "The", " answer"), logits: [9, 8, 7, 1] };
  const options = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
  const choose = (temperature: number, text: number[]) => {
    const ban = new EchoBan(codec);
    ban.begin(sentence, before.length);
    const sampler = new Sampler({ ...options, temperature }, null, ban);
    return vocabulary[sampler.sample(candidates, text.length, text)];
  };

  it("takes the likeliest of the others, and sees enough of them", () => {
    expect(choose(0, before)).toBe("The");
    expect(choose(0, [...before, id("The")])).toBe("I");
    expect(new Sampler(options, null, new EchoBan(codec)).candidateCount).toBe(3);
  });

  it("never takes it at a temperature, whatever the seed", () => {
    const ban = new EchoBan(codec);
    ban.begin(sentence, before.length);
    const chosen = new Set(
      Array.from({ length: 200 }, (_, seed) =>
        new Sampler({ ...options, temperature: 2, seed }, null, ban).sample(candidates, before.length, before),
      ),
    );
    expect([...chosen].map((token) => vocabulary[token]).sort()).toEqual([" answer", "The"]);
  });
});
