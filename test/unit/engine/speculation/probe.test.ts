import { describe, expect, it } from "vitest";
import type { Decoder } from "../../../../src/engine/speculation/decoder.ts";
import { SuffixDrafter } from "../../../../src/engine/speculation/drafters/suffix.ts";
import { decode, greedy, openDecoder, plainText, prompt, warm } from "../../support/toyDecoder.ts";

describe("a probe of the decoder", () => {
  const lead = [30, 31];
  const said = async (soFar: readonly number[], count: number) => {
    const other = openDecoder([...soFar, ...lead], { sampling: greedy });
    await decode(other.decoder, count);
    return other.decoder.text.slice(soFar.length + lead.length);
  };
  const look = async (decoder: Decoder, draft: number[], count: number, passes = Number.POSITIVE_INFINITY) => {
    const tokens: number[] = [];
    const onToken = (token: number, probability: number) => {
      expect(probability).toBeGreaterThan(1 / 40);
      expect(probability).toBeLessThan(1);
      return tokens.push(token) === count ? "stop" : "continue";
    };
    await decoder.probe(lead, draft, onToken, () => passes-- > 0);
    return tokens;
  };

  it("tells what plain decoding would say, whatever the draft, and leaves the text as it was", async () => {
    const expected = await plainText(warm, 60);
    const { decoder, target } = openDecoder(prompt, { sampling: warm, drafters: () => [new SuffixDrafter()] });
    await decode(decoder, 20);
    const answer = await said(decoder.text, 8);
    const wrong = (at: number) => answer.map((token, i) => (i === at ? (token + 1) % 40 : token));
    for (const draft of [[], answer, wrong(0), wrong(4), answer.slice(0, 3)]) {
      expect(await look(decoder, draft, 8)).toEqual(answer);
      expect(target.tokens).toEqual(decoder.text.slice(0, -1));
    }
    await decode(decoder, expected.length - decoder.text.length);
    expect(decoder.text).toEqual(expected);
  });

  it("takes one pass where the draft is right", async () => {
    const { decoder, target } = openDecoder(prompt, { sampling: greedy });
    await decode(decoder, 5);
    const answer = await said(decoder.text, 8);
    const before = target.passes;
    await look(decoder, answer, 8);
    expect(target.passes - before).toBe(1);
    expect(decoder.counts.targetPasses).toBe(target.passes);
    await look(decoder, answer.slice(0, 4), 8);
    expect(target.passes - before).toBe(5);
  });

  it("takes a lead and a draft that no pass has room for", async () => {
    const { decoder, target } = openDecoder(prompt, { sampling: greedy });
    await decode(decoder, 5);
    const long = Array.from({ length: 2 * target.maxPassSize + 3 }, (_, i) => i % 40);
    const other = openDecoder([...decoder.text, ...long], { sampling: greedy });
    await decode(other.decoder, 2 * target.maxPassSize);
    const answer = other.decoder.text.slice(decoder.text.length + long.length);
    for (const draft of [[], answer]) {
      const tokens: number[] = [];
      await decoder.probe(
        long,
        draft,
        (token) => (tokens.push(token) === 8 ? "stop" : "continue"),
        () => true,
      );
      expect(tokens).toEqual(answer.slice(0, 8));
      expect(target.tokens).toEqual(decoder.text.slice(0, -1));
    }
  });

  it("ends when no further pass is granted", async () => {
    const { decoder } = openDecoder(prompt, { sampling: greedy });
    await decode(decoder, 5);
    const answer = await said(decoder.text, 8);
    expect(await look(decoder, answer.slice(0, 2), 8, 2)).toEqual(answer.slice(0, 5));
  });
});
