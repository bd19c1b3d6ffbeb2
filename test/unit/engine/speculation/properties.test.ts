/** Properties of the loop that hold wherever a draft goes wrong, the text ends, the context is full or a user stops. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { SamplingOptions } from "../../../../src/common/prompt.ts";
import { AcceptanceModel } from "../../../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../../../src/engine/speculation/controller.ts";
import { CostCurve } from "../../../../src/engine/speculation/costCurve.ts";
import { Decoder, type OnToken } from "../../../../src/engine/speculation/decoder.ts";
import { IndexDrafter } from "../../../../src/engine/speculation/drafters/indexDrafter.ts";
import { RecyclingDrafter } from "../../../../src/engine/speculation/drafters/recycling.ts";
import { SuffixDrafter } from "../../../../src/engine/speculation/drafters/suffix.ts";
import { Sampler } from "../../../../src/engine/speculation/sampler.ts";
import type { Draft, Drafter } from "../../../../src/engine/speculation/types.ts";
import { WorkspaceIndex } from "../../../../src/engine/speculation/workspaceIndex/workspaceIndex.ts";
import { ToySequence } from "../../support/toySequence.ts";

const greedy: SamplingOptions = { temperature: 0, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, seed: 11 };
const samplings: [string, SamplingOptions][] = [
  ["greedy", greedy],
  ["T = 0.7", { ...greedy, temperature: 0.7, topP: 0.95 }],
  ["greedy with a penalty", { ...greedy, repetitionPenalty: 1.4 }],
  ["T = 0.7 with a penalty", { ...greedy, temperature: 0.7, repetitionPenalty: 1.4 }],
];
const prompt = [1, 2, 3, 4, 5, 6, 7, 8];
const longest = 15;

/** Drafts `length` tokens of what is going to be said, the one at `wrongAt` (0-based) changed; -1: none. */
class KnowingDrafter implements Drafter {
  readonly name = "suffix";
  readonly cheap = true;
  length = longest;
  wrongAt = -1;
  #position = 0;
  readonly #text: readonly number[];
  constructor(text: readonly number[]) {
    this.#text = text;
  }
  begin(tokens: readonly number[]): void {
    this.#position = tokens.length;
  }
  commit(tokens: readonly number[]): void {
    this.#position += tokens.length;
  }
  draft(maxLength: number): Draft[] {
    const right = this.#text.slice(this.#position, this.#position + Math.min(maxLength, this.length));
    const tokens = right.map((token, i) => (i === this.wrongAt ? (token + 1) % 40 : token));
    return tokens.length > 0 ? [{ drafter: this.name, tokens, bucket: 7 }] : [];
  }
}

function open(sampling: SamplingOptions, drafters: Drafter[], contextSize = 4096) {
  const target = new ToySequence({ contextSize });
  target.tokens.push(...prompt.slice(0, -1));
  const costs = new CostCurve({ 1: 10, 16: 10.5 });
  // Any length may be verified, so that every depth is met.
  const allowedSizes = Array.from({ length: longest + 1 }, (_, i) => i + 1);
  const controller = new Controller({ acceptance: new AcceptanceModel(), costs, allowedSizes, force: "suffix" });
  const sampler = new Sampler(sampling);
  return { decoder: new Decoder({ target, sampler, drafters, controller, costs }, prompt), target };
}

async function plainText(sampling: SamplingOptions, length: number): Promise<number[]> {
  const { decoder } = open(sampling, []);
  while (decoder.text.length < length) await decoder.round("prose", length - decoder.text.length, () => "continue");
  return [...decoder.text];
}

/** Everything but the last token is in the cache, and nothing else. */
function expectConsistent({ decoder, target }: ReturnType<typeof open>): void {
  expect(target.tokens).toEqual(decoder.text.slice(0, -1));
}

describe.each(samplings)("speculation, %s", (_, sampling) => {
  it("rolls back from every depth of every draft length", async () => {
    const expected = await plainText(sampling, 2_400);
    const drafter = new KnowingDrafter(expected);
    const opened = open(sampling, [drafter]);
    for (let length = 1; length <= longest; length++)
      for (let wrongAt = -1; wrongAt < length; wrongAt++) {
        drafter.length = length;
        drafter.wrongAt = wrongAt;
        const before = opened.decoder.text.length;
        const committed = await opened.decoder.round("prose", 100, () => "continue");
        expect(committed).toBeLessThanOrEqual((wrongAt === -1 ? length : wrongAt) + 1);
        expect(opened.decoder.text).toEqual(expected.slice(0, before + committed));
        expectConsistent(opened);
      }
  });

  it("fills the context from any place to its last one, and never beyond", async () => {
    const expected = await plainText(sampling, 80);
    for (let room = 1; room <= 40; room++) {
      const contextSize = prompt.length + room;
      const opened = open(sampling, [new KnowingDrafter(expected)], contextSize);
      while (opened.decoder.room > 0) await opened.decoder.round("prose", 1_000, () => "continue");
      expect(opened.decoder.text).toEqual(expected.slice(0, contextSize - 1));
      expectConsistent(opened);
    }
  });

  it("ends at any token inside a draft, and goes on from there as if nothing had been drafted", async () => {
    const expected = await plainText(sampling, 120);
    for (let endAfter = 1; endAfter <= 20; endAfter++) {
      const opened = open(sampling, [new KnowingDrafter(expected)]);
      let said = 0;
      const ends: OnToken = () => (++said === endAfter ? "stop" : "continue");
      while (said < endAfter) await opened.decoder.round("prose", 100, ends);
      expect(opened.decoder.text).toEqual(expected.slice(0, prompt.length + endAfter));
      expectConsistent(opened);
      while (opened.decoder.text.length < 100)
        await opened.decoder.round("prose", 100 - opened.decoder.text.length, () => "continue");
      expect(opened.decoder.text).toEqual(expected.slice(0, 100));
    }
  });
});

describe("memory", () => {
  it("does not grow over 100 000 tokens", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const acceptance = new AcceptanceModel();
    const suffix = new SuffixDrafter();
    const index = new WorkspaceIndex([], {
      tokens: 60_000,
      stored: 70_000,
      answerTokens: 20_000,
      segmentTokens: 30_000,
    });
    const drafters: Drafter[] = [suffix, new IndexDrafter(index, suffix), new RecyclingDrafter()];
    const contextSize = 2_000;
    const heaps: number[] = [];
    // One generation after another fills its context, as in a long session.
    for (let generation = 0, tokens = 0; tokens < 100_000; generation++) {
      const target = new ToySequence({ contextSize, vocabularySize: 24, order: 3 });
      const start = [generation % 24, (generation * 7) % 24, 3, 4];
      target.tokens.push(...start.slice(0, -1));
      const costs = new CostCurve({ 1: 10, 2: 11, 4: 12, 8: 14, 16: 20 });
      const controller = new Controller({ acceptance, costs, allowedSizes: null });
      const sampler = new Sampler({ ...greedy, temperature: 0.8, topK: 24, seed: generation });
      const decoder = new Decoder({ target, sampler, drafters, controller, costs }, start);
      while (decoder.room > 0) tokens += await decoder.round("prose", 1_000, () => "continue");
      index.addAnswer(decoder.text);
      while (index.maintain(10));
      collect();
      heaps.push(process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
    }
    const middle = heaps[Math.floor(heaps.length / 2)]!;
    expect(heaps.at(-1)! - middle).toBeLessThan(2e6);
    expect(index.tokens).toBeLessThanOrEqual(20_000);
  }, 120_000);
});
