import { expect, it } from "vitest";
import type { StopReason } from "../../../src/common/segments.ts";
import type { EngineModel } from "../../../src/engine/backends/embedded/engineModel.ts";
import { SideBySide, type Thinker } from "../../../src/engine/parallelThoughts.ts";

/** A thought of so many tokens that ends like this, no answer to be tried behind it. */
function thinker(thinkingTokens: number, end: StopReason | null): Thinker {
  const strand = {
    output: { thinkingTokens, thinking: "Hm." },
    decoding: { think: async () => end },
    decoder: { room: 0 },
    lane: { sequence: { leave: () => {}, enter: async () => {} } },
  };
  return { strand: strand as unknown as Thinker["strand"], stop: new AbortController() };
}

async function shown(thinkers: Thinker[], signal = new AbortController().signal) {
  const model = { codec: { encodeBehind: () => [] } } as unknown as EngineModel;
  const { strand, notice } = await new SideBySide(model, thinkers, signal).run();
  return [thinkers.findIndex((one) => one.strand === strand), notice.message];
}

it("where there is no vote, the one that had got furthest is shown, and told so", async () => {
  const message = "3 thoughts, none of which came to an end: the one that had got furthest is shown.";
  const stopped = [50, 80, 60].map((tokens) => thinker(tokens, "cancelled"));
  expect(await shown(stopped, AbortSignal.abort())).toEqual([1, message]);
  const full = [70, 50, 60].map((tokens) => thinker(tokens, "contextFull"));
  expect(await shown(full)).toEqual([0, message]);
  expect(await shown([thinker(50, "contextFull"), thinker(40, null)])).toEqual([
    0,
    "2 thoughts, which were not compared: the one that had got furthest is shown.",
  ]);
});
