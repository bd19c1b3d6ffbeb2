// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { render } from "preact";
import { afterEach, describe, expect, it } from "vitest";
import { setLocalisation } from "../../../src/common/l10n.ts";
import type { ExactnessResult } from "../../../src/common/stats.ts";
import { StatsDetails } from "../../../src/webview/components/statsDetails.tsx";
import { stats } from "./support.ts";

afterEach(() => setLocalisation({ language: "en", table: {} }));

/** Its sentences in the details of an answer; null where there is no such part. */
function said(part: { exactness?: ExactnessResult | null }): (string | null)[] | null {
  const root = document.createElement("div");
  render(<StatsDetails stats={stats(part)} />, root);
  const section = root.querySelector(".exactness");
  return section && [...section.querySelectorAll("p")].map((line) => line.textContent);
}

const some: ExactnessResult = {
  exactSizes: [1, 2, 3],
  lengths: [200, 600],
  maxDifference: { "2": 0, "3": 0, "4": 0.2712, "8": 0.31 },
};

describe("what the panel says of the exactness self-test", () => {
  it("exact sizes, the largest difference of the others, and what strict mode takes", () => {
    expect(said({ exactness: some })).toEqual([
      "Passes over 1, 2, 3 tokens compute the logits of plain decoding, bit by bit.",
      "Passes over 4, 8 tokens differ from plain decoding by 0.310 in a logit at most.",
      "So strict mode takes passes over 1, 2, 3 tokens only, and its text is that of plain decoding.",
      "Tested with this answer's model, device, threads and cache, at contexts of 200, 600 tokens.",
    ]);
  });

  it("no others where all are exact", () => {
    const exactness = { exactSizes: [1, 2, 4], lengths: [200], maxDifference: { "2": 0, "4": 0 } };
    expect(said({ exactness })).toHaveLength(3);
    expect(said({ exactness })?.join(" ")).not.toContain("differ");
  });

  it("nothing to guess where only single tokens are; the smallest differences are not spelt out", () => {
    const lines = said({ exactness: { exactSizes: [1], lengths: [200], maxDifference: { "2": Number.MIN_VALUE } } });
    expect(lines?.slice(0, 2)).toEqual([
      "Passes over 2 tokens differ from plain decoding by less than 0.001 in a logit at most.",
      "So strict mode can guess nothing here.",
    ]);
  });

  it("says so where it has not been tested, and nothing where it does not apply", () => {
    expect(said({ exactness: null })?.join()).toMatch(/^Not tested yet/);
    expect(said({})).toBeNull();
  });

  it("in German, with its decimal mark", () => {
    const table = JSON.parse(readFileSync("l10n/bundle.l10n.de.json", "utf8")) as Record<string, string>;
    setLocalisation({ language: "de", table });
    expect(said({ exactness: some })?.[1]).toBe(
      "Durchläufe über 4, 8 Token weichen vom einfachen Dekodieren um höchstens 0,310 in einem Logit ab.",
    );
  });
});
