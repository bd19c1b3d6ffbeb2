/** Options and parameters for clients of the fake engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { EngineOptions } from "../../../src/client/engineClient.ts";
import type { GenerateParams, GenerationEvent, LoadParams } from "../../../src/common/protocol.ts";

/** One folder in it for each engine. */
const stateFolders = mkdtempSync(join(tmpdir(), "hunch-client-"));
afterAll(() => rmSync(stateFolders, { recursive: true, force: true }));

export function fakeEngine(fault = "none", log: string[] = []): EngineOptions {
  return {
    enginePath: fileURLToPath(new URL("fakeEngine.mjs", import.meta.url)),
    client: "test",
    stateFolder: mkdtempSync(join(stateFolders, "engine-")),
    logLevel: "debug",
    onLog: (level, message) => log.push(`${level} ${message}`),
    env: { HUNCH_FAKE: fault },
  };
}

export function load(id = "model"): LoadParams {
  const target = { id, path: `/${id}` };
  return { target, draft: null, contextSize: "auto", kvType: "auto", threads: 1, gpu: "off", strict: false };
}

let generations = 0;
export function generate(prompt: string): GenerateParams {
  return {
    generationId: `generation ${++generations}`,
    conversationId: "conversation",
    prompt: { kind: "raw", text: prompt },
    sampling: { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 },
    maxTokens: 10,
    controls: { budget: null, loopGuard: false, earlyExit: "off" },
    speculation: "off",
    onContextFull: "stop",
  };
}

export function textOf(events: GenerationEvent[]): string {
  return events.flatMap((event) => (event.type === "tokens" ? event.tokens.map((token) => token.text) : [])).join("");
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
