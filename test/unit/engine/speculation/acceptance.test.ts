import { describe, expect, it } from "vitest";
import { AcceptanceModel } from "../../../../src/engine/speculation/acceptance.ts";

function learnt(): AcceptanceModel {
  const model = new AcceptanceModel();
  for (let i = 0; i < 5; i++) model.observe("suffix", 3, "code", 6, true);
  model.observe("suffix", 23, "prose", 0, true);
  model.observe("draft", 7, "thinking", 2, false);
  return model;
}

describe("AcceptanceModel", () => {
  it("keeps classes, drafters and kinds of text apart", () => {
    const fresh = new AcceptanceModel();
    const model = learnt();
    expect(model.chances("suffix", 3, "code")[0]).toBeGreaterThan(fresh.chances("suffix", 3, "code")[0]!);
    expect(model.chances("suffix", 23, "prose")[0]).toBeLessThan(fresh.chances("suffix", 23, "prose")[0]!);
    for (const kind of ["thinking", "prose"] as const)
      expect(model.chances("suffix", 3, kind)).toEqual(fresh.chances("suffix", 3, kind));
    for (const bucket of [2, 4])
      expect(model.chances("suffix", bucket, "code")).toEqual(fresh.chances("suffix", bucket, "code"));
    expect(model.chances("recycling", 3, "code")).toEqual(fresh.chances("recycling", 3, "code"));
  });

  it("comes back from disk as it was, with nothing in it that was not seen", () => {
    const kept = JSON.parse(JSON.stringify(learnt()));
    expect(Object.keys(kept).sort()).toEqual(["draft/7/thinking", "suffix/23/prose", "suffix/3/code"]);
    expect(JSON.parse(JSON.stringify(AcceptanceModel.fromJSON(kept)))).toEqual(kept);
    expect(AcceptanceModel.fromJSON(kept).chances("suffix", 3, "code")).toEqual(learnt().chances("suffix", 3, "code"));
  });

  it("leaves out what it does not know or can not read", () => {
    const kept = JSON.parse(JSON.stringify(learnt()));
    const count = { accepted: 1, seen: 2 };
    const foreign = {
      "medusa/1/code": [count, count, count, count],
      "suffix/99/code": [count, count, count, count],
      "suffix/4/verse": [count, count, count, count],
      "suffix/4/code": [count, count],
      "suffix/5/code": [count, count, count, { accepted: "1", seen: null }],
      "suffix/6/code": "much",
    };
    const model = AcceptanceModel.fromJSON({ ...foreign, ...kept });
    expect(JSON.parse(JSON.stringify(model))).toEqual(kept);
    for (const nothing of [null, 7, "x", []])
      expect(JSON.parse(JSON.stringify(AcceptanceModel.fromJSON(nothing)))).toEqual({});
  });
});
