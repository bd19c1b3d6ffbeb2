import { describe, expect, it } from "vitest";
import type { PanelToken } from "../../../src/common/panel.ts";
import { runsText } from "../../../src/common/panel.ts";
import { RunLog } from "../../../src/webview/runLog.ts";

function thinkingTokens(texts: readonly string[]): PanelToken[] {
  return texts.map((text, index) => ({ text, segment: "thinking", origin: index % 3 === 0 ? "suffix" : "target" }));
}

describe("RunLog", () => {
  it("keeps every character, in text and in runs", () => {
    const log = new RunLog();
    const texts = Array.from({ length: 5_000 }, (_, i) => (i % 40 === 0 ? `w${i}\n next` : `w${i} `));
    log.append(thinkingTokens(texts), "thinking");
    expect(log.text()).toBe(texts.join(""));
    expect(log.length).toBe(texts.join("").length);
    expect(log.chunks.map((chunk) => runsText(chunk.runs)).join("")).toBe(texts.join(""));
  });

  it("cuts chunks at line breaks, so that lines stay whole", () => {
    const log = new RunLog();
    log.append(thinkingTokens(Array.from({ length: 1_000 }, () => "some words\nand more ")), "thinking");
    expect(log.chunks.length).toBeGreaterThan(5);
    for (const chunk of log.chunks.slice(0, -1)) {
      expect(chunk.text.endsWith("\n")).toBe(true);
      expect(chunk.text.length).toBeLessThan(2_100);
    }
  });

  it("bounds a chunk even when no line ever breaks", () => {
    const log = new RunLog();
    log.append(thinkingTokens(Array.from({ length: 10_000 }, () => "word ")), "thinking");
    expect(Math.max(...log.chunks.map((chunk) => chunk.text.length))).toBeLessThanOrEqual(8_005);
  });

  it("leaves finished chunks alone", () => {
    const log = new RunLog();
    log.append(thinkingTokens(Array.from({ length: 300 }, () => "0123456789\n")), "thinking");
    const first = log.chunks[0]!;
    const before = first.text;
    log.append(thinkingTokens(Array.from({ length: 300 }, () => "more\n")), "thinking");
    expect(log.chunks[0]).toBe(first);
    expect(first.text).toBe(before);
  });

  it("passes over tokens of the other segment", () => {
    const log = new RunLog();
    log.append([{ text: "answer", segment: "answer", origin: "target" }], "thinking");
    expect(log.chunks).toEqual([]);
  });
});
