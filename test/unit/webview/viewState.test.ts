import { describe, expect, it } from "vitest";
import { ViewState } from "../../../src/webview/viewState.ts";

describe("ViewState", () => {
  it("comes back as it was saved", () => {
    const view = new ViewState(undefined);
    view.enter("c1");
    view.draft = "half a quest";
    view.place = { turnId: "t1", offset: 320 };
    view.sessionsShown = true;
    view.setThought("t1", true);
    view.setThought("t2", false);
    view.toggleStats("t1");
    const again = new ViewState(structuredClone(view.save()));
    expect(again.save()).toEqual(view.save());
    expect(again.thought("t1")).toBe(true);
    expect(again.thought("t2")).toBe(false);
    expect(again.thought("t3")).toBeUndefined();
    expect(again.statsOpen("t1")).toBe(true);
  });

  it.each([
    [null],
    ["text"],
    [7],
    [{ thoughts: "x", openStats: { a: 1 }, draft: 3, place: { turnId: "t1", offset: "9" } }],
    [{ thoughts: { a: 1 } }],
  ])("begins afresh from %j", (saved) => {
    expect(new ViewState(saved).save()).toEqual(new ViewState(undefined).save());
  });

  it("forgets the turns of another conversation but not the text being typed", () => {
    const view = new ViewState({
      conversationId: "c1",
      draft: "typed",
      thoughts: { t1: true },
      openStats: ["t1"],
      place: { turnId: "t1", offset: 5 },
    });
    view.enter("c1");
    expect(view.thought("t1")).toBe(true);
    view.enter("c2");
    expect(view.save()).toEqual({
      ...new ViewState(undefined).save(),
      conversationId: "c2",
      draft: "typed",
    });
  });
});
