/** How often passes are measured anew when that is cut short. */
import { expect, it } from "vitest";
import type { OpenModel } from "../../../../../src/engine/backends/embedded/loadModel.ts";
import { mostAttempts, PassCosts } from "../../../../../src/engine/backends/embedded/passCosts.ts";
import { ToySequence } from "../../../support/toySequence.ts";

it("who types may cut it short as often as he likes, questions only so often", async () => {
  const sequence = new ToySequence({ contextSize: 512, vocabularySize: 50 });
  const costs = new PassCosts({ sequence, canRollBack: true } as unknown as OpenModel, null, {});
  for (let i = 0; i < 3 * mostAttempts; i++) await costs.ensure(() => "pause");
  for (let i = 0; i < mostAttempts; i++) {
    expect(costs.areKnown).toBe(false);
    await costs.ensure(() => "request");
  }
  expect(costs.areKnown).toBe(true);
});
