/** What passes cost is measured while nobody waits, on the real engine: for short texts and for long ones. */
import { expect, inject, it } from "vitest";
import type { EngineModel } from "../../src/engine/backends/embedded/engineModel.ts";
import { measuredSizes } from "../../src/engine/speculation/costCurve.ts";
import { generate, loadModel } from "./support/inProcess.ts";

const load = () => loadModel("passCosts", inject("scripted").chain, { contextSize: 4096 });
/** Each byte is a token. */
const read = (model: EngineModel, tokens: number) =>
  generate(model, { prompt: { kind: "raw", text: "?".repeat(tokens) }, maxTokens: 4 });
const never = () => false as const;

it("passes are measured at each length once, when a text of it is there, and kept", async () => {
  const model = await load();
  await read(model, 60);
  expect(model.lacksCosts).toBe(true);
  await model.measureCosts(never);
  expect(model.lacksCosts).toBe(false);

  await read(model, 1_500);
  expect(model.target.sequence.length).toBeGreaterThan(1_024);
  // Until then they are taken to cost the same.
  expect(model.costs.known).toBe(true);
  expect(model.lacksCosts).toBe(true);
  const short = model.costsAt(60).samples();
  await model.measureCosts(never);
  expect(model.lacksCosts).toBe(false);
  expect(model.costsAt(60).samples()).toEqual(short);
  const long = model.costsAt(1_500).samples();
  expect(Object.keys(long).map(Number)).toEqual(expect.arrayContaining([...measuredSizes]));
  await model.dispose();

  const again = await load();
  expect(again.costsAt(60).samples()).toEqual(short);
  expect(again.costsAt(1_500).samples()).toEqual(long);
  await read(again, 1_500);
  expect(again.lacksCosts).toBe(false);
  await again.dispose();
});
