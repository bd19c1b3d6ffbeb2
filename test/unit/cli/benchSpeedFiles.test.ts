import { linkSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { baseline } from "../../../src/benchmark/arms.ts";
import { type Report, takeUp } from "../../../src/benchmark/report.ts";
import { readEarlier, writeResults } from "../../../src/cli/benchSpeedFiles.ts";
import { temporaryFolder } from "../models/support/folder.ts";

const run = { tokens: 9, tokensPerSecond: 10, drafted: 0, accepted: 0, prefillMs: 1, overheadMsPerPass: null };
const report: Report = {
  made: "2026-01-01T00:00:00.000Z",
  command: "hunch bench speed",
  cpu: "a CPU",
  threads: 2,
  model: "m.gguf",
  draft: null,
  temperature: 0,
  maxTokens: 100,
  rounds: 3,
  setup: { prompts: "built in", contextSize: 4096, kvType: "f16", device: "cpu", gpuLayers: 0 },
  costCurve: null,
  bound: null,
  measured: [{ workload: "edit", index: 1, arm: baseline, round: 1, run }],
};

function files() {
  const files = { out: join(temporaryFolder(), "deep"), name: "speed" };
  const told: string[] = [];
  return {
    files,
    told,
    json: join(files.out, "speed.json"),
    earlier: (now: Report = report) => readEarlier(files, now, (why) => told.push(why)),
  };
}

test("what was written is gone on from; where there is nothing, nothing is said", async () => {
  const { files: place, told, earlier } = files();
  expect(await earlier()).toBeNull();
  await writeResults(place, { ...report, measured: [] });
  expect(await earlier()).toBeNull();
  await writeResults(place, report);
  expect(await earlier()).toEqual(report);
  expect(readdirSync(place.out).sort()).toEqual(["speed.json", "speed.md", "speed.svg"]);
  expect(told).toEqual([]);
});

test("a file of results is replaced, not written over: what was measured is in one of the two at any moment", async () => {
  const { files: place, json } = files();
  await writeResults(place, report);
  const before = readFileSync(json, "utf8");
  const kept = join(place.out, "kept.json");
  linkSync(json, kept);
  await writeResults(place, { ...report, measured: [...report.measured, ...report.measured] });
  expect(readFileSync(kept, "utf8")).toBe(before);
  expect(readFileSync(json, "utf8").length).toBeGreaterThan(before.length);
});

test("runs of llama-servers that were started otherwise are not taken up, and the rest is", async () => {
  const { files: place, told, earlier } = files();
  const own = report.measured;
  const servers = { ...report, server: "b", measured: [...own, { ...own[0]!, arm: "llama-server none" }] };
  const now = { ...report, server: "b", serverArgs: ["--gpu-layers", "0"], measured: [] };
  // As this version starts them where our decoder is on the processor.
  await writeResults(place, { ...servers, serverArgs: now.serverArgs });
  expect(await earlier(now)).toEqual({ ...servers, serverArgs: now.serverArgs });
  expect(told).toEqual([]);
  // As an earlier version did, which does not say.
  await writeResults(place, servers);
  const taken = await earlier(now);
  expect(taken).toEqual(report);
  expect(told).toEqual([expect.stringMatching(/speed\.json holds runs of llama-servers.*not taken up\.$/)]);
  takeUp(taken!, now);
  expect(now).toMatchObject({ server: "b", serverArgs: ["--gpu-layers", "0"], measured: own });
  // Where they need no option, as on the GPU, both started them alike.
  const onGpu = { ...servers, setup: { ...report.setup, gpuLayers: 29 } };
  await writeResults(place, onGpu);
  expect(await earlier({ ...onGpu, serverArgs: [] })).toEqual(onGpu);
});

test("one that was cut off, or is of another model, is said to be of no use", async () => {
  const { files: place, told, json, earlier } = files();
  await writeResults(place, report);
  expect(await earlier({ ...report, model: "other.gguf" })).toBeNull();
  expect(told).toEqual([expect.stringMatching(/speed\.json is of another model.*: begun anew\.$/)]);
  truncateSync(json, 100);
  expect(await earlier()).toBeNull();
  writeFileSync(json, "");
  expect(await earlier()).toBeNull();
  expect(told.slice(1)).toEqual(Array(2).fill(expect.stringMatching(/speed\.json is damaged.*: begun anew\.$/)));
});
