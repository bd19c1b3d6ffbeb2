/** What the benchmarks of bench/ leave, and take up again. */
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type BuildOrigin, originOfBuild } from "../../../bench/support/origin.ts";
import { writeResults } from "../../../bench/support/results.ts";
import { earlierReport, writeRuns } from "../../../bench/support/resume.ts";
import { temporaryFolder } from "../models/support/folder.ts";

afterEach(() => vi.restoreAllMocks());

const origin: BuildOrigin = {
  hunch: "0.1.0",
  weights: "9 bytes of 2026-01-01T00:00:00.000Z",
  draftWeights: null,
  engine: "ab12",
};
const report = { made: "2026-01-01T00:00:00.000Z", model: "m.gguf", origin, runs: [1, 2] };

test("a report of the same things is taken up, and that of another engine, file or setting is not, which is said", async () => {
  const told: string[] = [];
  const files = { out: temporaryFolder(), name: "some" };
  const earlier = (now: Partial<typeof report>) =>
    earlierReport(files, { ...report, made: "2026-02-02T00:00:00.000Z", runs: [], ...now }, ["model"], (why) =>
      told.push(why),
    );
  expect(await earlier({})).toBeNull();
  await writeResults(files, report, "text", "<svg/>");
  expect(await earlier({})).toEqual(report);
  expect(told).toEqual([]);
  const others = [
    { model: "other.gguf" },
    { origin: { ...origin, hunch: "0.2.0" } },
    { origin: { ...origin, engine: "cd34" } },
    { origin: { ...origin, weights: "9 bytes of 2026-02-02T00:00:00.000Z" } },
  ];
  for (const other of others) expect(await earlier(other)).toBeNull();
  expect(told).toEqual(others.map(() => expect.stringMatching(/some\.json is of another model.*: begun anew\.$/)));
});

test("a report of before engines were told apart is begun anew", async () => {
  const files = { out: temporaryFolder(), name: "some" };
  const { engine: _engine, ...unnamed } = origin;
  await writeResults(files, { ...report, origin: unnamed }, "text", "<svg/>");
  expect(await earlierReport(files, report, ["model"], () => {})).toBeNull();
});

test("an engine that was built from other code is another one of the same version, one that was only built again is not", async () => {
  const [model, engine] = ["m.gguf", "engine.mjs"].map((name) => join(temporaryFolder(), name)) as [string, string];
  writeFileSync(model, "weights");
  const built = (code: string) => {
    writeFileSync(engine, code);
    return originOfBuild({ target: { id: "m", path: model }, draft: null }, engine);
  };
  const first = await built("decode()");
  rmSync(engine);
  expect(await built("decode()")).toEqual(first);
  expect(await built("decode(1)")).toEqual({ ...first, engine: expect.not.stringMatching(first.engine) });
});

test("a file that was cut off is of no use, which is said", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  const files = { out: temporaryFolder(), name: "some" };
  writeFileSync(join(files.out, "some.json"), '{ "model": "m.g');
  expect(await earlierReport(files, report, ["model"])).toBeNull();
  expect(errors).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/some\.json is damaged.*: begun anew\.$/));
});

test("what is there stays while nothing has run", async () => {
  const files = { out: temporaryFolder(), name: "some" };
  const write = (runs: number[]) =>
    writeRuns(
      files,
      { ...report, runs },
      (now) => `${now.runs[0]!.toFixed(0)} first`,
      () => "<svg/>",
    );
  await write([7]);
  await write([]);
  expect(readFileSync(join(files.out, "some.md"), "utf8")).toMatch(/^7 first\n/);
  expect(JSON.parse(readFileSync(join(files.out, "some.json"), "utf8")).runs).toEqual([7]);
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
