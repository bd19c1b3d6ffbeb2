import { expect, test } from "vitest";
import { JsonOutput } from "../../../src/cli/output/json.ts";
import { findModel } from "../../../src/models/catalogue.ts";
import { model, result, tokens } from "./samples.ts";
import { contractErrors } from "./schema.ts";

function jsonOutput() {
  const written = { out: "", err: "" };
  const output = new JsonOutput(
    (text) => {
      written.out += text;
    },
    (text) => {
      written.err += text;
    },
  );
  const lines = () =>
    written.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { output, lines, written };
}

test("every kind of line follows the contract; notices stay off standard output", () => {
  const { output, lines, written } = jsonOutput();
  const entry = findModel("smollm2-135m");
  output.downloadStarts();
  const download = { receivedBytes: 1, totalBytes: 9, bytesPerSecond: 0, secondsLeft: null, source: "a" };
  output.download(entry, { phase: "connecting", ...download });
  output.download(entry, { phase: "downloading", ...download });
  output.download(entry, { phase: "downloading", ...download });
  for (let progress = 0; progress <= 1; progress += 0.001) output.loading("tiny", progress);
  output.loaded();
  output.events([
    { type: "queue", position: 1 },
    { type: "prefill", processedTokens: 1, totalTokens: 9, cachedTokens: 0 },
    tokens("thinking", "hm\n"),
    { type: "thinkingEnd", reason: "model" },
    { type: "notice", notice: { code: "noDraft", message: "No draft\x1b]0;t\x07." } },
    tokens("answer", "Yes", "."),
  ]);
  output.done({ ...result, model });
  output.failed({ code: "engineCrashed", message: "It stopped.", hint: "" });
  expect(lines().map(contractErrors).filter(Boolean)).toEqual([]);
  const kinds = lines().map((line) => (line.type === "progress" ? line.phase : line.type));
  expect(kinds.filter((kind) => kind !== "load")).toEqual([
    ...["download", "download", "queue", "prefill", "token", "token", "token", "done", "error"],
  ]);
  expect(kinds.filter((kind) => kind === "load").length).toBeLessThanOrEqual(11);
  expect(written.err).toBe("noDraft: No draft]0;t.\n");
});

test("the schema refuses what the contract does not allow", () => {
  const token = { type: "token", id: 1, text: "a", segment: "answer", origin: "target" };
  expect(contractErrors(token)).toBe("");
  const { stats, ...incomplete } = { type: "done", ...result };
  for (const wrong of [
    { ...token, origin: "oracle" },
    { ...token, extra: 1 },
    { type: "progress", phase: "sleep" },
    { type: "error", code: "internal", message: "" },
    incomplete,
    { ...incomplete, stats: { ...stats, targetPasses: -1 } },
    [],
  ])
    expect(contractErrors(wrong), JSON.stringify(wrong)).not.toBe("");
});
