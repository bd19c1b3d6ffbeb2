import { describe, expect, it } from "vitest";
import { Sampler } from "../../../../src/engine/speculation/sampler.ts";
import { HesitationDamping } from "../../../../src/engine/thinking/hesitation.ts";

const vocabulary = ["So", " Wait", "Wait", ".", "\n\n", " the", " H", "mm", " Hmm", "H", " Actually", "2"];
const id = (text: string) => vocabulary.indexOf(text);
const codec = {
  encodeText: (text: string) => {
    const whole = id(text);
    if (whole >= 0) return [whole];
    return text.startsWith(" H") ? [id(" H")] : [id("H")];
  },
  decode: (tokens: readonly number[]) => tokens.map((token) => vocabulary[token]).join(""),
};

function sampler(inThought: () => boolean, penalty = 5): Sampler {
  const damping = new HesitationDamping({ penalty, codec, inThought });
  const options = { temperature: 0, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
  return new Sampler(options, damping);
}

describe("damping of hesitation", () => {
  const candidates = { tokens: [id(" Wait"), id("Wait"), id(" the"), id("2")], logits: [9, 8, 6, 1] };
  const chosen = (text: string, inThought = true) =>
    vocabulary[sampler(() => inThought).sample(candidates, 7, [id("So"), id(text)])];

  it("takes another word where a sentence of a thought begins", () => {
    expect(chosen(".")).toBe(" the");
    expect(chosen("\n\n")).toBe(" the");
  });

  it("lets a word stand inside a sentence, and in an answer", () => {
    expect(chosen(" the")).toBe(" Wait");
    expect(chosen(".", false)).toBe(" Wait");
  });

  it("makes a word less likely, not impossible", () => {
    expect(vocabulary[sampler(() => true, 1).sample(candidates, 7, [id(".")])]).toBe(" Wait");
  });

  it("counts the tokens that would have been others, greedy and at a temperature", () => {
    const count = (text: string, temperature: number) => {
      const damping = new HesitationDamping({ penalty: 50, codec, inThought: () => true });
      const options = { temperature, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
      const counting = new Sampler(options, damping);
      for (let position = 0; position < 60; position++) counting.sample(candidates, position, [id(text)]);
      return counting.dampedTokens;
    };
    expect([count(".", 0), count(" the", 0)]).toEqual([60, 0]);
    // Another word is chosen now and then without any damping.
    expect(count(".", 3)).toBeGreaterThan(30);
    expect(count(".", 3)).toBeLessThan(60);
    expect(
      new Sampler({ temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 }).dampedTokens,
    ).toBeNull();
  });

  it("does not damp a token that begins other words as well", () => {
    const { tokens } = new HesitationDamping({ penalty: 5, codec, inThought: () => true });
    expect([...tokens].map((token) => vocabulary[token]).sort()).toEqual([" Actually", " Hmm", " Wait", "Wait"]);
  });

  it("asks for as many candidates more as it may move down", () => {
    expect(sampler(() => true).candidateCount).toBe(1 + 4);
  });
});
