import { expect, it } from "vitest";
import { DraftSequence } from "../../../bench/replay/draftSequence.ts";
import type { Trace } from "../../../bench/replay/trace.ts";
import { ModelDrafter } from "../../../src/engine/speculation/drafters/draftModel.ts";
import { Sampler } from "../../../src/engine/speculation/sampler.ts";

const trace: Trace = { workload: "edit", index: 1, prompt: [1, 2, 3], output: [4, 5, 6, 7], kinds: [], candidates: [] };
/** Right at the first two, then astray: 90, 91, and unsure of 92. */
const recorded = {
  workload: "edit",
  index: 1,
  positions: [
    0.95,
    0.9,
    [
      [90, 0.8],
      [91, 0.7],
      [92, 0.3],
    ] as [number, number][],
    0.6,
  ],
};

it("a recorded draft model drafts as it did, and its cache follows the text", async () => {
  const sequence = new DraftSequence(trace, recorded, 100);
  const sampler = new Sampler({ temperature: 0, topK: 1, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 });
  const drafter = new ModelDrafter({ sequence, sampler });
  drafter.begin(trace.prompt);
  // It stops where it is unsure.
  expect(await drafter.draft(8)).toMatchObject([{ drafter: "draft", tokens: [4, 5, 90, 91] }]);
  // The prompt but for its last token, then token by token.
  expect(sequence.sizes).toEqual([2, 1, 1, 1, 1, 1]);
  drafter.commit([4, 5, 6]);
  expect(drafter.unread).toBe(0);
  expect(await drafter.draft(1)).toMatchObject([{ tokens: [7] }]);
  expect(sequence.tokens).toEqual([1, 2, 3, 4, 5, 6]);
});
