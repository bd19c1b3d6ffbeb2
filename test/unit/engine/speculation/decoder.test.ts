import { describe, expect, it } from "vitest";
import { longestDraft } from "../../../../src/engine/speculation/controller.ts";
import { ModelDrafter } from "../../../../src/engine/speculation/drafters/draftModel.ts";
import { RecyclingDrafter } from "../../../../src/engine/speculation/drafters/recycling.ts";
import { SuffixDrafter } from "../../../../src/engine/speculation/drafters/suffix.ts";
import type { TokenBan } from "../../../../src/engine/speculation/sampler.ts";
import type { Draft, Drafter, TokenSequence } from "../../../../src/engine/speculation/types.ts";
import { seededRandom } from "../../support/random.ts";
import { decode, greedy, openDecoder, penalised, plainText, prompt, warm } from "../../support/toyDecoder.ts";
import { ToySequence } from "../../support/toySequence.ts";

/** Drafts what it is told: the right text, wrong after some tokens, or noise. */
class ScriptedDrafter implements Drafter {
  readonly name = "suffix";
  readonly cheap = true;
  #position = 0;
  readonly #next: (position: number, maxLength: number) => number[];
  constructor(next: (position: number, maxLength: number) => number[]) {
    this.#next = next;
  }
  begin(tokens: readonly number[]): void {
    this.#position = tokens.length;
  }
  commit(tokens: readonly number[]): void {
    this.#position += tokens.length;
  }
  draft(maxLength: number): Draft[] {
    return [{ drafter: "suffix", tokens: this.#next(this.#position, maxLength), bucket: 7 }];
  }
}

describe("Decoder", () => {
  describe.each([
    ["greedy", greedy],
    ["T = 0.7", warm],
    ["T = 0.7 with a repetition penalty", penalised],
  ])("is lossless: %s", (_, sampling) => {
    it.each([1, 2])("with suffix, recycling and a draft model at once (order %i)", async (order) => {
      const expected = await plainText(sampling, 300, order);
      const draftModel = new ToySequence({ order });
      const { decoder, target } = openDecoder(prompt, {
        sampling,
        order,
        drafters: (sampler) => [
          new SuffixDrafter(),
          new RecyclingDrafter(),
          new ModelDrafter({ sequence: draftModel, sampler }),
        ],
      });
      await decode(decoder, 300);
      expect(decoder.text).toEqual(expected);
      expect(decoder.counts.acceptedTokens).toBeGreaterThan(0);
      expect(target.passes).toBeLessThan(300);
    });

    it("with drafts that are wrong at every depth, and with noise", async () => {
      const expected = await plainText(sampling, 200);
      const random = seededRandom(5);
      const { decoder } = openDecoder(prompt, {
        sampling,
        force: "suffix",
        drafters: () => [
          new ScriptedDrafter((position, maxLength) => {
            const right = expected.slice(position, position + maxLength);
            const wrongAt = Math.floor(random() * (right.length + 1));
            return right.map((token, i) => (i === wrongAt ? (token + 1) % 40 : token));
          }),
        ],
      });
      await decode(decoder, 200);
      expect(decoder.text).toEqual(expected);
    });
  });

  it("fills a cache again that lost everything in a roll-back", async () => {
    const expected = await plainText(warm, 60);
    const { decoder, target } = openDecoder(prompt, {
      sampling: warm,
      forgetful: true,
      force: "suffix",
      drafters: () => [new ScriptedDrafter((position) => [expected[position]!, 39, 39])],
    });
    await decode(decoder, 60);
    expect(decoder.text).toEqual(expected);
    expect(target.tokens).toEqual(expected.slice(0, -1));
  });

  it.each([1, 2, 3, 5, 7, 11, 15])("accepts k + 1 tokens a pass from oracle drafts of %i tokens", async (k) => {
    const rounds = 12;
    const expected = await plainText(warm, rounds * (k + 1));
    const { decoder, target } = openDecoder(prompt, {
      sampling: warm,
      force: "suffix",
      allowedSizes: [k + 1],
      drafters: () => [new ScriptedDrafter((position) => expected.slice(position, position + k))],
    });
    const origins = await decode(decoder, rounds * (k + 1));
    expect(decoder.text).toEqual(expected);
    expect(target.passes).toBe(rounds);
    expect(decoder.counts.acceptedTokens).toBe(rounds * k);
    expect(origins.filter((origin) => origin === "target")).toHaveLength(rounds);
  });

  it("is lossless with damping, which depends on the token before", async () => {
    const damping = {
      tokens: new Set([1, 2, 3, 5, 8, 13, 21, 34]),
      penaltyAfter: (previous: number | undefined) => (previous !== undefined && previous % 3 === 0 ? 4 : 0),
    };
    const plain = openDecoder(prompt, { sampling: warm, damping });
    await decode(plain.decoder, 200);
    const { decoder } = openDecoder(prompt, {
      sampling: warm,
      damping,
      drafters: (sampler) => [new SuffixDrafter(), new ModelDrafter({ sequence: new ToySequence(), sampler })],
    });
    await decode(decoder, 200);
    expect(decoder.text).toEqual(plain.decoder.text);
    expect(decoder.text).not.toEqual(await plainText(warm, 200));
    expect(decoder.counts.acceptedTokens).toBeGreaterThan(0);
  });

  it.each([greedy, warm])(
    "is lossless with a ban, which depends on place and text (T = $temperature)",
    async (sampling) => {
      const likely = [...new Set((await plainText(sampling, 200)).slice(prompt.length))].slice(0, 12);
      const ban: TokenBan = {
        most: likely.length,
        bannedAt: (position, recent) => (position % 4 === 0 || recent.at(-1)! % 3 === 0 ? new Set(likely) : null),
      };
      const plain = openDecoder(prompt, { sampling, ban });
      await decode(plain.decoder, 200);
      const { decoder } = openDecoder(prompt, {
        sampling,
        ban,
        drafters: (sampler) => [new SuffixDrafter(), new ModelDrafter({ sequence: new ToySequence(), sampler })],
      });
      await decode(decoder, 200);
      expect(decoder.text).toEqual(plain.decoder.text);
      expect(decoder.text).not.toEqual(await plainText(sampling, 200));
      const isBroken = (token: number, position: number) =>
        position >= prompt.length && ban.bannedAt(position, decoder.text.slice(0, position))?.has(token);
      expect(decoder.text.filter(isBroken)).toEqual([]);
      expect(decoder.counts.acceptedTokens).toBeGreaterThan(0);
    },
  );

  it("verifies only sizes that are allowed", async () => {
    const expected = await plainText(greedy, 100);
    const { decoder, target } = openDecoder(prompt, {
      sampling: greedy,
      allowedSizes: [1, 2, 3],
      drafters: () => [new ScriptedDrafter((position, most) => expected.slice(position, position + most))],
    });
    await decode(decoder, 100);
    expect(Math.max(...target.sizes)).toBe(3);
  });

  it("stops at a token inside a draft, and goes on from there as plain decoding would", async () => {
    const expected = await plainText(warm, 60);
    const stopAt = expected[prompt.length + 9]!;
    const { decoder } = openDecoder(prompt, {
      sampling: warm,
      force: "suffix",
      drafters: () => [new ScriptedDrafter((position, most) => expected.slice(position, position + most))],
    });
    let stopped = false;
    await decoder.round("prose", 40, (token) => {
      stopped = token === stopAt;
      return stopped ? "stop" : "continue";
    });
    expect(stopped).toBe(true);
    expect(decoder.text).toEqual(expected.slice(0, expected.indexOf(stopAt, prompt.length) + 1));
    await decode(decoder, expected.length - decoder.text.length);
    expect(decoder.text).toEqual(expected);
  });

  it("fills the context to its last place and not beyond", async () => {
    const contextSize = prompt.length + 30;
    const { decoder } = openDecoder(prompt, {
      sampling: warm,
      contextSize,
      drafters: (sampler) => [
        new SuffixDrafter(),
        new ModelDrafter({ sequence: new ToySequence({ contextSize }), sampler }),
      ],
    });
    while (decoder.room > 0) await decoder.round("prose", 1000, () => "continue");
    expect(decoder.text.length).toBe(contextSize - 1);
    expect(decoder.text).toEqual((await plainText(warm, 60)).slice(0, contextSize - 1));
  });

  describe("with a draft model", () => {
    const open200 = (draftSequence: ToySequence, extra: { signal?: AbortSignal } = {}) => {
      const text = Array.from({ length: 200 }, (_, i) => (i * 7) % 40);
      const reads: number[] = [];
      const whileReading = async (read: () => Promise<void>) => {
        const before = draftSequence.length;
        await read();
        reads.push(draftSequence.length - before);
      };
      const { decoder } = openDecoder(text, {
        sampling: greedy,
        force: "draft",
        drafters: (sampler) => [new ModelDrafter({ sequence: draftSequence, sampler, whileReading, ...extra })],
      });
      return { decoder, reads, text };
    };

    it("has it read the prompt when it is to draft, and then only what is new", async () => {
      const draftSequence = new ToySequence();
      const { decoder, reads } = open200(draftSequence);
      expect(draftSequence.passes).toBe(0);
      await decode(decoder, 60);
      expect(reads).toEqual([199]);
      expect(decoder.counts.acceptedTokens).toBeGreaterThan(0);
    });

    it("goes on without one whose context is too small for the text", async () => {
      const small = new ToySequence({ contextSize: 150 });
      const { decoder, text } = open200(small);
      await decode(decoder, 40);
      expect(small.passes).toBe(0);
      const plain = openDecoder(text, { sampling: greedy });
      await decode(plain.decoder, 40);
      expect(decoder.text).toEqual(plain.decoder.text);
    });

    it("goes on without one whose context the text outgrows", async () => {
      const small = new ToySequence({ contextSize: 210 });
      const { decoder, text } = open200(small);
      await decode(decoder, 60);
      expect(small.passes).toBeGreaterThan(0);
      expect(decoder.counts.draftedTokens).toBeLessThan(30);
      const plain = openDecoder(text, { sampling: greedy });
      await decode(plain.decoder, 60);
      expect(decoder.text).toEqual(plain.decoder.text);
    });

    it("drafts nothing from a text that it was stopped in reading", async () => {
      const stopped = new ToySequence();
      const { decoder } = open200(stopped, { signal: AbortSignal.abort() });
      await decode(decoder, 10);
      expect([stopped.passes, decoder.counts.draftedTokens]).toEqual([0, 0]);
    });
  });

  it("goes on after forced tokens as from a prompt that had them", async () => {
    const forced = [30, 31, 32];
    const { decoder } = openDecoder(prompt, {
      sampling: warm,
      drafters: () => [new SuffixDrafter(), new RecyclingDrafter()],
    });
    await decode(decoder, 25);
    const soFar = [...decoder.text];
    await decoder.force(forced);
    await decode(decoder, 25);
    const other = openDecoder([...soFar, ...forced], { sampling: warm });
    await decode(other.decoder, 25);
    expect(decoder.text).toEqual(other.decoder.text);
  });

  it("drops an unwanted last token before forcing others", async () => {
    const { decoder, target } = openDecoder(prompt, { sampling: warm });
    await decode(decoder, 5);
    const soFar = [...decoder.text];
    await decoder.force([30], true);
    expect(decoder.text).toEqual([...soFar.slice(0, -1), 30]);
    await decode(decoder, 3);
    expect(target.tokens).toEqual(decoder.text.slice(0, -1));
  });

  it("drops an unwanted last token and forces none: it goes on as from a prompt without it", async () => {
    for (const forgetful of [false, true]) {
      const { decoder } = openDecoder(prompt, { sampling: warm, forgetful });
      await decode(decoder, 5);
      const soFar = decoder.text.slice(0, -1);
      await decoder.force([], true);
      expect(decoder.text).toEqual(soFar);
      await decode(decoder, 10);
      const other = openDecoder(soFar, { sampling: warm });
      await decode(other.decoder, 10);
      expect(decoder.text).toEqual(other.decoder.text);
    }
  });

  it("never drafts more than a pass can take", async () => {
    const { decoder, target } = openDecoder(prompt, {
      sampling: greedy,
      force: "suffix",
      drafters: () => [new ScriptedDrafter((_, most) => Array(most).fill(1))],
    });
    await decode(decoder, 20);
    expect(Math.max(...target.sizes)).toBeLessThanOrEqual(longestDraft + 1);
  });

  describe("does what was put off", () => {
    it("while the next pass runs, once and in order", async () => {
      const { decoder, target } = openDecoder(prompt, { sampling: greedy });
      const order: string[] = [];
      const evaluate = target.evaluate.bind(target);
      const sequence: TokenSequence = target;
      sequence.evaluate = async (tokens, outputs, _, meanwhile) => {
        order.push("under way");
        meanwhile?.();
        await evaluate(tokens, outputs);
        order.push("over");
      };
      decoder.defer(() => order.push("first"));
      decoder.defer(() => order.push("second"));
      await decode(decoder, 2);
      expect(order).toEqual(["under way", "first", "second", "over", "under way", "over"]);
    });

    it("while a draft model reads and drafts, which may take longer than a pass", async () => {
      // It drafts until that is done: else for ever.
      let end: (drafts: Draft[]) => void = () => {};
      const drafting = new Promise<Draft[]>((resolve) => (end = resolve));
      const drafter: Drafter = {
        ...{ name: "draft", cheap: false, begin() {}, commit() {} },
        draft: () => drafting,
      };
      const { decoder } = openDecoder(prompt, { sampling: greedy, force: "draft", drafters: () => [drafter] });
      decoder.defer(() => end([]));
      await decode(decoder, 4);
      expect(decoder.text).toHaveLength(prompt.length + 4);
    });

    it("behind a pass that nothing runs beside, and at once where somebody waits for it", async () => {
      const { decoder } = openDecoder(prompt, { sampling: greedy });
      const done: string[] = [];
      decoder.defer(() => done.push("behind the pass"));
      await decode(decoder, 1);
      decoder.defer(() => done.push("at once"));
      decoder.settle();
      expect(done).toEqual(["behind the pass", "at once"]);
      await decode(decoder, 1);
      expect(done).toHaveLength(2);
    });
  });
});
