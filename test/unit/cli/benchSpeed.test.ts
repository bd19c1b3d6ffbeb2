/** What `hunch bench speed` measures. */
import { expect, test } from "vitest";
import { baseline } from "../../../src/benchmark/arms.ts";
import { usableArms } from "../../../src/cli/benchSpeed.ts";

test("what all is compared with is measured too, named or not", () => {
  const names = (arms: string[]) => usableArms({ arms }, { draft: null }).map(({ name }) => name);
  expect(names(["hunch auto"])).toEqual([baseline, "hunch auto"]);
  expect(names([baseline, "hunch suffix"])).toEqual([baseline, "hunch suffix"]);
});
