import { expect, it } from "vitest";
import { chosenControls } from "../../../src/prompts/controls.ts";

it("lets nothing end a thought early, before it begins included, where that is switched off", () => {
  const composed = {
    budget: 448,
    loopGuard: true,
    earlyExit: "auto",
    answerFirst: { least: 0.1, message: "What?", opening: null },
  } as const;
  const choices = { loopGuard: true, dampHesitation: false };
  expect(chosenControls(composed, { ...choices, earlyExit: "auto" }, true)).toEqual(composed);
  const { answerFirst: _, ...without } = composed;
  expect(chosenControls(composed, { ...choices, earlyExit: "off" }, true)).toEqual({ ...without, earlyExit: "off" });
});
