import { describe, expect, it } from "vitest";
import type { EngineHealth } from "../../../../src/common/panel.ts";
import { ask, newConversation } from "../../../../src/features/chat/conversation.ts";
import { type StatusFacts, statusText } from "../../../../src/features/status/statusText.ts";
import { model, stats } from "../support.ts";

const facts: StatusFacts = {
  engine: { state: "ready" },
  running: null,
  waitsForTyping: false,
  download: { state: "none" },
  modelName: "Chosen Model",
  model: null,
  stats: null,
};
const failed: EngineHealth = {
  state: "failed",
  error: { code: "engineGaveUp", message: "It stopped 6 times.", hint: "Restart it." },
};

describe("statusText", () => {
  it.each<[EngineHealth, string, string]>([
    [{ state: "off" }, "$(chip) Hunch", "normal"],
    [{ state: "starting" }, "$(loading~spin) Hunch: starting", "normal"],
    [{ state: "waiting" }, "$(loading~spin) Hunch: waiting", "normal"],
    [{ state: "loading", progress: 0.426 }, "$(loading~spin) Hunch: loading 43 %", "normal"],
    [{ state: "ready" }, "$(chip) Hunch", "normal"],
    [{ state: "restarting", attempt: 2, reason: "signal SIGKILL" }, "$(warning) Hunch: engine restarting", "warning"],
    [failed, "$(error) Hunch: engine failed", "error"],
  ])("%j", (engine, text, severity) => {
    expect(statusText({ ...facts, engine })).toMatchObject({ text, severity });
  });

  it("follows the answer", () => {
    const turn = ask(newConversation("c"), { task: "ask", text: "?", code: [] }, "auto");
    const at = (part: Partial<typeof turn>) =>
      statusText({ ...facts, engine: { state: "busy" }, running: { ...turn, ...part } }).text;
    expect(at({ status: "prefill", progress: 0.5 })).toContain("reading 50 %");
    expect(at({ status: "thinking" })).toContain("thinking…");
    expect(at({ status: "answering" })).toContain("answering…");
    const typing = statusText({ ...facts, engine: { state: "busy" }, running: turn, waitsForTyping: true });
    expect(typing.text).toBe("$(debug-pause) Hunch: waits while you type");
  });

  it("shows a download while nothing else goes on", () => {
    const download = {
      state: "running",
      modelId: "m",
      modelName: "M",
      receivedBytes: 50,
      totalBytes: 200,
      bytesPerSecond: 1,
      secondsLeft: 150,
      phase: "downloading",
      source: "there",
    } as const;
    expect(statusText({ ...facts, download }).text).toBe("$(cloud-download) Hunch: downloading 25 %");
    expect(statusText({ ...facts, download, engine: failed }).text).toContain("engine failed");
  });

  it("tells model, device, threads and speed", () => {
    const { details } = statusText({ ...facts, model, stats: stats({ draftedTokens: 4 }) });
    expect(details).toEqual([
      "Model: Test Model",
      "Device: processor",
      "Threads: 1 of 2 free",
      "Context: 4096 tokens",
      "Last answer: 41.0 tokens/s, 2.0× by speculation",
    ]);
    const onGpu = { ...model, device: "Fast GPU", gpuLayers: 29, exactSizes: [1, 2, 3] };
    expect(statusText({ ...facts, model: onGpu }).details).toEqual([
      "Model: Test Model",
      "Device: Fast GPU, 29 layers",
      "Threads: 1 of 2 free",
      "Context: 4096 tokens",
      "Passes that equal plain decoding bit by bit: 1, 2, 3 tokens",
    ]);
    expect(statusText({ ...facts, engine: failed }).details).toEqual([
      "Model: Chosen Model",
      "It stopped 6 times.",
      "Restart it.",
    ]);
  });
});
