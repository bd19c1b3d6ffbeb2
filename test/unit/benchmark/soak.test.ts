/** What bench:soak tells of memory. */
import { expect, test } from "vitest";
import { markdown, type SoakReport } from "../../../bench/soak/report.ts";

const report: SoakReport = {
  made: "2026-01-01T00:00:00.000Z",
  cpu: "some CPU",
  model: "m.gguf",
  contextSize: 2_048,
  generations: 100,
  tokens: 1_000,
  acceptedTokens: 0,
  contextFull: 0,
  cancelled: 0,
  indexTokens: 1,
  samples: Array.from({ length: 100 }, (_, i) => ({ tokens: 10 * (i + 1), residentBytes: 1e8 + i * 1e5 })),
};

test("growth is that after the warm-up, and not told of a run that was stopped too soon", () => {
  expect(markdown(report)).toContain("**+6.5 MB**");
  const samples = report.samples.slice(0, 1);
  expect(markdown({ ...report, generations: 1, tokens: 10, samples })).toContain("**stopped too soon to tell**");
});
