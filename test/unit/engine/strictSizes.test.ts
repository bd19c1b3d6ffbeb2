import { expect, it } from "vitest";
import { strictSizes } from "../../../src/engine/strand.ts";

it("strict mode drafts in sizes proven equal, and not where several thoughts share their passes", () => {
  const controls = { budget: null, loopGuard: true, earlyExit: "off" } as const;
  const proven = { exactSizes: [1, 2, 3] };
  expect(strictSizes(proven, { controls })).toEqual([1, 2, 3]);
  expect(strictSizes({ exactSizes: null }, { controls })).toEqual([1]);
  expect(strictSizes(proven, { controls: { ...controls, thoughts: 4 } })).toEqual([1]);
});
