/** What the benchmarks of bench/ leave, and take up again. */
import { linkSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { writeResults } from "../../../bench/support/results.ts";
import { earlierRuns } from "../../../bench/support/resume.ts";
import { temporaryFolder } from "../models/support/folder.ts";

afterEach(() => vi.restoreAllMocks());

const report = { model: "m.gguf", runs: [1, 2] };

test("runs of the same model are taken up, and those of a file that was cut off are not, which is said", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  const files = { out: temporaryFolder(), name: "some" };
  expect(await earlierRuns(files, report, ["model"])).toEqual([]);
  await writeResults(files, report, "text", "<svg/>");
  expect(await earlierRuns(files, report, ["model"])).toEqual([1, 2]);
  expect(await earlierRuns(files, { ...report, model: "other.gguf" }, ["model"])).toEqual([]);
  expect(errors).not.toHaveBeenCalled();
  writeFileSync(join(files.out, "some.json"), '{ "model": "m.g');
  expect(await earlierRuns(files, report, ["model"])).toEqual([]);
  expect(errors).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/some\.json is damaged.*: begun anew\.$/));
});

test("a file of results is replaced, not written over", async () => {
  const files = { out: temporaryFolder(), name: "some" };
  await writeResults(files, report, "text", "<svg/>");
  const file = join(files.out, "some.json");
  const before = readFileSync(file, "utf8");
  linkSync(file, join(files.out, "kept.json"));
  await writeResults(files, { ...report, runs: [1, 2, 3] }, "text", "<svg/>");
  expect(readFileSync(join(files.out, "kept.json"), "utf8")).toBe(before);
});
